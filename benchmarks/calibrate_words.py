"""What words cost: a table of letters that stand side by side, and words that it tells wrongly."""

from __future__ import annotations

import importlib
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import attrs

from simtwin.api.tokens.scale import TOKEN, Scale, is_latin, plain, raw_word, word_cost

ALPHABET = "^abcdefghijklmnopqrstuvwxyz~#$"
#: Levels of the table of pairs: one letter each, `M` is nothing, in steps of a tenth of a token.
STEP, LEVELS = TOKEN // 10, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#: Lengths that have a cost of their own; words that are fitted, the most frequent ones; how many
#: get a cost of their own; rounds in which those that count are found anew.
_LONGEST, _FITTED, _WORDS, _ROUNDS = 20, 30_000, 2_000, 4
#: Letters are to tell about rare words, as common ones have costs of their own.
_EVENED = 0.5
#: How strongly little told weights are held to the prior, as a share of all words.
_PULL = 3e-5
_PAIR = 0.3
#: Half of the weight is English prose, a tenth other languages, the rest the texts.
_ENGLISH, _OTHERS = 0.5, 0.1
_LANGUAGES = (
    "ca",
    "cs",
    "da",
    "de",
    "es",
    "fi",
    "fr",
    "hu",
    "id",
    "it",
    "nb",
    "nl",
    "pl",
    "pt",
    "ro",
    "sv",
    "tr",
    "vi",
)
_LISTED = {"en": 20_000, "other": 2_500}
#: Words that are left to their letters, since the table is for people to read.
_COARSE = re.compile(
    "ass(es|hole)?$|bitch|cock|cunt|damn|dick|fuck|nigg|porn|pussy|rap(e|ist)|shit|slut|whore"
)
#: The share of words of prose that begin with a capital, and that are of capitals.
_TITLES, _CAPITALS = 0.1, 0.01


def weighted(texts: Mapping[str, int]) -> dict[str, float]:
    """How much each word matters: by frequency lists of languages, and by how often texts have it.

    Args:
        texts: how often each word is in the texts.
    """
    frequencies = importlib.import_module("wordfreq")
    found: dict[str, float] = defaultdict(float)
    shares = {"en": _ENGLISH} | {name: _OTHERS / len(_LANGUAGES) for name in _LANGUAGES}
    for language, share in shares.items():
        most = _LISTED.get(language, _LISTED["other"])
        listed = {
            word: frequencies.word_frequency(word, language)
            for word in frequencies.top_n_list(language, most)
            if word.islower() and all(map(is_latin, word))
        }
        all_ = sum(listed.values())
        for word, often in listed.items():
            found[word] += often / all_ * share * (1 - _TITLES - _CAPITALS)
            if len(word) > 1:
                found[word.capitalize()] += often / all_ * share * _TITLES
                found[word.upper()] += often / all_ * share * _CAPITALS
    said = sum(texts.values())
    for word, often in texts.items():
        found[word] += often / said * (1 - _ENGLISH - _OTHERS)
    return dict(found)


def fit_words(weights: Mapping[str, float], exact: Mapping[str, int], blank: Scale) -> Scale:
    """The scale for words; what it has for anything else is that of `blank`.

    Args:
        weights: how much each word matters.
        exact: what each costs, in tokens.
        blank: a scale to begin with.
    """
    small = _most([word for word in exact if word.islower()], weights)
    scale = blank
    common: dict[str, int] = {}
    for _ in range(2):
        left = [word for word in small if word not in common]
        scale = attrs.evolve(_of_letters(left, weights, exact, blank), words=common)
        scale = _of_capitals(scale, weights, exact)
        common = common or _told_wrongly(scale, weights, exact)
    return attrs.evolve(scale, words=common)


def _most(words: Sequence[str], weights: Mapping[str, float]) -> list[str]:
    return sorted(words, key=lambda word: (-weights[word], word))[:_FITTED]


def _told_wrongly(
    scale: Scale, weights: Mapping[str, float], exact: Mapping[str, int]
) -> dict[str, int]:
    """General words of which the letters tell most wrongly, by how much they matter."""
    general = set(importlib.import_module("wordfreq").top_n_list("en", _LISTED["en"]))
    wrong = {
        word: weights[word] * abs(word_cost(scale, word) / TOKEN - price)
        for word, price in exact.items()
        if word.isascii() and word.lower() in general and not _COARSE.search(word.lower())
    }
    worst = sorted(wrong, key=lambda word: (-wrong[word], word))[:_WORDS]
    return {word: exact[word] * TOKEN for word in worst}


def _of_letters(
    words: Sequence[str], weights: Mapping[str, float], exact: Mapping[str, int], blank: Scale
) -> Scale:
    places = {pair: _LONGEST + 1 + n for n, pair in enumerate(_pairs())}
    rows = []
    for word in words:
        ends = f"^{plain(word)}$"
        row: Counter[int] = Counter(places[one, other] for one, other in pairwise(ends))
        row[min(len(word), _LONGEST)] += 1
        row[0] = max(0, len(word) - _LONGEST)
        rows.append(dict(row))
    prior = [max(1.0, n / 4) for n in range(_LONGEST + 1)] + [_PAIR] * len(places)
    matter = [weights[word] ** _EVENED for word in words]
    found = solve(rows, [exact[word] for word in words], matter, prior)
    half = LEVELS.index("M")
    return attrs.evolve(
        blank,
        lengths=[round(TOKEN * found[n]) for n in (*range(1, _LONGEST + 1), 0)],
        pairs={
            pair: STEP * max(-half, min(half, round(found[place] * 10)))
            for pair, place in places.items()
        },
    )


def _pairs() -> list[tuple[str, str]]:
    return [(one, other) for one in ALPHABET for other in ALPHABET]


def _of_capitals(scale: Scale, weights: Mapping[str, float], exact: Mapping[str, int]) -> Scale:
    """What a capital in front adds, and what words of capitals cost."""
    titles = [word for word in exact if len(word) > 1 and word.istitle()]
    capitals = [word for word in exact if len(word) > 1 and word.isupper()]
    bases = [raw_word(scale, word.lower()) / TOKEN for word in titles]
    # Rows are what is added; the floor is that of the whole word.
    title = solve(
        [{0: 1, 1: len(word), 2: base} for word, base in zip(titles, bases, strict=True)],
        [exact[word] for word in titles],
        [weights[word] for word in titles],
        [0.5, 0.05, 1.0],
        held={2: 1.0},
    )
    capital = solve(
        [
            {0: 1, 1: len(word), 2: max(1, raw_word(scale, word.lower()) / TOKEN)}
            for word in capitals
        ],
        [exact[word] for word in capitals],
        [weights[word] for word in capitals],
        [0.0, 0.3, 1.0],
    )
    return attrs.evolve(
        scale,
        title=(round(TOKEN * title[0]), round(TOKEN * title[1])),
        capitals=(round(TOKEN * capital[0]), round(TOKEN * capital[1]), round(TOKEN * capital[2])),
    )


def solve(
    rows: Sequence[Mapping[int, float]],
    targets: Sequence[float],
    weights: Sequence[float],
    prior: Sequence[float],
    *,
    floor: float = 1,
    held: Mapping[int, float] | None = None,
) -> list[float]:
    """Weights of features by least squares, where what is predicted is never below `floor`.

    Rows whose prediction is below it, as their target is, tell nothing about the weights, so the
    rows that count are found in turns with the weights.

    Args:
        rows: features with their values.
        targets: what each row should come to.
        weights: how much each row matters.
        prior: weights that those little told about stay near.
        floor: the least that is predicted.
        held: weights that are known.
    """
    numpy = importlib.import_module("numpy")
    values: Any = numpy.zeros((len(rows), len(prior)), numpy.float32)
    for place, row in enumerate(rows):
        for feature, value in row.items():
            values[place, feature] = value
    wanted = numpy.array(targets, numpy.float32)
    matter = numpy.array(weights, numpy.float32)
    matter /= matter.sum()
    given = numpy.array(prior)
    known = held or {}
    for feature, weight in known.items():
        wanted = wanted - values[:, feature] * weight
    free = [feature for feature in range(len(prior)) if feature not in known]
    fixed = sum(values[:, feature] * weight for feature, weight in known.items())
    values, given = values[:, free], given[free]
    found = given
    for _ in range(_ROUNDS):
        low = (values @ found + fixed < floor) & (wanted + fixed <= floor)
        kept = values[~low] * matter[~low, None]
        squares = kept.T @ values[~low] + _PULL * numpy.eye(len(free))
        moments = kept.T @ wanted[~low] + _PULL * given
        found = numpy.linalg.solve(squares, moments)
    whole = dict(zip(free, found, strict=True)) | dict(known)
    return [float(whole[feature]) for feature in range(len(prior))]
