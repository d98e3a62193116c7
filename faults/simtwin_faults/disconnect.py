"""Cut the connection: before an answer, or in the middle of one."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import attrs

from simtwin.core.plan import Cursor, Hangup, Mark, Place, Plan, Step
from simtwin_faults.placed import Placed


@attrs.frozen(kw_only=True)
class Disconnect(Placed):
    """Hang up at a place of the answer (default: before there is any), by FIN or by RST.

    Args:
        reset: by RST, as a crashed peer does, rather than by FIN.
        flush: let what was sent reach the client first; a reset without it throws that away.
    """

    reset: bool = False
    flush: bool = True

    @property
    def replaces(self) -> bool:
        """Without a place there is no answer at all."""
        return self.place == Place()

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:  # noqa: ARG002  # chance has no part
        if self.replaces:
            yield Mark()
            yield self._hangup
        elif (yield from Cursor(plan).reach(self.place)):
            yield self._hangup

    @property
    def _hangup(self) -> Hangup:
        return Hangup(reset=self.reset, flush=self.flush)
