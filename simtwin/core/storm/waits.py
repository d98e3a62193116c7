"""Policies that are a law of waiting and remember nothing, so that one is as good as another."""

from __future__ import annotations

from random import Random

import attrs

from simtwin.core import bounds
from simtwin.core.storm.policy import Client, Retrying


@attrs.frozen
class Sdk(Retrying):
    """The official SDK's: two retries, min(0.5 x 2^n, 8) s less up to a quarter of it by chance.

    A `retry-after` above zero is waited for instead, exactly.
    (`_base_client.py`, anthropic 2.12.0: `_calculate_retry_timeout`.)
    """

    retries: int = attrs.field(default=2, validator=bounds.whole(0), kw_only=True)

    def client(self) -> Client:
        """See `Policy`."""
        return self

    def wait(
        self, attempt: int, _status: int | None, told: float | None, _elapsed: float, rng: Random
    ) -> float | None:
        """See `policy`."""
        if attempt > self.retries:
            return None
        if told is not None and told > 0:
            return min(told, 4_294_967.0)
        # 0.5 x 2^4 is the cap already; a larger power of many retries would not fit a float.
        return min(0.5 * 2.0 ** min(attempt - 1, 4), 8.0) * (1 - 0.25 * rng.random())


@attrs.frozen
class NoBackoff(Retrying):
    """Asks again at once, whatever it is told."""

    def client(self) -> Client:
        """See `Policy`."""
        return self

    def wait(
        self, attempt: int, _status: int | None, _told: float | None, _elapsed: float, _rng: Random
    ) -> float | None:
        """See `policy`."""
        return 0.0 if attempt <= self.retries else None


@attrs.frozen
class Constant(Retrying):
    """Waits for the same time again and again, or for `retry-after` where that is longer.

    Args:
        seconds: how long.
    """

    seconds: float = attrs.field(default=1.0, validator=bounds.from_zero, kw_only=True)

    def client(self) -> Client:
        """See `Policy`."""
        return self

    def wait(
        self, attempt: int, _status: int | None, told: float | None, _elapsed: float, _rng: Random
    ) -> float | None:
        """See `policy`."""
        return max(self.seconds, told or 0.0) if attempt <= self.retries else None


@attrs.frozen
class FullJitter(Retrying):
    """Anything from nothing to min(base x 2^n, cap), or `retry-after` where that is longer.

    (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.)

    Args:
        base_seconds: the longest first wait. With the cap it is the SDK's, so that of the two only
            the law differs.
        cap_seconds: the longest of all.
    """

    base_seconds: float = attrs.field(default=0.5, validator=bounds.above_zero, kw_only=True)
    cap_seconds: float = attrs.field(default=8.0, validator=bounds.above_zero, kw_only=True)

    def client(self) -> Client:
        """See `Policy`."""
        return self

    def wait(
        self, attempt: int, _status: int | None, told: float | None, _elapsed: float, rng: Random
    ) -> float | None:
        """See `policy`."""
        if attempt > self.retries:
            return None
        return max(jittered(self, attempt, rng), told or 0.0)


def jittered(law: FullJitter, attempt: int, rng: Random) -> float:
    """A wait of full jitter after so many attempts."""
    # From 2^60 on every cap is reached, and a larger power might not fit a float.
    return min(law.base_seconds * 2.0 ** min(attempt - 1, 60), law.cap_seconds) * rng.random()
