"""JSON Pointer (RFC 6901, April 2013): a place in a document of JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simtwin.core.fault import SettingsError
from simtwin.core.quote import quote

#: Typed by hand; and no request is nested deeper than this where a rule would want to look.
LONGEST_POINTER = 256
DEEPEST_POINTER = 32

#: What `look` finds where there is nothing; null is something.
NOTHING = object()


def parse_pointer(text: str) -> tuple[str, ...]:
    """The names on the way to a place: `/messages/0/role` is messages, 0, role.

    Raises:
        SettingsError: it is no pointer, or a longer or deeper one than is looked up.
    """
    if len(text) > LONGEST_POINTER:
        raise SettingsError(f"a pointer has at most {LONGEST_POINTER} characters")
    if text and not text.startswith("/"):
        raise SettingsError(
            f"a JSON pointer begins with '/', as in '/metadata/user_id'; this is {quote(text)}"
        )
    names = text.split("/")[1:]
    if len(names) > DEEPEST_POINTER:
        raise SettingsError(f"a pointer goes at most {DEEPEST_POINTER} deep")
    # "~1" first, so that "~01" becomes "~1" and not "/": RFC 6901, section 4.
    return tuple(name.replace("~1", "/").replace("~0", "~") for name in names)


def look(doc: Any, names: tuple[str, ...]) -> Any:
    """What is at a place of a document, NOTHING where there is no such place."""
    value = doc
    for name in names:
        if isinstance(value, Mapping):
            value = value.get(name, NOTHING)
        elif isinstance(value, list) and _is_index(name) and int(name) < len(value):
            value = value[int(name)]
        else:
            return NOTHING
    return value


def _is_index(name: str) -> bool:
    # No leading zeros, and none of the other digits of Unicode: RFC 6901, section 4.
    return name.isascii() and name.isdigit() and (name == "0" or name[0] != "0") and len(name) < 10
