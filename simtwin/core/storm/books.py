"""What was counted while it went on, by windows of ten seconds."""

from __future__ import annotations

from collections import Counter

import attrs

from simtwin.core.bucket import NS
from simtwin.core.storm.storm import Storm, ns

#: Seconds of a window: short against what incidents last, long against a call.
WINDOW_SECONDS = 10
WINDOW = WINDOW_SECONDS * NS

#: What a time is rounded down to: one part in 2^7, so a percentile is at most 0.8 % short.
_DIGITS = 8


class Spread:
    """How long things took, in buckets that grow with the time; a time is never rounded up.

    A million times as they are would be tens of megabytes, and take a second to sort.
    """

    def __init__(self) -> None:
        self._counts: Counter[tuple[int, int]] = Counter()

    def add(self, time: int) -> None:
        """One took so long (ns)."""
        shift = max(0, time.bit_length() - _DIGITS)
        self._counts[shift, time >> shift] += 1

    def percentile(self, share: float) -> float | None:
        """How long that share of them took at most (s); None where there are none."""
        wanted = share * self._counts.total()
        for (shift, digits), count in sorted(self._counts.items()):
            wanted -= count
            if wanted <= 0:
                return (digits << shift) / NS
        return None

    def add_all(self, other: Spread) -> None:
        """All that another one has."""
        self._counts.update(other._counts)  # the same class


def _windows(count: int) -> list[int]:
    return [0] * count


@attrs.define(eq=False)
class Book:
    """What became of the calls and attempts of a population. Lists have a number for each window.

    A call counts when its first attempt comes to the server, or, where its client may hold it back,
    when it begins; everything else when it happens.

    Args:
        windows: how many windows there are.
    """

    windows: int
    calls: list[int] = attrs.field(init=False)
    attempts: list[int] = attrs.field(init=False)
    served: list[int] = attrs.field(init=False)
    refused: list[int] = attrs.field(init=False)
    limited: list[int] = attrs.field(init=False)
    timed_out: list[int] = attrs.field(init=False)
    lost: list[int] = attrs.field(init=False)
    under_way: int = 0
    unfinished: int = 0
    took: Spread = attrs.field(factory=Spread)

    def __attrs_post_init__(self) -> None:
        for name in SERIES:
            setattr(self, name, _windows(self.windows))


#: The lists of a book.
SERIES = ("calls", "attempts", "served", "refused", "limited", "timed_out", "lost")


@attrs.define(eq=False)
class Books:
    """All that was counted.

    Args:
        by_population: a book for each.
        events: how many there were.
        stopped_at: when it came to its end, or had too many events (ns).
        cut_short: whether it was too many.
        work: what the server spent on answers that were begun (ns).
        abandoned: what of it was for answers that nobody waited for to the end.
        most_under_way: of answers at a time.
        longest_wait: the longest that any policy said to wait (ns).
    """

    by_population: list[Book]
    events: int = 0
    stopped_at: int = 0
    cut_short: bool = False
    work: int = 0
    abandoned: int = 0
    most_under_way: int = 0
    longest_wait: int = 0

    @classmethod
    def of(cls, storm: Storm) -> Books:
        """Empty ones."""
        windows = -(-ns(storm.seconds) // WINDOW)
        return cls([Book(windows) for _ in storm.populations])
