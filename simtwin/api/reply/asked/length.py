"""How long an answer is asked to be.

A request often says so: in a number of words, sentences, paragraphs or items, by asking for a story
or for brevity, or by being a short question. What it does not say is left to the prose.
"""

from __future__ import annotations

import re

from simtwin.api.reply.prose import Length

#: How much of a request is looked at, from either end: instructions stand at one of them.
_LOOKED_AT = 1_000
#: As much as an answer of a real model has, about, whatever number is asked for.
MOST_WORDS, MOST_PARTS = 4_000, 100

_NUMBERS = {
    word: number
    for number, word in enumerate(
        [
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        ],
        1,
    )
}
_NUMBER = rf"\b(\d{{1,5}}|{'|'.join(_NUMBERS)})"
_WORDS = re.compile(_NUMBER + r"[\s-]+words?\b", re.IGNORECASE)
_KINDS = (
    "sentence|paragraph|item|bullet|point|tip|idea|example|reason|step|name|option|suggestion|fact|"
    "question|thing|way"
)
_PARTS = re.compile(_NUMBER + rf"(?:[\s-]+[a-z]+){{0,2}}?[\s-]+({_KINDS})s?\b", re.IGNORECASE)
_LIST_OF = re.compile(r"\blist (?:of )?" + _NUMBER + r"\b", re.IGNORECASE)
_BRIEF = re.compile(
    r"\b(?:brief(?:ly)?|concise(?:ly)?|tl;?dr|yes or no|in short|one[\s-]liner|short answer|"
    r"(?:just|only) (?:the|say|answer|reply|respond))\b",
    re.IGNORECASE,
)
_LONG = re.compile(
    r"\b(?:story|essay|article|blog post|report|chapter|in detail|detailed|thorough(?:ly)?|"
    r"comprehensive|in depth|at length|long)\b",
    re.IGNORECASE,
)
#: Of the words and digits of a text in small letters, some of these are there where one of the
#: expressions above fits: each has a number and what is counted, or a word of its own.
_NUMERALS = frozenset((*_NUMBERS, *"0123456789"))
_COUNTED = frozenset(
    ("word", "words", "list", *_KINDS.split("|"), *_KINDS.replace("|", "s|").split("|"), "ways")
)
_OTHERS = (
    "brief briefly concise concisely tl tldr yes short liner just only story essay article blog report "
    "chapter detail detailed thorough thoroughly comprehensive depth length long"
)
_TELLING = frozenset(_OTHERS.split())
_parts_of = re.compile("[a-z]+|[0-9]").findall

_SHORT_QUESTION = 8

_ONE_SENTENCE, _SOME, _MANY = Length(4, 9), Length(8, 40), Length(250, 600)
_OF_A_PARAGRAPH = (40, 80)


def length_asked(text: str) -> Length | None:
    """The length that the last text of a request asks for, None where it does not say."""
    if len(text) > 2 * _LOOKED_AT:
        text = f"{text[:_LOOKED_AT]}\n{text[-_LOOKED_AT:]}"
    if _may_say(text) and (said := _said(text)) is not None:
        return said
    if text.rstrip().endswith("?") and text.count(" ") < _SHORT_QUESTION:
        return _SOME
    return None


def _may_say(text: str) -> bool:
    """Whether a text may say it: most do not, and to search for all of it takes ten times as long."""
    if not text.isascii():
        return True  # letters of other alphabets may be small forms of ours
    found = _parts_of(text.lower())
    if not _TELLING.isdisjoint(found):
        return True
    return not (_NUMERALS.isdisjoint(found) or _COUNTED.isdisjoint(found))


def _said(text: str) -> Length | None:
    """The length that a text says."""
    if found := _WORDS.search(text):
        words = min(_number(found[1]), MOST_WORDS)
        return Length(words, words, exact=True)
    if found := _PARTS.search(text):
        return _parts(min(_number(found[1]), MOST_PARTS), found[2].lower())
    if found := _LIST_OF.search(text):
        return _parts(min(_number(found[1]), MOST_PARTS), "item")
    if _BRIEF.search(text):
        return _ONE_SENTENCE
    if _LONG.search(text):
        return _MANY
    return None


def _number(text: str) -> int:
    return max(1, _NUMBERS.get(text.lower()) or int(text))


def _parts(number: int, kind: str) -> Length:
    if kind == "sentence":
        return Length(1, 1, sentences=number)
    if kind == "paragraph":
        return Length(*_OF_A_PARAGRAPH, paragraphs=number)
    return Length(4, 12, items=number)
