"""Images by their headers alone: what kind they are, and how large."""

from __future__ import annotations

import struct

#: Segments of a JPEG that are skipped on the way to its frame; a photo has some ten.
_MOST_SEGMENTS = 1_000
_PNG = b"\x89PNG\r\n\x1a\n"
_GIF = (b"GIF87a", b"GIF89a")
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_STANDALONE = frozenset((0x01, *range(0xD0, 0xD9)))


def size(data: bytes) -> tuple[str, int, int] | None:
    """The media type, width and height in pixels of an image; None where it is none.

    Args:
        data: its beginning; nothing is decoded.
    """
    if data.startswith(_PNG):
        return _png(data)
    if data.startswith(_GIF):
        return _sized("image/gif", data, "<HH", 6)
    if data.startswith(b"\xff\xd8"):
        return _jpeg(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data)
    return None


def _sized(kind: str, data: bytes, form: str, at: int) -> tuple[str, int, int] | None:
    if len(data) < at + struct.calcsize(form):
        return None
    width, height = struct.unpack_from(form, data, at)
    return (kind, width, height) if width and height else None


def _png(data: bytes) -> tuple[str, int, int] | None:
    return _sized("image/png", data, ">II", 16) if data[12:16] == b"IHDR" else None


def _jpeg(data: bytes) -> tuple[str, int, int] | None:
    at = 2
    for _ in range(_MOST_SEGMENTS):
        if len(data) < at + 4 or data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in _STANDALONE:
            at += 2
        elif marker in _FRAMES:
            found = _sized("image/jpeg", data, ">HH", at + 5)
            return None if found is None else ("image/jpeg", found[2], found[1])
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return None


def _webp(data: bytes) -> tuple[str, int, int] | None:
    match data[12:16]:
        case b"VP8 ":
            found = _sized("image/webp", data, "<HH", 26)
            return found and ("image/webp", found[1] & 0x3FFF, found[2] & 0x3FFF)
        case b"VP8L" if len(data) >= 25:
            bits = int.from_bytes(data[21:25], "little")
            return "image/webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8X" if len(data) >= 30:
            width, height = (int.from_bytes(data[at : at + 3], "little") for at in (24, 27))
            return "image/webp", width + 1, height + 1
    return None
