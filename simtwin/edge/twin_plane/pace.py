"""How fast tenants may be made: each costs scrypt, and a place that is never given up."""

from __future__ import annotations

from collections import deque

#: A test suite with two workers that makes one for each test stays below.
CREATIONS, SECONDS = 10, 1.0


class CreationPace:
    """At most ten creations in any second."""

    def __init__(self) -> None:
        self._last: deque[float] = deque(maxlen=CREATIONS)

    def allow(self, now: float) -> bool:
        """Whether one more is in time; if so, it counts. `now` is in seconds, and never goes back."""
        if len(self._last) == CREATIONS and now < self._last[0] + SECONDS:
            return False
        self._last.append(now)
        return True
