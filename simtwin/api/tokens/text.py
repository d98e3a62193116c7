"""How many tokens a text has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from simtwin.api.tokens.older import OLDER
from simtwin.api.tokens.scale import TOKEN, Scale

#: Of a larger text, others get a turn after this many characters: about ten milliseconds.
WINDOW = 64 * 1024
#: Counted in one go, so that strange texts, which take longer, hold up nobody either.
_AT_ONCE = 16 * 1024
#: How far from the end of a window a space is looked for.
_NEAR = 64

_CAPITAL = r"A-Z\u00c0-\u00d6\u00d8-\u00de"
_SMALL = r"a-z\u00df-\u00f6\u00f8-\u024f\u1e00-\u1eff"
_MARKS = r"!-/:-@\[-`{-~"
# A space before a word or a mark costs nothing; one next to a digit, a sign of Chinese or Korean or
# an emoji is a token. A piece has a bounded length, as pieces are remembered.
_COMMON = (
    r" ?[{capital}]?[{small}]{{1,64}}"
    r"| ?[{capital}]{{1,64}}(?![{small}])"
    r"| ?[0-9]{{1,3}} ?"
    r"|{apostrophe}(?:s|t|d|m|ll|re|ve)(?![{capital}{small}])"
    r"| ?[{marks}]{{1,64}}"
    r"|\n{{1,64}} {{0,64}}"
    r"|\t{{1,16}}"
)
_BLANK = r"| {1,64}"
_OTHERS = (
    r"| ?[\u0370-\u1dff\u1f00-\u1fff]{1,64}"  # other alphabets
    r"| ?[\u3040-\u30ff]{1,64}"  # kana
    r"|[\u3400-\u9fff\uf900-\ufaff]{1,64} ?"  # Chinese characters
    r"|[\uac00-\ud7ff]{1,64} ?"  # Hangul
    r"|[\u2500-\u259f]{1,64} ?"  # boxes
    r"| ?[\u2010-\u206f]"  # punctuation
    r"|[^\x00-\x7f\xa0] ?"
)
_ASCII = re.compile(
    _COMMON.format(capital="A-Z", small="a-z", marks=_MARKS, apostrophe="'") + _BLANK
)
_ANY = re.compile(
    _COMMON.format(capital=_CAPITAL, small=_SMALL, marks=_MARKS, apostrophe="['\u2019]")
    + _OTHERS
    + _BLANK
)

_OUTPUT = re.compile(r" ?(?:[A-Za-z]{1,9}|[0-9]{1,3}|[^\sA-Za-z0-9]{1,2})|\s{1,16}", re.ASCII)


def pieces(text: str) -> list[str]:
    """The text cut into what one token of output each stands for; joined, they are it again."""
    if len(text) <= WINDOW:
        return _OUTPUT.findall(text)
    return [
        piece
        for start in range(0, len(text), WINDOW)
        for piece in _OUTPUT.findall(text[start : start + WINDOW])
    ]


def count(text: str, scale: Scale = OLDER) -> int:
    """How many tokens of input a text has, to the nearest; `scale` is that of who reads it."""
    return (sum(size(window, scale) for window in windows(text)) + TOKEN // 2) // TOKEN


def size(text: str, scale: Scale) -> int:
    """What a text costs in hundredths of a token, counted in one go."""
    return sum(map(scale.price, cuts(text)))


def cuts(text: str) -> list[str]:
    """The pieces of a text that have a cost."""
    return (_ASCII if text.isascii() else _ANY).findall(text)


def windows(text: str) -> Iterable[str]:
    """The text in parts that are counted in one go, cut before a space where there is one."""
    return (text,) if len(text) <= _AT_ONCE else _cut(text)


def _cut(text: str) -> Iterator[str]:
    start = 0
    while len(text) - start > _AT_ONCE:
        end = start + _AT_ONCE
        space = text.rfind(" ", end - _NEAR, end)
        if space > 0:
            end = space
        yield text[start:end]
        start = end
    yield text[start:]
