"""Wall time, derived from the running loop's clock.

trio's clock starts at a random value and stands still while a machine is suspended, so live the
epoch is what makes it wall time, found anew where the two have drifted apart. In virtual time the
epoch is a constant, and every date that a client sees agrees with every wait that it made.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime

import trio

#: A step of the system clock that a person would notice in a `Date` header.
_DRIFT = 1.0


class Epoch:
    """The Unix time at which the loop's clock stood at zero.

    Args:
        clock: Unix time in seconds, or None for virtual time.
        start: in virtual time, the Unix time that the loop's present stands for.
    """

    def __init__(self, clock: Callable[[], float] | None = time.time, start: float = 0.0) -> None:
        self._clock = clock
        self._at = (start if clock is None else clock()) - trio.current_time()
        self._second = -1
        self._date = ""

    def wall(self, now: float) -> float:
        """Unix time in seconds at `now` seconds on the loop's clock."""
        if self._clock is not None:
            at = self._clock() - trio.current_time()
            if abs(at - self._at) > _DRIFT:
                self._at = at
        return self._at + now

    def present(self) -> float:
        """Unix time in seconds."""
        return self.wall(trio.current_time())

    def date(self) -> str:
        """The present as a `Date` header has it (RFC 9110, 5.6.7)."""
        second = int(self.present())
        if second != self._second:
            self._second = second
            self._date = format_datetime(datetime.fromtimestamp(second, UTC), usegmt=True)
        return self._date
