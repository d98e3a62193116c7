"""What came of a storm, in figures that can be held side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from simtwin.core.bucket import NS
from simtwin.core.storm.books import SERIES, WINDOW, WINDOW_SECONDS, Book, Books, Spread
from simtwin.core.storm.overload import SPAN, Overload, before_it, judged, patience
from simtwin.core.storm.storm import Storm


@attrs.frozen
class Latency:
    """How long calls took that were answered, waits and failed attempts included (s).

    To within 0.8 %; None where none was answered.
    """

    p50: float | None
    p95: float | None
    p99: float | None


@attrs.frozen
class Series:
    """By windows of ten seconds: what began, came or happened in each."""

    calls: Sequence[int]
    attempts: Sequence[int]
    served: Sequence[int]
    refused: Sequence[int]
    limited: Sequence[int]
    timed_out: Sequence[int]
    lost: Sequence[int]


@attrs.frozen
class Fared:
    """How some clients fared.

    calls = served + lost + unfinished; attempts = served + refused + limited + timed_out + under_way

    Args:
        name: what they are called.
        clients: how many they are.
        calls: how many began.
        served: how many of them were answered.
        lost: how many were given up.
        unfinished: how many were not over at the end.
        attempts: how many came to the server.
        refused: how many of them found no room (529).
        limited: how many found the limit used up (429).
        timed_out: how many had no answer in time.
        under_way: how many had no answer yet at the end.
        amplification: attempts a call.
        latency: how long answered calls took.
        fair_share: calls served a client, by those of all clients, from the cause until all was
            well again or to the end; 1 is as many as the others. None without a cause.
        series: all of it over time.
    """

    name: str
    clients: int
    calls: int
    served: int
    lost: int
    unfinished: int
    attempts: int
    refused: int
    limited: int
    timed_out: int
    under_way: int
    amplification: float
    latency: Latency
    fair_share: float | None
    series: Series


@attrs.frozen
class Outcome:
    """What came of it.

    Args:
        seed: the number that decided all chance.
        seconds: how much of it was simulated.
        cut_short: whether there were too many events for the rest.
        events: how many there were.
        room: how many answers there is room for.
        most_under_way: how many there were at a time, at most.
        cause: from when to when something went wrong (s).
        all: how all clients fared.
        populations: how each population fared.
        worst_minute: the attempts of the minute that had most, by those of a minute before the cause
            (or, without one, of any minute in the mean): how many times the load it came to.
        wasted: the share of the server's work that was for nothing: answers that nobody waited for
            to the end, and turning away.
        fairness: by Jain, of calls served a client from one population to another in that time: 1
            where all are served alike, 1/n where one of n is served alone. None for one population.
        overload: whether the overload outlived its cause.
    """

    seed: int
    seconds: float
    cut_short: bool
    events: int
    room: int
    most_under_way: int
    cause: tuple[float, float] | None
    all: Fared
    populations: Sequence[Fared]
    worst_minute: float
    wasted: float
    fairness: float | None
    overload: Overload
    window_seconds: int = WINDOW_SECONDS


def outcome(storm: Storm, books: Books) -> Outcome:
    """The figures of what was counted."""
    stopped, whole = books.stopped_at / NS, books.stopped_at // WINDOW
    together = _together(books.by_population)
    causes = storm.causes
    cause = (
        (min(each.start for each in causes), max(each.end for each in causes)) if causes else None
    )
    in_vain = _sums([together.refused, together.limited, together.timed_out])
    overload = judged(
        together.served[:whole],
        together.attempts[:whole],
        in_vain[:whole],
        cause,
        patience(storm.every_seconds, books.longest_wait / NS),
    )
    trouble = _trouble(cause, overload, whole)
    names = [each.name for each in storm.populations]
    clients = [each.clients for each in storm.populations]
    rates = _rates(books.by_population, clients, trouble)
    mean = sum(together.served[trouble]) / storm.clients
    turning_away = sum(together.refused) * storm.serving.capacity.refused_seconds * NS
    work = books.work + turning_away
    return Outcome(
        seed=storm.seed,
        seconds=stopped,
        cut_short=books.cut_short,
        events=books.events,
        room=storm.serving.capacity.in_flight or 0,
        most_under_way=books.most_under_way,
        cause=cause,
        all=_fared("all", storm.clients, together, None),
        populations=tuple(
            _fared(name, count, book, rate / mean if cause and mean else None)
            for name, count, book, rate in zip(
                names, clients, books.by_population, rates, strict=True
            )
        ),
        worst_minute=_worst(together.attempts[:whole], cause),
        wasted=(books.abandoned + turning_away) / work if work else 0.0,
        fairness=_jain(rates) if len(rates) > 1 and cause else None,
        overload=overload,
    )


def _fared(name: str, clients: int, book: Book, fair_share: float | None) -> Fared:
    totals = {series: sum(getattr(book, series)) for series in SERIES}
    took = book.took
    return Fared(
        name=name,
        clients=clients,
        **totals,
        unfinished=book.unfinished,
        under_way=book.under_way,
        amplification=totals["attempts"] / totals["calls"] if totals["calls"] else 0.0,
        latency=Latency(took.percentile(0.5), took.percentile(0.95), took.percentile(0.99)),
        fair_share=fair_share,
        series=Series(**{series: tuple(getattr(book, series)) for series in SERIES}),
    )


def _together(books: Sequence[Book]) -> Book:
    if len(books) == 1:
        return books[0]
    together = Book(books[0].windows, took=Spread())
    for series in SERIES:
        setattr(together, series, _sums(getattr(book, series) for book in books))
    for book in books:
        together.under_way += book.under_way
        together.unfinished += book.unfinished
        together.took.add_all(book.took)
    return together


def _sums(lists: Iterable[Sequence[int]]) -> list[int]:
    return [sum(window) for window in zip(*lists, strict=True)]


def _trouble(cause: tuple[float, float] | None, overload: Overload, whole: int) -> slice:
    """The windows from the cause until all was well again, as far as there are any."""
    if cause is None:
        return slice(0, 0)
    start, end = cause
    over = end + (overload.recovered_seconds or 0.0)
    last = whole if overload.recovered_seconds is None else int(over // WINDOW_SECONDS)
    return slice(int(start // WINDOW_SECONDS), last)


def _rates(books: Sequence[Book], clients: Sequence[int], trouble: slice) -> list[float]:
    """Calls served a client in that time, by population."""
    return [sum(book.served[trouble]) / count for book, count in zip(books, clients, strict=True)]


def _jain(values: Sequence[float]) -> float | None:
    """R. Jain, D. Chiu and W. Hawe, "A Quantitative Measure of Fairness", 1984."""
    squares = len(values) * sum(each * each for each in values)
    return sum(values) ** 2 / squares if squares else None


def _worst(attempts: Sequence[int], cause: tuple[float, float] | None) -> float:
    usual = attempts if cause is None else attempts[before_it(cause[0])] or attempts
    if not sum(usual):
        return 0.0
    spans = range(max(1, len(attempts) - SPAN + 1))
    most = max(sum(attempts[at : at + SPAN]) for at in spans)
    return most / min(SPAN, len(attempts)) / (sum(usual) / len(usual))
