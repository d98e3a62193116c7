"""End an answer early, and cleanly: HTTP says that it is complete."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import ClassVar

import attrs

from simtwin.core.cursor import Cursor
from simtwin.core.plan import End, Head, Plan, Step
from simtwin_faults.placed import Placed


@attrs.frozen(kw_only=True)
class Truncate(Placed):
    """End the body at a place (default: before its first byte), as if that were all of it.

    Nothing on the wire is wrong, so only a client that looks for `message_stop`, or for the end of
    the JSON, finds out.
    """

    replaces: ClassVar[bool] = False

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:  # noqa: ARG002  # chance has no part
        cursor = Cursor(map(self._announced, plan))
        if (yield from cursor.reach(self.place)):
            yield End()

    def _announced(self, step: Step) -> Step:
        """A head that announces no more than will be sent: otherwise the end were not a clean one."""
        if not isinstance(step, Head):
            return step
        length, end = step.header("content-length"), self._end()
        if length is None or end is None or end >= int(length):
            return step
        others = tuple(header for header in step.headers if header[0] != "content-length")
        return attrs.evolve(step, headers=(*others, ("content-length", str(end))))

    def _end(self) -> int | None:
        """How long a body that is no stream becomes; None where it has no such place."""
        if self.after_events or self.before_event or self.at_token:
            return None
        return self.at_byte or 0
