"""What runs of marks and of other scripts cost."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence

import attrs
from calibrate_words import solve

from simtwin.api.tokens.scale import TOKEN, Scale, cost, is_latin
from simtwin.api.tokens.scripts import SCRIPTS, Script, script
from simtwin.api.tokens.text import cuts

Teacher = Callable[[str], int]
Texts = Sequence[tuple[str, str]]

#: A run of marks gets a cost of its own where this many parts of texts have it; at most so many do.
_SUPPORT, _MARKS, _LONGEST = 40, 90, 8
#: What marks cost where little tells: the first of a run, each further one, and a space before.
_PRIOR = (1.0, 0.8, 0.1)
#: Short texts tell less than long ones; costs that are this part of a token off need no entry.
_SHORT, _NEAR = 10, 8


def fit_marks(scale: Scale, count: Teacher, texts: Texts, exact: Mapping[str, int]) -> Scale:
    """The scale with costs of marks: what is left of whole texts without all the rest.

    Args:
        scale: one that has the costs of words.
        count: how many tokens a text has exactly.
        texts: kinds and texts.
        exact: what words cost, in tokens.
    """
    scale = attrs.evolve(scale, alike=_alike(count), further_marks=TOKEN, marks={})
    support = Counter(piece for _, text in texts for piece in set(cuts(text)))
    often = [
        piece
        for piece, parts in support.most_common()
        if parts >= _SUPPORT and len(piece) <= _LONGEST and is_run_of_marks(piece.strip(" "))
    ]
    places = {piece: len(_PRIOR) + n for n, piece in enumerate(often)}
    others = _foreign_runs(count, texts)
    rows, wanted, weights = [], [], []
    for _, text in texts:
        row, rest = _explained(scale, text, places, exact, others)
        tokens = count(text)
        rows.append(row)
        wanted.append(tokens - rest)
        weights.append(1 / (tokens + _SHORT))
    found = solve(rows, wanted, weights, [*_PRIOR, *(1.0 for _ in places)], floor=-math.inf)
    first, further, spaced = (round(TOKEN * weight) for weight in found[: len(_PRIOR)])
    scale = attrs.evolve(scale, first_marks=first, further_marks=further, spaced_marks=spaced)
    costs = {piece: round(TOKEN * found[place]) for piece, place in places.items()}
    told = {
        piece: price
        for piece, price in costs.items()
        if abs(price - cost(scale, piece)) >= TOKEN // _NEAR
    }
    return attrs.evolve(scale, marks=dict(list(told.items())[:_MARKS]))


def _explained(
    scale: Scale,
    text: str,
    places: Mapping[str, int],
    exact: Mapping[str, int],
    others: Mapping[str, int],
) -> tuple[dict[int, float], float]:
    """The runs of marks of a text as features, and what all the rest costs in tokens."""
    rest = 0.0
    row: dict[int, float] = defaultdict(float)
    for piece, n in Counter(cuts(text)).items():
        word = piece.strip(" ")
        if is_run_of_marks(word):
            if piece in places:
                row[places[piece]] += n
            else:
                row[0] += n
                row[1] += n * (cost(scale, word) / TOKEN - 1)
                row[2] += n * (piece[0] == " ")
        elif word in exact:
            rest += n * exact[word]
        elif word in others:
            rest += n * (others[word] + (piece[-1] == " "))
        else:
            rest += n * cost(scale, piece) / TOKEN
    return row, rest


def print_scripts(count: Teacher, texts: Texts) -> None:
    """Print the lines through what other scripts cost, for simtwin/api/tokens/scripts.py."""
    times = Counter(piece for _, text in texts for piece in cuts(text))
    for known in _of_scripts(_foreign_runs(count, texts), times):
        print(known)


def is_run_of_marks(piece: str) -> bool:
    """Whether a piece is neither blank, nor a word, nor a number, nor of another script."""
    return bool(piece) and not any(
        sign.isalnum() or sign.isspace() or not sign.isascii() for sign in piece
    )


def _foreign_runs(count: Teacher, texts: Texts) -> dict[str, int]:
    """What runs of other scripts cost, without what the spaces beside them do."""
    apart, together = count("x x"), 2 * count("x")
    runs = {
        piece.strip(" ")
        for _, text in texts
        if not text.isascii()
        for piece in cuts(text)
        if not piece.isascii() and not is_latin(piece.strip(" ")[0])
    }
    return {
        run: count(f"x{run}x") - together
        if f"{run} " in cuts(f"x{run} x")
        else count(f"x {run} x") - apart
        for run in runs
    }


def _of_scripts(runs: Mapping[str, int], times: Mapping[str, int]) -> list[Script]:
    """A line through what runs of each script cost by their length."""
    points: dict[Script, list[tuple[int, int, int]]] = defaultdict(list)
    for run, price in runs.items():
        seen = sum(times.get(piece, 0) for piece in (run, f" {run}", f"{run} "))
        points[script(run[0])].append((len(run), price, seen))
    found = []
    for known in SCRIPTS:
        if not points[known]:
            found.append(known)
            continue
        often = sum(n for _, _, n in points[known])
        length, mean = (sum(point[i] * point[2] for point in points[known]) / often for i in (0, 1))
        spread = sum(n * (x - length) ** 2 for x, _, n in points[known])
        tilt = sum(n * (x - length) * (y - mean) for x, y, n in points[known])
        each = tilt / spread if spread else mean / length
        start = mean - each * length
        found.append(Script(known.last, round(TOKEN * start), round(TOKEN * each), known.name))
    return found


def _alike(count: Teacher) -> int:
    return next(n for n in (64, 32, 16, 8) if count(f"x{'=' * n}x") <= 3)
