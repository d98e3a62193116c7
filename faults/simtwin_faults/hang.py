"""Read the request and never answer."""

from __future__ import annotations

import math
from collections.abc import Iterator
from random import Random
from typing import ClassVar

import attrs
from attrs.validators import optional

from simtwin.core.plan import Hangup, Mark, Plan, Step, Wait
from simtwin_faults.bounds import from_zero


@attrs.frozen
class Hang:
    """Say nothing at all, for ever; with `seconds`, hang up (FIN) after that long.

    Nothing but the client's own timeout ends this.

    Args:
        seconds: how long until the hang-up (s); None is for ever.
    """

    replaces: ClassVar[bool] = True

    seconds: float | None = attrs.field(default=None, validator=optional(from_zero))

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:  # noqa: ARG002  # nothing of either is used
        yield Mark()
        if self.seconds is None:
            yield Wait(math.inf)
            return
        yield Wait(self.seconds)
        yield Hangup()
