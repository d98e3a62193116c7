"""Answer late."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import ClassVar

import attrs

from simtwin.core.fault import Circumstances, Fault
from simtwin.core.plan import Mark, Plan, Step, Wait
from simtwin_faults.bounds import from_zero
from simtwin_faults.spread import Spread


@attrs.frozen(kw_only=True)
class Latency(Spread):
    """Wait `seconds` before the head of the answer, as long as its distribution draws.

    A client whose timeout is shorter gives up and asks again; the answer is on its way all the same.

    Args:
        seconds: how long (s).
        per_megabyte_seconds: how much longer for each 1,000,000 bytes of the request's body (s).
        per_request_seconds: how much longer for each other request of the tenant under way (s).
    """

    replaces: ClassVar[bool] = False

    seconds: float = attrs.field(validator=from_zero)
    per_megabyte_seconds: float = attrs.field(default=0.0, validator=from_zero)
    per_request_seconds: float = attrs.field(default=0.0, validator=from_zero)

    def under(self, circumstances: Circumstances) -> Fault:
        """The latency of a request of that size, amid so many."""
        of_size = self.per_megabyte_seconds * circumstances.body_bytes / 1_000_000
        of_load = self.per_request_seconds * circumstances.others_in_flight
        return attrs.evolve(
            self,
            seconds=self.seconds + of_size + of_load,
            per_megabyte_seconds=0.0,
            per_request_seconds=0.0,
        )

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:
        yield Mark()
        yield Wait(self.draw(self.seconds, rng))
        yield from plan
