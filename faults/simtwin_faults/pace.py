"""Write an answer at another speed."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import ClassVar

import attrs

from simtwin.core.plan import Chunk, Flush, Head, Mark, Plan, Step, Wait
from simtwin_faults.bounds import above_zero, share
from simtwin_faults.jitter import jittered


@attrs.frozen
class Paced(Wait):
    """A wait of a pace, which a later pace replaces."""


@attrs.frozen
class Pace:
    """Send each frame of an answer when its tokens are written at `tokens_per_second`.

    This replaces the pace that the answer had, but for the time to the first frame of a stream. The
    waits of other faults, each right after its `Mark`, stay. A JSON answer comes, head and all, when
    all of its tokens are written. An answer without tokens stays as it is.

    Args:
        tokens_per_second: the speed.
        jitter: the share of each wait, 0 to 1, by which it may be longer or shorter.
    """

    replaces: ClassVar[bool] = False

    tokens_per_second: float = attrs.field(validator=above_zero)
    jitter: float = attrs.field(default=0.0, validator=share)

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:
        steps = iter(plan)
        lead: list[Step] = []
        for step in steps:
            lead.append(step)
            if isinstance(step, Head):
                paced = self._stream if step.streams else self._whole
                yield from paced(lead, steps, rng)
                return
        yield from lead

    def _stream(self, lead: list[Step], steps: Iterator[Step], rng: Random) -> Iterator[Step]:
        yield from lead
        begun = marked = False
        before: Step | None = None
        for step in steps:
            replaced = begun and _is_pacing(step, before)
            written = step.tokens if begun and isinstance(step, Chunk) else 0
            if (replaced or written) and not marked:
                marked = True
                yield Mark()
            if written:
                yield self._wait(written, rng)
            if not replaced:
                yield step
            begun = begun or isinstance(step, Chunk)
            before = step

    def _whole(self, lead: list[Step], steps: Iterator[Step], rng: Random) -> Iterator[Step]:
        for step in steps:
            lead.append(step)
            # A frame that was cut in two brings its tokens with its second piece.
            if not (isinstance(step, Wait | Mark) or (isinstance(step, Chunk) and not step.ends)):
                break
        written = lead[-1].tokens if isinstance(lead[-1], Chunk) else 0
        before: Step | None = None
        for step in lead:
            if written and isinstance(step, Head):
                yield Mark()
                yield self._wait(written, rng)
            if not (written and _is_pacing(step, before)):
                yield step
            before = step
        yield from steps

    def _wait(self, tokens: int, rng: Random) -> Paced:
        return Paced(jittered(tokens / self.tokens_per_second, self.jitter, rng))


def _is_pacing(step: Step, before: Step | None) -> bool:
    """Whether a step is a wait of the answer's own pace, rather than of another fault."""
    own = isinstance(before, Mark | Flush)
    return isinstance(step, Paced) or (isinstance(step, Wait) and not own)
