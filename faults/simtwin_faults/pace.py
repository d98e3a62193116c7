"""Write an answer at another speed."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import ClassVar

import attrs
from attrs.validators import optional

from simtwin.core.plan import Arrival, Chunk, Flush, Head, Mark, Plan, Step, Wait
from simtwin_faults.bounds import above_zero, from_zero
from simtwin_faults.pings import Silence
from simtwin_faults.spread import Spread


@attrs.frozen
class Paced(Wait):
    """A wait of a pace, which a later pace replaces."""


@attrs.frozen(kw_only=True)
class Pace(Spread):
    """Send each frame of an answer when its tokens are written at `tokens_per_second`.

    This replaces the pace that the answer had, but for the time to the first frame of a stream,
    unless that is set as well. The waits of other faults, each right after its `Mark`, stay. A JSON answer comes, head and all, when
    all of its tokens are written. An answer without tokens stays as it is.

    Args:
        tokens_per_second: the speed; each wait is drawn from the distribution.
        ttft_seconds: the time to the first token (s), drawn likewise.
    """

    replaces: ClassVar[bool] = False

    tokens_per_second: float = attrs.field(validator=above_zero)
    ttft_seconds: float | None = attrs.field(default=None, validator=optional(from_zero))

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:
        steps = iter(plan)
        lead: list[Step] = []
        for step in steps:
            if isinstance(step, Arrival):
                yield step
                continue
            lead.append(step)
            if isinstance(step, Head):
                paced = self._stream if step.streams else self._whole
                yield from paced(lead, steps, rng)
                return
        yield from lead

    def _stream(self, lead: list[Step], steps: Iterator[Step], rng: Random) -> Iterator[Step]:
        begun = False
        marked = self.ttft_seconds is not None
        if self.ttft_seconds is None:
            yield from lead
        else:
            yield from self._begun(lead, self.ttft_seconds, rng)
        before: Step | None = None
        for step in steps:
            replaced = (begun or self.ttft_seconds is not None) and _is_pacing(step, before)
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

    def _begun(self, lead: list[Step], seconds: float, rng: Random) -> Iterator[Step]:
        """What comes up to the head, which is due with the first token."""
        before: Step | None = None
        for step in lead:
            if isinstance(step, Head):
                yield Mark()
                yield Paced(self.draw(seconds, rng))
            if not _is_pacing(step, before):
                yield step
            before = step

    def _whole(self, lead: list[Step], steps: Iterator[Step], rng: Random) -> Iterator[Step]:
        for step in steps:
            if isinstance(step, Arrival):
                yield step
                continue
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
                if self.ttft_seconds is not None:
                    yield Paced(self.draw(self.ttft_seconds, rng))
            if not (written and _is_pacing(step, before)):
                yield step
            before = step
        yield from steps

    def _wait(self, tokens: int, rng: Random) -> Paced:
        return Paced(self.draw(tokens / self.tokens_per_second, rng))


def _is_pacing(step: Step, before: Step | None) -> bool:
    """Whether a step is a wait of the answer's own pace, rather than of another fault."""
    if isinstance(step, Paced):
        return True
    own = isinstance(step, Silence) or isinstance(before, Mark | Flush)
    return isinstance(step, Wait) and not own
