"""How the API says that a field will not do: a dotted path, a colon, and pydantic's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from simtwin.core.quote import quote

MISSING = "Field required"
EXTRA = "Extra inputs are not permitted"
#: Where a `type` tells one of several kinds of object; pydantic's words for such a union.
OBJECT = "Input should be a valid dictionary or object to extract fields from"

#: A name that a caller made up is shown this far: it may be as long as a body.
_LONGEST_NAME = 256

#: What is said of a value that is not of a type, by the type that JSON has for it.
NOT_A: Mapping[type, str] = {
    str: "Input should be a valid string",
    int: "Input should be a valid integer",
    float: "Input should be a valid number",
    bool: "Input should be a valid boolean",
    list: "Input should be a valid list",
    dict: "Input should be a valid dictionary",
}


def one_of(values: Iterable[str]) -> str:
    """What is said of a value that is none of `values`."""
    *most, last = (f"'{value}'" for value in values)
    listed = f"{', '.join(most)} or {last}" if most else last
    return f"Input should be {listed}"


def at_least(least: int) -> str:
    """What is said of a number below `least`."""
    return f"Input should be greater than or equal to {least}"


def unfit(bound: str, count: int, unit: str, what: str = "String") -> str:
    """What is said of a text, or a list, that is too short or too long."""
    return f"{what} should have {bound} {count} {unit}{'' if count == 1 else 's'}"


def unknown_tag(tag: object, known: Iterable[str]) -> str:
    """What is said of an object whose `type` is none of `known`; seen on the real API in 2026-01."""
    found = shown(tag) if isinstance(tag, str) else quote(tag)
    expected = ", ".join(f"'{name}'" for name in sorted(known))
    return f"Input tag '{found}' found using 'type' does not match any of the expected tags: {expected}"


def shown(name: str) -> str:
    """A name of the caller's as a message shows it: as it is, but not at length."""
    return name[:_LONGEST_NAME]
