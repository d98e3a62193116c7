"""Kinds of fault that other packages bring, through the entry-point group `simtwin.faults`.

The name of an entry point is the name of its kind; what it points at is the class.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import cast

import attrs

from simtwin.core.fault import Fault, settings_of
from simtwin.core.late import joined

GROUP = "simtwin.faults"

#: Words that mean something else where the name of a kind can stand: in scripts and in rules.
_TAKEN = frozenset({"ok", "loop", "true", "false", "name", "match", "when", "charge", "must_fire"})


def with_installed(
    own: Mapping[str, type[Fault]], tell: Callable[[str], object]
) -> Mapping[str, type[Fault]]:
    """`own` kinds, then those of installed packages, by name.

    Reads the metadata of what is installed, and imports what it names.

    Args:
        own: kinds that nobody can replace.
        tell: hears one sentence about each kind that is left out.
    """
    brought: dict[str, type[Fault]] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value)):
        try:
            brought[_name(point, (*own, *brought))] = _kind(point)
        except Exception as error:  # noqa: BLE001  # somebody else's code may raise anything
            tell(f"the kind {point.name!r} of {_origin(point)} is left out: {error}")
    return joined(own, brought)


def _name(point: EntryPoint, known: Collection[str]) -> str:
    if not point.name.isidentifier() or point.name in _TAKEN:
        raise ValueError("a kind cannot have this name")
    if point.name in known:
        raise ValueError("there is a kind of this name already")
    return point.name


def _kind(point: EntryPoint) -> type[Fault]:
    kind = point.load()
    if not (isinstance(kind, type) and attrs.has(kind)):
        raise TypeError("it is no attrs class")
    missing = [name for name in ("replaces", "rewrite") if not hasattr(kind, name)]
    if missing:
        raise TypeError(f"it has no {' and no '.join(missing)}")
    checked = cast(type[Fault], kind)
    settings_of(checked)
    return checked


def _origin(point: EntryPoint) -> str:
    return f"{point.dist.name} ({point.value})" if point.dist else point.value
