"""Values as error messages show them: in the caller's notation, and never at length."""

from __future__ import annotations

from reprlib import Repr


class _Short(Repr):
    """Python's notation but for what JSON, TOML and scripts all write otherwise."""

    def repr_bool(self, value: bool, _level: int) -> str:
        return "true" if value else "false"

    def repr_NoneType(self, _value: None, _level: int) -> str:  # noqa: N802  # found by type name
        return "null"


_short = _Short()
# Long enough for any name that somebody typed, short enough for one line of an error.
_short.maxstring = 60


def quote(value: object) -> str:
    """`value` as a message shows it, cut in the middle where it is long or deep."""
    return _short.repr(value)
