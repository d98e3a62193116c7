"""Answer late."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import ClassVar

import attrs

from simtwin.core.plan import Mark, Plan, Step, Wait
from simtwin_faults.bounds import from_zero, share
from simtwin_faults.jitter import jittered


@attrs.frozen
class Latency:
    """Wait `seconds` before the head of the answer, give or take a share `jitter` of it.

    A client whose timeout is shorter gives up and asks again; the answer is on its way all the same.

    Args:
        seconds: how long (s).
        jitter: the share of it, 0 to 1, by which it may be longer or shorter.
    """

    replaces: ClassVar[bool] = False

    seconds: float = attrs.field(validator=from_zero)
    jitter: float = attrs.field(default=0.0, validator=share)

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:
        yield Mark()
        yield Wait(jittered(self.seconds, self.jitter, rng))
        yield from plan
