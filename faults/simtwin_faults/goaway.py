"""Send the client to another connection."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import attrs

from simtwin.core.cursor import Cursor, Place
from simtwin.core.http2 import ERRORS, ErrorName
from simtwin.core.plan import GoAway, Hangup, Mark, Plan, Step
from simtwin_faults.placed import Placed


@attrs.frozen(kw_only=True)
class Goaway(Placed):
    """Say that the connection takes no further request (GOAWAY), and end it after those it has.

    By default that is said before the answer begins.

    Args:
        processed: whether this request is answered; else it is not among those that the GOAWAY
            calls processed, and a client may ask it again.
        h2_error: the code in the GOAWAY.
    """

    processed: bool = True
    h2_error: ErrorName = "no_error"

    def __attrs_post_init__(self) -> None:
        Placed.__attrs_post_init__(self)
        if not self.processed and self.place != Place():
            raise ValueError("processed is true where a part of the answer goes before")

    @property
    def replaces(self) -> bool:
        """A request that is not processed has no answer."""
        return not self.processed

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:  # noqa: ARG002  # chance has no part
        away = GoAway(self.processed, ERRORS[self.h2_error])
        if not self.processed:
            yield Mark()
            yield away
            yield Hangup()
        elif self.place == Place():
            yield Mark()
            yield away
            yield from plan
        else:
            cursor = Cursor(plan)
            if (yield from cursor.reach(self.place)):
                yield away
            yield from cursor
