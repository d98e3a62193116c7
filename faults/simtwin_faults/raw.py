"""Kinds that write what is no HTTP, where that is not wanted.

On a loopback address there is nobody but the client to mislead. Elsewhere a proxy, or another user
behind it, may take such bytes for an answer of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import attrs

from simtwin.core.fault import Fault
from simtwin.core.late import Late

WORDS = "it writes what is no HTTP, which off loopback needs --allow-raw"


def without_raw(kinds: Mapping[str, type[Fault]]) -> Mapping[str, type[Fault]]:
    """`kinds`, those of which that have a `raw` refuse to be made where it is true."""

    def found(name: str) -> type[Fault]:
        kind = kinds[name]
        return _tame(kind) if hasattr(kind, "raw") else kind

    return Late({name: partial(found, name) for name in kinds})


def _tame(kind: Any) -> type[Fault]:
    def check(fault: Any) -> None:
        if hasattr(kind, "__attrs_post_init__"):
            kind.__attrs_post_init__(fault)
        if fault.raw:
            raise ValueError(WORDS)

    own = {"__attrs_post_init__": check, "__module__": kind.__module__, "__doc__": kind.__doc__}
    tamed: type[Fault] = attrs.frozen(type(kind.__name__, (kind,), own))
    return tamed
