"""Write an answer at another speed."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import ClassVar

import attrs

from simtwin.core.plan import Chunk, Cursor, Mark, Plan, Step, Wait
from simtwin_faults.bounds import above_zero, share
from simtwin_faults.jitter import jittered


@attrs.frozen
class Paced(Wait):
    """A wait of a pace, which a later pace replaces."""


@attrs.frozen
class Pace:
    """Send each frame of an answer when its tokens are written at `tokens_per_second`.

    The time to the first frame of a stream stays. Past it, this pace replaces the one that the
    answer had; the waits that other faults made, each right after its `Mark`, stay. A JSON answer
    comes when all of its tokens are written.

    Args:
        tokens_per_second: the speed.
        jitter: the share of each wait, 0 to 1, by which it may be longer or shorter.
    """

    replaces: ClassVar[bool] = False

    tokens_per_second: float = attrs.field(validator=above_zero)
    jitter: float = attrs.field(default=0.0, validator=share)

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:
        cursor = Cursor(plan)
        head = yield from cursor.head()
        begun = head is not None and not head.streams
        marked = False
        before: Step | None = None
        for step in cursor:
            replaced = begun and isinstance(step, Wait) and _paces(step, before)
            written = step.tokens if begun and isinstance(step, Chunk) else 0
            if (replaced or written) and not marked:
                marked = True
                yield Mark()
            if written:
                yield Paced(jittered(written / self.tokens_per_second, self.jitter, rng))
            if not replaced:
                yield step
            begun = begun or isinstance(step, Chunk)
            before = step


def _paces(wait: Wait, before: Step | None) -> bool:
    """Whether a wait is of the pace of the answer, rather than of another fault."""
    return isinstance(wait, Paced) or not isinstance(before, Mark)
