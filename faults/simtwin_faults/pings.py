"""Send nothing but pings for a while, in the middle of a stream."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import ClassVar

import attrs

from simtwin.core.cursor import Cursor
from simtwin.core.plan import Chunk, Plan, Step, Wait
from simtwin_faults.bounds import above_zero, from_zero
from simtwin_faults.placed import EventPlaced

_PING = Chunk(b'event: ping\ndata: {"type": "ping"}\n\n', "ping")

#: Of one stream: an hour of two a second has fewer.
MOST_PINGS = 10_000


@attrs.frozen
class Silence(Wait):
    """A wait between pings, which no pace replaces although no `Mark` stands before it."""


@attrs.frozen(kw_only=True)
class Pings(EventPlaced):
    """Ping every `interval_seconds` for `seconds` at a place (default: before the first event).

    Then the stream carries on. Nothing is said, but something is heard, so a timeout for silence
    never runs out.

    Args:
        interval_seconds: from one ping to the next (s).
        seconds: for how long (s).
    """

    replaces: ClassVar[bool] = False

    interval_seconds: float = attrs.field(default=10.0, validator=above_zero)
    seconds: float = attrs.field(validator=from_zero)

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if self.seconds / self.interval_seconds > MOST_PINGS:
            raise ValueError(f"seconds must be at most {MOST_PINGS:,} times interval_seconds")

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:  # noqa: ARG002  # chance has no part
        cursor = Cursor(plan)
        head = yield from cursor.head()
        if head is not None and head.streams and (yield from cursor.reach(self.place)):
            yield from self._pings()
        yield from cursor

    def _pings(self) -> Iterator[Step]:
        count = int(self.seconds / self.interval_seconds)
        for _ in range(count):
            yield Silence(self.interval_seconds)
            yield _PING
        yield Silence(max(0.0, self.seconds - count * self.interval_seconds))
