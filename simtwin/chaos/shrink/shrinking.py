"""Making a failing schedule small: delta debugging over what its requests meet, then one change each.

    Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", IEEE Transactions on
    Software Engineering 28 (2), 2002: `ddmin`.

Pure: whoever drives it answers for each schedule whether it still fails. Every schedule that does is
smaller than the one before, and at the end no single change makes it smaller and still fails.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import TypeVar

import attrs
import msgspec

from simtwin.chaos.shrink.schedule import Met, Schedule, fates_of, schedule_of
from simtwin.chaos.shrink.simpler import simpler
from simtwin.core.fault import Kinds

#: Asks whether a schedule still fails, is told, and comes to the smallest that does.
Shrinking = Generator[Schedule, bool, Schedule]
Found = TypeVar("Found")


@attrs.frozen
class Shrunk:
    """What a schedule was made into.

    Args:
        schedule: the smallest that fails.
        asked: how many were tried.
        complete: whether nothing smaller is left to try.
    """

    schedule: Schedule
    asked: int
    complete: bool


def shrink(
    schedule: Schedule, fails: Callable[[Schedule], bool], kinds: Kinds, most: int | None = None
) -> Shrunk:
    """Make a schedule small.

    Args:
        schedule: one that fails.
        fails: whether another one does.
        kinds: the kinds of fault there are.
        most: how many are tried at most; None for as many as it takes.
    """
    best, asked, work = schedule, 0, shrinking(schedule, kinds)
    try:
        candidate = next(work)
        while most is None or asked < most:
            asked += 1
            still = fails(candidate)
            if still:
                best = candidate
            candidate = work.send(still)
    except StopIteration as end:
        return Shrunk(end.value, asked, complete=True)
    return Shrunk(best, asked, complete=False)


def shrinking(schedule: Schedule, kinds: Kinds) -> Shrinking:
    """The same for whoever takes its time to answer. No schedule is asked about twice."""
    # As it is read, so that what is the same has one name.
    schedule = schedule_of(fates_of(schedule, kinds))
    known: dict[bytes, bool] = {_name(schedule): True}
    best = yield from _known(_ddmin(schedule), known)
    while True:
        smaller = yield from _known(_first(simpler(best, kinds)), known)
        if smaller is None:
            return best
        best = smaller


def _ddmin(schedule: Schedule) -> Shrinking:
    """The least of what requests meet, by halves, quarters and so on, and what is left without."""
    mets, pieces = schedule.mets, 2
    while len(mets) > 1:
        parts = list(_split(mets, pieces))
        rests = [tuple(each for each in mets if each not in part) for part in parts]
        for kept in [*parts, *(rests if pieces > 2 else [])]:
            if (yield attrs.evolve(schedule, mets=kept)):
                # Of a complement there are as many pieces left as there were, but for one.
                pieces = max(pieces - 1, 2) if kept in rests else 2
                mets = kept
                break
        else:
            if pieces >= len(mets):
                break
            pieces = min(2 * pieces, len(mets))
    return attrs.evolve(schedule, mets=mets)


def _split(mets: tuple[Met, ...], pieces: int) -> Iterator[tuple[Met, ...]]:
    start = 0
    for number in range(pieces):
        end = start + (len(mets) - start) // (pieces - number)
        yield mets[start:end]
        start = end


def _first(candidates: Iterator[Schedule]) -> Generator[Schedule, bool, Schedule | None]:
    """The first that still fails, None where none does."""
    for candidate in candidates:
        if (yield candidate):
            return candidate
    return None


def _known(
    work: Generator[Schedule, bool, Found], known: dict[bytes, bool]
) -> Generator[Schedule, bool, Found]:
    """Ask only about what is not known yet."""
    try:
        candidate = next(work)
        while True:
            name = _name(candidate)
            if name not in known:
                known[name] = yield candidate
            candidate = work.send(known[name])
    except StopIteration as end:
        found: Found = end.value
        return found


def _name(schedule: Schedule) -> bytes:
    return msgspec.json.encode(schedule, order="deterministic")
