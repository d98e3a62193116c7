"""How much is asked of the twin: requests in flight and of the last second, by whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from simtwin.core.bucket import NS


class Traffic:
    """Counts by address: of a key, of a tenant, of all. What is idle takes no room."""

    def __init__(self) -> None:
        self._in_flight: Counter[str] = Counter()
        self._second = 0
        self._arrived: Counter[str] = Counter()
        self._before: Counter[str] = Counter()

    def arrive(self, addresses: Iterable[str], now: int) -> None:
        """A request, which counts for each of the addresses."""
        self._turn(now)
        for address in addresses:
            self._in_flight[address] += 1
            self._arrived[address] += 1

    def leave(self, addresses: Iterable[str]) -> None:
        """It is answered to the end, or gone."""
        for address in addresses:
            self._in_flight[address] -= 1
            if self._in_flight[address] <= 0:
                del self._in_flight[address]

    def in_flight(self, address: str) -> int:
        """Requests that have arrived and are not answered to the end."""
        return self._in_flight[address]

    def rate(self, address: str, now: int) -> float:
        """Requests of the last second: all of this one, and of the one before the share in it."""
        self._turn(now)
        left = 1 - now % NS / NS
        return self._arrived[address] + left * self._before[address]

    def _turn(self, now: int) -> None:
        second = now // NS
        if second != self._second:
            self._before = self._arrived if second == self._second + 1 else Counter()
            self._arrived = Counter()
            self._second = second
