"""Go silent in the middle of an answer, with the connection open, then carry on."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import ClassVar

import attrs

from simtwin.core.cursor import Cursor
from simtwin.core.plan import Plan, Step, Wait
from simtwin_faults.bounds import from_zero
from simtwin_faults.placed import Placed


@attrs.frozen(kw_only=True)
class Stall(Placed):
    """Say nothing for `seconds` at a place of the answer (default: between head and body).

    A client with a read timeout gives up here; one without it waits as long as it takes.

    Args:
        seconds: how long (s).
    """

    replaces: ClassVar[bool] = False

    seconds: float = attrs.field(validator=from_zero)

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:  # noqa: ARG002  # chance has no part
        cursor = Cursor(plan)
        if (yield from cursor.reach(self.place)):
            yield Wait(self.seconds)
        yield from cursor
