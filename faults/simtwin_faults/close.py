"""End the connection with the answer, or leave the end of the answer open."""

from __future__ import annotations

import math
from collections.abc import Iterator
from random import Random
from typing import ClassVar

import attrs
from attrs.validators import optional

from simtwin.core.plan import End, Hangup, Head, Mark, Plan, Step, Wait
from simtwin_faults.bounds import from_zero


@attrs.frozen
class Close:
    """Close the connection once the answer is over, at once or `seconds` later.

    Without its last chunk the body has come whole, but nothing says so.

    Args:
        seconds: how long after the answer (s); by default at once, and without the last chunk never.
        reset: by RST, rather than by FIN.
        announce: say `connection: close` in the head.
        last_chunk: whether the end of the body is there.
        half_open_seconds: after a FIN, go on reading what the client sends for so long (s).
    """

    replaces: ClassVar[bool] = False

    seconds: float | None = attrs.field(default=None, validator=optional(from_zero))
    reset: bool = False
    announce: bool = False
    last_chunk: bool = True
    half_open_seconds: float | None = attrs.field(default=None, validator=optional(from_zero))

    def __attrs_post_init__(self) -> None:
        if self.reset and self.half_open_seconds is not None:
            raise ValueError("half_open_seconds means nothing after a reset")

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:  # noqa: ARG002  # chance has no part
        for step in plan:
            if isinstance(step, Head):
                yield Mark()
                yield self._announced(step)
            elif isinstance(step, End):
                yield from self._end()
            else:
                yield step

    def _announced(self, head: Head) -> Head:
        if not self.last_chunk:
            head = head.without("content-length")
        if self.announce:
            head = head.without("connection")
            head = attrs.evolve(head, headers=(*head.headers, ("connection", "close")))
        return head.framed()

    def _end(self) -> Iterator[Step]:
        hangup = Hangup(reset=self.reset, half_open_seconds=self.half_open_seconds)
        if self.last_chunk:
            yield End(hangup, self.seconds or 0.0)
        elif self.seconds is None:
            yield Wait(math.inf)
        else:
            yield Wait(self.seconds)
            yield hangup
