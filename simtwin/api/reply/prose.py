"""Seeded prose: sentences that read like English and mean nothing.

The same source always gives the same text. Drawing a word costs one byte of a hash rather than a
call of a generator, since every answer is made of some fifty of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from hashlib import shake_128
from random import Random

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

#: A text is begun with its length in words in mind and ends with the sentence that reaches it.
_LEAST_WORDS, _MOST_WORDS = 18, 104
#: A sentence is at most 12 words, one byte each for those that are drawn and one for its shape.
_BYTES = _MOST_WORDS + 2 * 16


def answer(source: bytes) -> str:
    """An answer of about 20 to 120 tokens."""
    return _text(source + b"answer", _OPENINGS)


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


# By sound: an honest idea, a usual one.
_BEFORE_VOWEL = re.compile(r"\b([Aa]) (?=[aeio]|u(?!ni|s[eu])|hon)")


def _text(source: bytes, openings: Sequence[Shape]) -> str:
    draws = iter(shake_128(source).digest(_BYTES))
    wanted = _LEAST_WORDS + next(draws) * (_MOST_WORDS - _LEAST_WORDS) // 255
    sentences = [_sentence(openings, draws)]
    words = sentences[0].count(" ") + 1
    while words < wanted:
        sentences.append(_sentence(_SHAPES, draws))
        words += sentences[-1].count(" ") + 1
    return _BEFORE_VOWEL.sub(r"\1n ", " ".join(sentences))


def _sentence(shapes: Sequence[Shape], draws: Iterator[int]) -> str:
    shape = shapes[next(draws) % len(shapes)]
    return (
        " ".join(
            [part if isinstance(part, str) else part[next(draws) % len(part)] for part in shape]
        )
        + "."
    )
