"""What is in a PDF, as far as a bounded look tells: its pages and their text.

Streams are unpacked up to a limit, and what is drawn as text is read from them as Latin letters.
Fonts are not looked at, so text in other alphabets mostly stays unread, and is told by its length.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

import attrs

#: Streams that are looked at, bytes that are unpacked from one of them, and from all.
_MOST_STREAMS = 2_000
_MOST_OF_ONE = 128 * 1024
_MOST_BYTES = 2 * 1024 * 1024

_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_STREAM = re.compile(rb"stream\r?\n")
_END = b"endstream"
#: A text, a text in hexadecimal, or a gap between texts.
_DRAWN = re.compile(
    rb"\(((?:[^()\\]|\\.){0,4096})\)|<([0-9A-Fa-f\s]{2,8192})>|(T[dDm*]|'|\")", re.DOTALL
)
_WIDE_GAP = re.compile(rb"\)\s*-(?:[2-9]\d\d|\d{4,})(?:\.\d+)?\s*\(")
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|(.))", re.DOTALL)


@attrs.frozen
class Pdf:
    """What was found in a part of one.

    Args:
        pages: how many.
        text: what is drawn as text that can be read.
        unread: how many signs are drawn that cannot be.
        looked_at: the bytes of that part.
    """

    pages: int
    text: str
    unread: int
    looked_at: int


def scan(data: bytes) -> Iterator[Pdf]:
    """Look for pages and text in a PDF, or the beginning of one: what is in the open, then streams."""
    yield Pdf(len(_PAGE.findall(data)), "", 0, len(data))
    left = _MOST_BYTES
    at = 0
    for _ in range(_MOST_STREAMS):
        begun = _STREAM.search(data, at)
        if begun is None or left <= 0:
            break
        end = data.find(_END, begun.end())
        end = len(data) if end < 0 else end
        at = end + len(_END)
        drawn = _unpacked(data[begun.end() : end], min(left, _MOST_OF_ONE))
        left -= len(drawn)
        if b"BT" in drawn and (b"Tj" in drawn or b"TJ" in drawn):
            text, unread = _read(drawn)
            yield Pdf(0, text, unread, len(drawn))
        else:
            yield Pdf(len(_PAGE.findall(drawn)), "", 0, len(drawn))


def _unpacked(stream: bytes, most: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(stream, most)
    except zlib.error:
        return stream[:most] if b"BT" in stream[:64] else b""


def _read(drawn: bytes) -> tuple[str, int]:
    """The text of a page, and how many of its signs are not Latin letters."""
    said: list[bytes] = []
    unread = 0
    for text, coded, gap in _DRAWN.findall(_WIDE_GAP.sub(b" ", drawn)):
        if gap:
            said.append(b"\n" if said and said[-1] != b"\n" else b"")
        elif coded:
            unread += len(coded) // 4
        else:
            said.append(_ESCAPE.sub(_unescaped, text))
    whole = b"".join(said)
    letters = sum(whole.count(letter) for letter in (b" ", b"e", b"a", b"i", b"o", b"n"))
    if letters * 8 < len(whole):
        return "", unread + len(whole)
    return whole.decode("latin-1"), unread


def _unescaped(found: re.Match[bytes]) -> bytes:
    octal, sign = found.groups()
    return bytes([int(octal, 8) % 256]) if octal else sign
