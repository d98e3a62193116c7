"""Policies whose clients remember, and some of which hold back what was not even refused."""

from __future__ import annotations

from random import Random
from typing import ClassVar

import attrs

from simtwin.core import bounds
from simtwin.core.bucket import NS
from simtwin.core.storm.policy import Client, Retrying
from simtwin.core.storm.waits import FullJitter, jittered


@attrs.frozen
class Decorrelated(Retrying):
    """Anything from base to three times the last wait, up to a cap; or a longer `retry-after`.

    (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.)

    Args:
        base_seconds: the shortest wait.
        cap_seconds: the longest.
    """

    holds: ClassVar[bool] = True
    base_seconds: float = attrs.field(default=0.5, validator=bounds.above_zero, kw_only=True)
    cap_seconds: float = attrs.field(default=8.0, validator=bounds.above_zero, kw_only=True)

    def client(self) -> Client:
        """See `Policy`."""
        return _Decorrelated(self, self.base_seconds)


@attrs.frozen
class Budget(FullJitter):
    """Full jitter, as long as a bucket of retries lasts.

    A retry takes one token, an answer brings `ratio` of one, so in the long run retries are at most
    that share of what was answered. ("each client keeps track of the ratio of requests that
    correspond to retries … retry as long as this ratio is below 10%": Google, "Site Reliability
    Engineering", chapter 21. In AWS's SDKs an answer refills the bucket.)

    Args:
        tokens: what the bucket holds, and has at first: as in gRPC's retry throttling (A6).
        ratio: what an answer brings.
    """

    holds: ClassVar[bool] = True
    tokens: float = attrs.field(default=10.0, validator=bounds.from_zero, kw_only=True)
    ratio: float = attrs.field(default=0.1, validator=bounds.share, kw_only=True)

    def client(self) -> Client:
        """See `Policy`."""
        return _Budget(self, self.tokens)


@attrs.frozen
class Aimd(Retrying):
    """Adapts how often it sends at all: additive increase, multiplicative decrease.

    A client keeps its attempts, first ones too, 1/rate apart (and up to half of that more by chance
    after a failure, or a crowd that was refused together would come back together). A failure
    multiplies the rate, an answer adds to it. (D.-M. Chiu and R. Jain, "Analysis of the Increase and
    Decrease Algorithms for Congestion Avoidance in Computer Networks", 1989.)

    Args:
        rate: attempts a second at first, and at most.
        least_rate: at least: so often it looks whether all is well again.
        decrease: what a failure multiplies the rate by.
        increase: what an answer adds to it (a second).
    """

    holds: ClassVar[bool] = True
    rate: float = attrs.field(default=1.0, validator=bounds.above_zero, kw_only=True)
    least_rate: float = attrs.field(default=1 / 60, validator=bounds.above_zero, kw_only=True)
    decrease: float = attrs.field(default=0.5, validator=bounds.share, kw_only=True)
    increase: float = attrs.field(default=0.1, validator=bounds.from_zero, kw_only=True)

    def client(self) -> Client:
        """See `Policy`."""
        return _Aimd(self, self.rate)


@attrs.frozen
class Breaker(FullJitter):
    """Full jitter behind a circuit breaker.

    After so many failures in a row nothing is sent, and calls fail on the spot, until the time is
    over; then attempts go out again, and one more failure opens it anew. (M. Nygard, "Release It!",
    2007.)

    Args:
        failures: how many in a row open it.
        open_seconds: for how long.
    """

    holds: ClassVar[bool] = True
    failures: int = attrs.field(default=5, validator=bounds.count, kw_only=True)
    open_seconds: float = attrs.field(default=30.0, validator=bounds.above_zero, kw_only=True)

    def client(self) -> Client:
        """See `Policy`."""
        return _Breaker(self)


class _Holding:
    """One that holds nothing back, and takes no notice."""

    def answered(self) -> None:
        pass

    def failed(self, _now: int) -> None:
        pass

    def may_send(self, now: int) -> int | None:
        return now


@attrs.define(eq=False)
class _Decorrelated(_Holding):
    law: Decorrelated
    last: float

    def wait(
        self, attempt: int, _status: int | None, told: float | None, _elapsed: float, rng: Random
    ) -> float | None:
        law = self.law
        if attempt > law.retries:
            return None
        last = law.base_seconds if attempt == 1 else self.last
        self.last = min(law.cap_seconds, rng.uniform(law.base_seconds, last * 3))
        return max(self.last, told or 0.0)


@attrs.define(eq=False)
class _Budget(_Holding):
    law: Budget
    left: float

    def wait(
        self, attempt: int, _status: int | None, told: float | None, _elapsed: float, rng: Random
    ) -> float | None:
        if attempt > self.law.retries or self.left < 1:
            return None
        self.left -= 1
        return max(jittered(self.law, attempt, rng), told or 0.0)

    def answered(self) -> None:
        self.left = min(self.law.tokens, self.left + self.law.ratio)


@attrs.define(eq=False)
class _Aimd(_Holding):
    law: Aimd
    rate: float
    spread: float = 0.0
    last: int | None = None

    def wait(
        self, attempt: int, _status: int | None, told: float | None, _elapsed: float, rng: Random
    ) -> float | None:
        self.spread = rng.random() / 2
        return (told or 0.0) if attempt <= self.law.retries else None

    def answered(self) -> None:
        self.rate = min(self.law.rate, self.rate + self.law.increase)
        self.spread = 0.0

    def failed(self, _now: int) -> None:
        self.rate = max(min(self.law.least_rate, self.law.rate), self.rate * self.law.decrease)

    def may_send(self, now: int) -> int | None:
        if self.last is not None:
            now = max(now, self.last + round((1 + self.spread) / self.rate * NS))
        self.last = now
        return now


@attrs.define(eq=False)
class _Breaker(_Holding):
    law: Breaker
    failures: int = 0
    open_until: int = 0

    def wait(
        self, attempt: int, _status: int | None, told: float | None, _elapsed: float, rng: Random
    ) -> float | None:
        if attempt > self.law.retries:
            return None
        return max(jittered(self.law, attempt, rng), told or 0.0)

    def answered(self) -> None:
        self.failures = 0

    def failed(self, now: int) -> None:
        self.failures += 1
        if self.failures >= self.law.failures:
            self.open_until = now + round(self.law.open_seconds * NS)

    def may_send(self, now: int) -> int | None:
        return now if now >= self.open_until else None
