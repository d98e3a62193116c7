"""What scripts other than Latin cost: the same with both vocabularies.

A run of letters costs its start and each of its letters, in hundredths of a token. The numbers are
the lines that benchmarks/calibrate_tokens.py lays through what runs of each script cost exactly.
"""

from __future__ import annotations

from bisect import bisect_left

import attrs


@attrs.frozen
class Script:
    """Code points up to `last` where no other script comes before, and what they cost."""

    last: int
    start: int
    each: int
    name: str


SCRIPTS = (
    Script(0x024F, 0, 103, "Latin"),
    Script(0x03FF, 50, 71, "Greek"),
    Script(0x052F, 84, 33, "Cyrillic"),
    Script(0x058F, 172, 56, "Armenian"),
    Script(0x05FF, 82, 65, "Hebrew"),
    Script(0x08FF, 68, 67, "Arabic"),
    Script(0x097F, 0, 91, "Devanagari"),
    Script(0x09FF, 0, 106, "Bengali"),
    Script(0x0BFF, 74, 86, "Tamil and others"),
    Script(0x0C7F, 109, 85, "Telugu"),
    Script(0x0CFF, 189, 179, "Kannada"),
    Script(0x0DFF, 128, 109, "Malayalam and Sinhala"),
    Script(0x0EFF, 87, 96, "Thai and Lao"),
    Script(0x109F, 175, 99, "Tibetan and Burmese"),
    Script(0x10FF, 130, 61, "Georgian"),
    Script(0x13FF, 201, 105, "Ethiopic and others"),
    Script(0x1FFF, 111, 108, "Khmer and others"),
    Script(0x206F, 0, 115, "punctuation"),
    Script(0x24FF, 0, 107, "symbols"),
    Script(0x259F, 74, 33, "boxes"),
    Script(0x2FFF, 0, 205, "pictures"),
    Script(0x303F, 0, 100, "Chinese punctuation"),
    Script(0x30FF, 6, 82, "kana"),
    Script(0x9FFF, 31, 107, "Chinese characters"),
    Script(0xABFF, 0, 100, "rare alphabets"),
    Script(0xD7FF, 11, 104, "Hangul"),
    Script(0xFEFF, 0, 125, "compatibility"),
    Script(0xFFFF, 0, 100, "full width"),
    Script(0x10FFFF, 0, 279, "emoji and others"),
)


def script(sign: str) -> Script:
    """The script of a letter or sign."""
    return SCRIPTS[bisect_left(SCRIPTS, ord(sign), key=_last)]


def _last(known: Script) -> int:
    return known.last
