"""Lists of tables that people write, each of which may have a name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from simtwin.core.fault import SettingsError
from simtwin.core.names import Names
from simtwin.core.quote import quote

T = TypeVar("T")


def named_tables(
    doc: object,
    path: str,
    place: Callable[[int, str], str],
    read: Callable[[object, Names], T],
    *,
    most: int,
    what: str = "rules",
) -> tuple[T, ...]:
    """What the tables of a list are, no two of one name.

    Args:
        doc: the list.
        path: the place of the list in the caller's words.
        place: the place of something in it, from the index of a table and the path inside that
            table (empty for the table itself).
        read: makes one of a table, and takes its name from the names.
        most: how many there can be.
        what: what they are called.

    Raises:
        SettingsError: it is no list, is too long, or one of its tables cannot be.
    """
    if not isinstance(doc, list):
        raise SettingsError(f"must be a list of tables, not {quote(doc)}", path)
    if len(doc) > most:
        raise SettingsError(f"there can be {most:,} {what}, not {len(doc):,}", path)
    given = (each.get("name") for each in doc if isinstance(each, Mapping))
    names = Names(name for name in given if isinstance(name, str))
    made = []
    for index, each in enumerate(doc):
        try:
            made.append(read(each, names))
        except SettingsError as error:
            raise SettingsError(error.message, place(index, error.path)) from None
    return tuple(made)


def numbered(path: str) -> Callable[[int, str], str]:
    """The places in a list of that path, as `rules[3].when.chance`."""

    def place(index: int, inner: str) -> str:
        return f"{path}[{index}].{inner}" if inner else f"{path}[{index}]"

    return place


def only_kind(given: Mapping[str, object], kinds: Mapping[str, object], needs: str) -> str:
    """The one kind that a rule has a table of.

    Args:
        given: the fields of the rule that are set.
        kinds: what a table may be named after.
        needs: what a rule has, in words.

    Raises:
        SettingsError: it has none, or several.
    """
    chosen = [name for name in given if name in kinds]
    if len(chosen) != 1:
        told = " and ".join(chosen) or "none"
        raise SettingsError(f"a rule has one kind, and this has {told}; {needs}")
    return chosen[0]
