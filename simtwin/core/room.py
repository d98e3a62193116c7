"""How full a shared capacity is.

    work = requests under way + what turning others away still costs

The cost of turning one away is spread over time: it fades exponentially, with a mean of
`refused_seconds`. So it is one number whatever has happened before, and clients that ask again and
again at once add up to more than the room has, which is what keeps an overload going after its
cause is gone: a metastable failure (N. Bronson et al., "Metastable Failures in Distributed
Systems", HotOS 2021).
"""

from __future__ import annotations

from math import exp

import attrs

from simtwin.core.bucket import NS
from simtwin.core.triggers import Capacity, on_line

#: Less work than this is none: a refusal is forgotten after about seven times its cost.
_NEGLIGIBLE = 0.001


@attrs.define
class Room:
    """One capacity, shared by whoever it is for. Times are ns."""

    under_way: int = 0
    _refused: float = 0.0
    _at: int = 0

    def work(self, capacity: Capacity, now: int) -> float:
        """How much is going on."""
        return self.under_way + self._fading(capacity, now)

    def is_full(self, capacity: Capacity, now: int) -> bool:
        """Whether there is no room for one more."""
        return self.work(capacity, now) >= (capacity.in_flight or 0)

    def slower(self, capacity: Capacity, now: int) -> float:
        """How many times as long an answer takes that joins what is going on."""
        if capacity.slower <= 1 or capacity.slower_from >= 1:
            return 1.0
        filled = (self.work(capacity, now) + 1) / (capacity.in_flight or 1)
        return on_line(filled, (capacity.slower_from, 1.0), (1.0, capacity.slower))

    def enter(self) -> None:
        """A request has arrived."""
        self.under_way += 1

    def leave(self) -> None:
        """It is answered to the end, or gone."""
        self.under_way -= 1

    def turn_away(self, capacity: Capacity, now: int) -> None:
        """One of those that have arrived is turned away."""
        if capacity.refused_seconds > 0:
            self._refused = self._fading(capacity, now) + 1
            self._at = now

    def clear(self) -> None:
        """Forget who was turned away; what is under way stays so."""
        self._refused = 0.0

    def _fading(self, capacity: Capacity, now: int) -> float:
        if not self._refused or capacity.refused_seconds <= 0:
            return 0.0
        left = self._refused * exp((self._at - now) / (capacity.refused_seconds * NS))
        return left if left > _NEGLIGIBLE else 0.0
