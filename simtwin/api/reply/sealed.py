"""The envelope of what the API hands out sealed: signatures, redacted thinking, web contents.

Recorded ones (2025 to 2026) are base64 of a protocol-buffers message, whatever is in it:

    2: { 1: header, 2: nonce (12 bytes), 3: mark (12), 4: lock (48), 5: payload }   3: purpose

The twin makes the same, so that what a client stores, counts or truncates has the real size.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode

import attrs

NONCE, MARK, LOCK = 12, 12, 48

#: What a seal is for, as its last field tells.
THINKING, CONTENT, INDEX = 1, 3, 4
#: No recording has one of these.
SUMMARY = 5

# The lowest three bits of a field's key: what kind of value follows.
_NUMBER, _BYTES = 0, 2


@attrs.frozen
class Sealed:
    """What is in an envelope."""

    header: bytes
    nonce: bytes
    mark: bytes
    lock: bytes
    payload: bytes
    purpose: int

    def text(self) -> str:
        """The envelope in base64."""
        parts = (self.header, self.nonce, self.mark, self.lock, self.payload)
        body = b"".join(field(number, part) for number, part in enumerate(parts, 1))
        return b64encode(field(2, body) + number_field(3, self.purpose)).decode()


def opened(text: str) -> Sealed | None:
    """What is in an envelope of just that form, None for any other text."""
    outer = fields(_decoded(text))
    if outer is None or outer.keys() != {2, 3}:
        return None
    body, purpose = outer[2], outer[3]
    inner = fields(body) if isinstance(body, bytes) else None
    if inner is None or inner.keys() != {1, 2, 3, 4, 5} or not isinstance(purpose, int):
        return None
    header, nonce, mark, lock, payload = (inner[number] for number in range(1, 6))
    if not all(isinstance(part, bytes) for part in inner.values()):
        return None
    if (len(nonce), len(mark), len(lock)) != (NONCE, MARK, LOCK):  # type: ignore[arg-type]  # bytes
        return None
    return Sealed(header, nonce, mark, lock, payload, purpose)  # type: ignore[arg-type]  # bytes


def looks_sealed(text: str) -> bool:
    """Whether a text is an envelope at all, of this form or one of the real API's others."""
    outer = fields(_decoded(text))
    body = None if outer is None else outer.get(2)
    return isinstance(body, bytes) and len(body) > NONCE + MARK + LOCK


def field(number: int, value: bytes) -> bytes:
    """One field of bytes."""
    return bytes((number << 3 | _BYTES,)) + _varint(len(value)) + value


def number_field(number: int, value: int) -> bytes:
    """One field that is a number."""
    return bytes((number << 3 | _NUMBER,)) + _varint(value)


def fields(data: bytes | None) -> dict[int, bytes | int] | None:
    """The fields of a message by their numbers, None where it is none."""
    if not data:
        return None
    found: dict[int, bytes | int] = {}
    at = 0
    while at < len(data):
        key, at = _read(data, at)
        value, at = _read(data, at)
        if at < 0:
            return None
        if key & 7 == _BYTES:
            if at + value > len(data):
                return None
            found[key >> 3] = data[at : at + value]
            at += value
        elif key & 7 == _NUMBER:
            found[key >> 3] = value
        else:
            return None
    return found


def _decoded(text: str) -> bytes | None:
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _varint(value: int) -> bytes:
    parts = []
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*parts, value))


def _read(data: bytes, at: int) -> tuple[int, int]:
    """A number and where it ends, or a place of -1 where there is none."""
    value = 0
    for shift in range(0, 35, 7):
        if not 0 <= at < len(data):
            return 0, -1
        value |= (data[at] & 0x7F) << shift
        at += 1
        if data[at - 1] < 0x80:
            return value, at
    return 0, -1
