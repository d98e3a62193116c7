"""What a setting may be, and the words in which one that may not is refused."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import attrs

# RFC 9110 section 5.6.2.
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
#: The longest name of a header that anybody uses has a third of it.
LONGEST_NAME = 100

#: What is to be sent as it is: as much as a script can be long.
LONGEST_RAW = 100_000


@attrs.frozen
class Number:
    """A validator: a finite number for which `holds` is true, called `words` where it is not one."""

    words: str
    holds: Callable[[float], bool]
    whole: bool = False

    def __call__(self, _: object, field: attrs.Attribute[Any], value: Any) -> None:
        if not (self._is_number(value) and self.holds(value)):
            told = int(value) if isinstance(value, float) and value.is_integer() else value
            raise ValueError(f"{field.name} must be {self.words}, not {told!r}")

    def _is_number(self, value: object) -> bool:
        # To Python, True is an integer.
        if isinstance(value, bool):
            return False
        # JSON has no infinity: such a setting could not be told back to whoever set it.
        return isinstance(value, int) or (
            not self.whole and isinstance(value, float) and math.isfinite(value)
        )


from_zero = Number("a number from 0 up", lambda value: value >= 0)
above_zero = Number("a number above 0", lambda value: value > 0)
share = Number("a number from 0 to 1", lambda value: 0 <= value <= 1)
count = Number("a whole number from 0 up", lambda value: value >= 0, whole=True)


def text(_: object, field: attrs.Attribute[Any], value: object) -> None:
    """A validator: text that has a form in UTF-8, which half of a surrogate pair has not."""
    if not isinstance(value, str) or not _encodes(value, "utf-8"):
        raise ValueError(f"{field.name} must be text, not {value!r}")


def line(_: object, field: attrs.Attribute[Any], value: object) -> None:
    """A validator: text on one line."""
    text(_, field, value)
    if set(str(value)) & {"\r", "\n"}:
        raise ValueError(f"{field.name} must be one line, not {value!r}")


def latin_1(_: object, field: attrs.Attribute[Any], value: object) -> None:
    """A validator: text of up to `LONGEST_RAW` characters, each of which is a byte."""
    if not isinstance(value, str) or not _encodes(value, "latin-1"):
        raise ValueError(f"{field.name} must be Latin-1 text, not {value!r}")
    if len(value) > LONGEST_RAW:
        raise ValueError(f"{field.name} must have at most {LONGEST_RAW:,} characters")


def name(_: object, field: attrs.Attribute[Any], value: object) -> None:
    """A validator: text that is not empty."""
    if not isinstance(value, str) or not value:
        raise ValueError(f"{field.name} must be a name, not {value!r}")


def header_name(_: object, field: attrs.Attribute[Any], value: object) -> None:
    """A validator: text that can be the name of a header."""
    if not isinstance(value, str) or not _TOKEN.fullmatch(value):
        raise ValueError(f"{field.name} must be the name of a header, not {value!r}")
    if len(value) > LONGEST_NAME:
        raise ValueError(f"{field.name} must have at most {LONGEST_NAME} characters")


def header_value(_: object, field: attrs.Attribute[Any], value: object) -> None:
    """A validator: text that HTTP can carry as the value of a header without a break in framing."""
    if not isinstance(value, str) or not _encodes(value, "latin-1"):
        raise ValueError(f"{field.name} must be Latin-1 text, not {value!r}")
    if set(value) & {"\r", "\n", "\0"}:
        raise ValueError(f"{field.name} must be without CR, LF and NUL, not {value!r}")
    # "A field value does not include leading or trailing whitespace" -- RFC 9110 section 5.5
    if value != value.strip(" \t"):
        raise ValueError(f"{field.name} must not begin or end with a space or tab, not {value!r}")


def _encodes(value: str, encoding: str) -> bool:
    try:
        value.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
