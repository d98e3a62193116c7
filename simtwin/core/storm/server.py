"""The server under a storm: the room and the bucket of the twin itself, one request at a time.

What a request meets is what the twin has it meet: first the capacity (`core/commons.py`), then the
limit. Only what a twin of one tenant and one rule never comes to is left out.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from simtwin.core.bucket import NS, Bucket
from simtwin.core.room import Room
from simtwin.core.storm.storm import Incident, Serving, ns
from simtwin.core.triggers import Capacity

#: The statuses that a request may meet.
SERVED = 200
OVERLOADED = 529
LIMITED = 429


class Server:
    """One capacity, and one limit. Times are ns."""

    def __init__(self, serving: Serving, incidents: Sequence[Incident]) -> None:
        self.room = Room()
        self.most_under_way = 0
        self._serving = serving
        self._capacity = serving.capacity
        self._is_down = False
        limit = serving.requests_per_minute
        self._bucket = None if limit is None else Bucket.full(limit, 0)
        self._changes = _changes(serving.capacity, incidents)
        self._next = next(iter(self._changes), None)

    def meets(self, now: int) -> int:
        """The status that a request meets which comes at `now`; one that is served is not begun."""
        if self._next is not None and now >= self._next:
            self._change(now)
        if self._is_down or self.room.is_full(self._capacity, now):
            self.room.turn_away(self._capacity, now)
            return OVERLOADED
        if self._bucket is not None:
            left = self._bucket.take(1, now)
            if left is None:
                return LIMITED
            self._bucket = left
        return SERVED

    def begin(self, work: int, now: int) -> int:
        """Begin an answer that takes so long by itself (ns); how long it will take."""
        room = self.room
        lasts = round(work * room.slower(self._capacity, now))
        room.enter()
        self.most_under_way = max(self.most_under_way, room.under_way)
        return lasts

    def told(self, status: int, now: int) -> float | None:
        """What a refusal says to wait (s)."""
        if status == OVERLOADED:
            return self._serving.refusal_retry_after
        if self._bucket is None or not self._serving.limit_says:
            return None
        return float(-(-self._bucket.wait(1, now) // NS))

    def _change(self, now: int) -> None:
        while self._next is not None and now >= self._next:
            capacity = self._changes.pop(self._next)
            self._is_down = capacity is None
            self._capacity = capacity or self._capacity
            self._next = next(iter(self._changes), None)


def _changes(capacity: Capacity, incidents: Sequence[Incident]) -> dict[int, Capacity | None]:
    """What room there is from when on, in order; None is none at all.

    Where incidents overlap, each leaves its share of what the others leave.
    """
    times = sorted({ns(at) for each in incidents for at in (each.start, each.end)})
    changes: dict[int, Capacity | None] = {}
    for at in times:
        left = 1.0
        for each in incidents:
            if ns(each.start) <= at < ns(each.end):
                left *= each.left
        room = round((capacity.in_flight or 0) * left)
        changes[at] = attrs.evolve(capacity, in_flight=room) if room else None
    return changes
