"""Send a 1xx that nobody asked for."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from random import Random
from typing import Literal

import attrs
from attrs.validators import in_

from simtwin.core.plan import Hangup, Mark, Plan, Raw, Step
from simtwin_faults.bounds import Number

Status = Literal[100, 101, 102, 103]

_STATUSES: tuple[Status, ...] = (100, 101, 102, 103)
_HEADERS = {
    101: "connection: upgrade\r\nupgrade: foo\r\n",
    103: "link: </v1/models>; rel=preload\r\n",
}

_times = Number("a whole number from 1 to 1000", lambda value: 1 <= value <= 1_000, whole=True)


@attrs.frozen
class Interim:
    """Send interim responses before the answer. After a 101 there is none, and the connection ends.

    "A client MUST be able to parse one or more 1xx responses received prior to a final response,
    even if the client does not expect one." -- RFC 9110 section 15.2

    Args:
        status: 100, 101, 102 or 103.
        times: how many of them.
    """

    status: Status = attrs.field(validator=in_(_STATUSES))
    times: int = attrs.field(default=1, validator=_times)

    @property
    def replaces(self) -> bool:
        """After a switch of protocols there is no answer."""
        return self.status == 101

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:  # noqa: ARG002  # chance has no part
        yield Mark()
        line = f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}\r\n"
        head = f"{line}{_HEADERS.get(self.status, '')}\r\n"
        yield Raw(head.encode() * self.times)
        if self.replaces:
            yield Hangup()
        else:
            yield from plan
