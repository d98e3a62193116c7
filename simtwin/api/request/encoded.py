"""JSON in pieces, for hashing bodies of many megabytes without keeping others waiting."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from simtwin.api.tokens import WINDOW

#: A dictionary of more fields than this is looked at field by field.
_FEW_FIELDS = 32

_as_it_is = msgspec.json.Encoder().encode
_sorted = msgspec.json.Encoder(order="deterministic").encode


def encoded(value: Any, *, by_name: bool) -> Iterator[bytes]:
    """The JSON of `value` in pieces of at most a window; short texts and plain objects are one.

    Args:
        value: what to encode.
        by_name: whether fields are sorted, or stay in their order.
    """
    encode = _sorted if by_name else _as_it_is
    match value:
        case str() if len(value) > WINDOW:
            yield b'"'
            for start in range(0, len(value), WINDOW):
                yield encode(value[start : start + WINDOW])[1:-1]
            yield b'"'
        case dict() if not _is_plain(value):
            before = b"{"
            for name in sorted(value) if by_name else value:
                yield before + encode(name) + b":"
                before = b","
                yield from encoded(value[name], by_name=by_name)
            yield b"}"
        case list() if value:
            before = b"["
            for item in value:
                yield before
                before = b","
                yield from encoded(item, by_name=by_name)
            yield b"]"
        case _:
            yield encode(value)


def _is_plain(value: dict[str, Any]) -> bool:
    return len(value) <= _FEW_FIELDS and all(
        len(item) <= WINDOW if isinstance(item, str) else not isinstance(item, (dict, list))
        for item in value.values()
    )
