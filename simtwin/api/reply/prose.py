"""Seeded prose: sentences that read like English and mean nothing.

The same source always gives the same text. Drawing a word costs one byte of a hash rather than a
call of a generator, since every answer is made of some fifty of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from hashlib import shake_128
from random import Random

import attrs

from simtwin.api.reply.words import ADJECTIVES, ADVERBS, NOUNS, PLACES, VERBS

#: A shape of a sentence: words as they are, and tables of words to draw from.
Shape = Sequence[str | Sequence[str]]

_N, _A, _V, _D, _P = NOUNS, ADJECTIVES, VERBS, ADVERBS, PLACES
_SHAPES: Sequence[Shape] = (
    ("The", _A, _N, _V, "the", _N, _P, "the", _N),
    ("A", _A, _N, _D, _V, "each", _N, "and", "every", _N),
    ("In", "the", _A, _N, "the", _N, _V, "a", _A, _N),
    ("Most", "of", "the", "time", "the", _N, _V, "the", _N, _D),
    ("When", "the", _N, _V, "the", _N, "the", _A, _N, _D, _V, "it"),
    ("This", _N, _V, "the", _N, "but", "not", "the", _A, _N),
    ("There", "is", "a", _A, _N, _P, "the", _N),
    ("It", _D, _V, "the", _N, "so", "the", _N, _V, "a", _A, _N),
)
_OPENINGS: Sequence[Shape] = (
    ("Here", "is", "a", _A, _N),
    ("In", "short", "the", _N, _V, "the", _N),
    ("That", "is", "a", _A, _N),
)
_CALLS: Sequence[Shape] = (
    ("Let", "me", "look", "that", "up"),
    ("One", "moment", "while", "the", "tool", "looks", _P, "the", _N),
    ("A", "tool", "can", "answer", "that", _D),
    ("The", _N, "is", "one", "call", "away"),
)
_THOUGHTS: Sequence[Shape] = (
    ("The", "question", "is", "about", "a", _N),
    ("First", "the", _N, "then", "the", _A, _N),
    ("What", "matters", "here", "is", "the", _A, _N),
)

#: A sentence is at most 12 words, one byte each for those that are drawn and one for its shape.
_LONGEST_SENTENCE = 16


@attrs.frozen
class Length:
    """How long a text is.

    Args:
        least: the fewest words that are aimed at; it ends with the sentence that reaches the number.
        most: the most of them.
        exact: whether it ends in mid-sentence instead.
        sentences: how many sentences it has, whatever the words; 0 where that is not said.
        paragraphs: how many of such texts there are, each a paragraph.
        items: how many of such texts there are, each an item of a list; 0 for no list.
    """

    least: int
    most: int
    exact: bool = False
    sentences: int = 0
    paragraphs: int = 1
    items: int = 0


#: Where nobody says how long.
USUAL = Length(18, 104)


def answer(source: bytes, length: Length = USUAL) -> str:
    """An answer, of about 20 to 120 tokens where its length is the usual."""
    source += b"answer"
    if length.items:
        items = (_text(source + b"%d" % item, _SHAPES, length) for item in range(length.items))
        return "\n".join(f"{number}. {item}" for number, item in enumerate(items, 1))
    text = _text(source, _OPENINGS, length)
    if length.paragraphs == 1:
        return text
    more = (_text(source + b"%d" % each, _SHAPES, length) for each in range(1, length.paragraphs))
    return "\n\n".join((text, *more))


def thoughts(source: bytes) -> str:
    """What the model thinks before it answers, of about 20 to 120 tokens."""
    return _text(source + b"thoughts", _THOUGHTS)


def before_call(source: bytes) -> str:
    """The sentence before a tool is called."""
    draws = iter(shake_128(source + b"call").digest(16))
    return _sentence(_CALLS, draws)


def word(source: int) -> str:
    """A noun, by number."""
    return NOUNS[source % len(NOUNS)]


def phrase(rng: Random) -> str:
    """A few words that belong together, such as a title or what to search for."""
    return f"{rng.choice(ADJECTIVES)} {rng.choice(NOUNS)} {rng.choice(NOUNS)}"


def summary(source: bytes) -> str:
    """What a conversation is compacted to."""
    return "The conversation so far, in short. " + _text(source + b"summary", _OPENINGS)


# By sound: an honest idea, a usual one. That the article is no end of a word is looked at last: who
# begins with a letter is found twice as fast.
_BEFORE_VOWEL = re.compile(r"([Aa])(?<!\w[Aa]) (?=[aeio]|u(?!ni|s[eu])|hon)")


def _text(source: bytes, openings: Sequence[Shape], length: Length = USUAL) -> str:
    # As many bytes as the longest text draws, and one for its length.
    size = max(length.most, length.sentences * _LONGEST_SENTENCE) + 2 * _LONGEST_SENTENCE
    draws = iter(shake_128(source).digest(size))
    wanted = length.least + next(draws) * (length.most - length.least) // 255
    sentences = [_sentence(openings, draws)]
    words = sentences[0].count(" ") + 1
    while words < wanted or len(sentences) < length.sentences:
        sentences.append(_sentence(_SHAPES, draws))
        words += sentences[-1].count(" ") + 1
    text = _BEFORE_VOWEL.sub(r"\1n ", " ".join(sentences))
    return " ".join(text.split()[:wanted]).rstrip(".") + "." if length.exact else text


def _sentence(shapes: Sequence[Shape], draws: Iterator[int]) -> str:
    shape = shapes[next(draws) % len(shapes)]
    return (
        " ".join(
            [part if isinstance(part, str) else part[next(draws) % len(part)] for part in shape]
        )
        + "."
    )
