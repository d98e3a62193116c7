"""What images and documents cost.

An image is cut into patches of 28 by 28 pixels, one token each; a larger one than the model takes is
scaled down first (platform.claude.com, "Vision", 2026-08; on all recorded images this is exact, with
three tokens besides). A page of a PDF is an image and its text ("PDF support": 1,500 to 3,000 tokens
a page).
"""

from __future__ import annotations

import binascii
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import Any
from zlib import crc32

import msgspec

from simtwin.api.images import size
from simtwin.api.tokens.family import Family
from simtwin.api.tokens.parts import Part, Weighed
from simtwin.api.tokens.pdf import scan

_PATCH = 28
#: What an image costs besides its patches.
_IMAGE = 3
#: What a page costs besides its text: 1,572 for Letter, 1,597 for A4, as recorded with Sonnet 4.5.
_PAGE = 1_580
#: Characters of text that cannot be read, for each token.
_UNREADABLE = 4

#: As much of an image, in base64, as is decoded for its header; of a PDF for its pages and text.
_IMAGE_HEADER = 256 * 1024
_PDF_LOOKED_AT = 2 * 1024 * 1024
#: Sides in pixels, and pages, of what is elsewhere: made up from where that is.
_SIDES = (200, 1_400)
_PAGES = 5
#: No model has room for more.
_MOST_PAGES = 1_000_000 // _PAGE

_encode = msgspec.json.Encoder(order="deterministic").encode

Source = Mapping[str, Any]


def image_part(source: Source, kind: Family) -> Part:
    """What an image costs."""
    data = source.get("data")
    if not isinstance(data, str):
        drawn = crc32(_encode(source))
        least, most = _SIDES
        width, height = (least + part % (most - least) for part in (drawn, drawn >> 11))
        return _IMAGE + patches(width, height, kind)
    header = data[:_IMAGE_HEADER]
    found = size(_decoded(header))
    sides = (found[1], found[2]) if found else (_SIDES[0], _SIDES[0])
    return Weighed(_IMAGE + patches(*sides, kind), len(header) // 16)


def patches(width: int, height: int, kind: Family) -> int:
    """The patches of an image, scaled down as little as must be."""
    long, short = max(width, height), min(width, height)

    def at(edge: int) -> int:
        return -(-edge // _PATCH) * max(1, -(-(short * edge) // (long * _PATCH)))

    edge = min(long, kind.longest_edge)
    if at(edge) > kind.most_patches:
        edge = bisect_right(range(1, edge + 1), kind.most_patches, key=at)
    return at(edge)


def document_parts(source: Source) -> Iterator[Part]:
    """What a document costs that is not made of blocks."""
    data = source.get("data")
    if not isinstance(data, str):
        pages = 1 + crc32(_encode(source)) % _PAGES
        yield pages * (_PAGE + _PAGE // 2)
    elif source.get("type") == "text":
        yield data
    else:
        yield from _pdf(data)


def _pdf(data: str) -> Iterator[Part]:
    looked_at = data[:_PDF_LOOKED_AT]
    pages = 0
    for found in scan(_decoded(looked_at)):
        pages += found.pages
        yield Weighed(found.unread // _UNREADABLE, found.looked_at)
        if found.text:
            yield found.text
    pages = max(1, pages)
    if len(data) > len(looked_at):
        # The rest is taken to be as what was looked at.
        pages = pages * len(data) // len(looked_at)
    yield min(pages, _MOST_PAGES) * _PAGE


def _decoded(data: str) -> bytes:
    try:
        return binascii.a2b_base64(data[: len(data) // 4 * 4])
    except (binascii.Error, ValueError):
        return b""
