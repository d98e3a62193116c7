"""Never answer, or never go on with an answer."""

from __future__ import annotations

import math
from collections.abc import Iterator
from random import Random

import attrs
from attrs.validators import optional

from simtwin.core.plan import Hangup, Plan, Step, Wait
from simtwin_faults.bounds import from_zero
from simtwin_faults.placed import PlacedAnywhere


@attrs.frozen(kw_only=True)
class Hang(PlacedAnywhere):
    """Say nothing more from a place of the answer on (default: nothing at all), for ever.

    Nothing but the client's own timeout ends this; with `seconds`, a FIN does after that long.

    Args:
        seconds: how long until the hang-up (s); None is for ever.
    """

    seconds: float | None = attrs.field(default=None, validator=optional(from_zero))

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:  # noqa: ARG002  # chance has no part
        if not (yield from self.reach(plan)):
            return
        if self.seconds is None:
            yield Wait(math.inf)
        else:
            yield Wait(self.seconds)
            yield Hangup()
