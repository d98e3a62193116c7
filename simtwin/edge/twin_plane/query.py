"""Reading query parameters and body fields, with errors that name them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from simtwin.edge.twin_plane.errors import bad_request

#: One screen of records; a thousand is the most that the existing twin gives.
LIMIT, MOST = 100, 1_000
#: Past any record that can be kept.
LAST = 2**53

#: As the existing twin (twins-la/anthropic 0.1.0) has it.
NAME_LENGTH = 256

_WHOLE = re.compile(r"[+-]?[0-9]{1,20}", re.ASCII)


def whole(query: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    """The whole number under `name`, brought into low..high, as clients of the existing twin expect.

    Raises:
        Refusal: it is no whole number.
    """
    raw = query.get(name)
    if raw is None:
        return default
    if not _WHOLE.fullmatch(raw):
        raise bad_request(f"{name!r} must be a whole number from {low} to {high}")
    return min(max(int(raw), low), high)


def limit(query: Mapping[str, str], default: int = LIMIT, most: int = MOST) -> int:
    """How many records to answer with."""
    return whole(query, "limit", default, 1, most)


def offset(query: Mapping[str, str]) -> int:
    """How many records to skip."""
    return whole(query, "offset", 0, 0, LAST)


def friendly_name(body: dict[str, Any]) -> str:
    """The name that people know a thing by; may be empty.

    Raises:
        Refusal: it is no text, or too long.
    """
    return label(body, "friendly_name", NAME_LENGTH)


def label(body: dict[str, Any], name: str, length: int) -> str:
    """An optional text of at most `length` characters.

    Raises:
        Refusal: it is no text, or too long.
    """
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise bad_request(f"{name!r} must be text")
    if len(value) > length:
        raise bad_request(f"{name!r} must be ≤ {length} characters")
    return value
