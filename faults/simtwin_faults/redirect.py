"""Send the client elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import ClassVar, Literal

import attrs
from attrs.validators import in_

from simtwin.core.plan import End, Head, Mark, Plan, Step
from simtwin_faults.bounds import header_value
from simtwin_faults.refuse import kept

Status = Literal[301, 302, 303, 307, 308]

_STATUSES: tuple[Status, ...] = (301, 302, 303, 307, 308)


@attrs.frozen
class Redirect:
    """Answer with a redirection to `location` and no body; by default round in circles.

    Args:
        status: with 301, 302 and 303 a POST becomes a GET, with 307 and 308 it stays one.
        location: where to; relative to the path that was asked, of which `messages` is the end.
    """

    replaces: ClassVar[bool] = True

    status: Status = attrs.field(default=307, validator=in_(_STATUSES))
    location: str = attrs.field(default="messages", validator=header_value)

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:  # noqa: ARG002  # chance has no part
        for step in plan:
            if isinstance(step, Head):
                yield Mark()
                own = (("location", self.location), ("content-length", "0"))
                yield Head(self.status, (*own, *kept(step)))
                yield End()
                return
