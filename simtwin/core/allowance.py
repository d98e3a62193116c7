"""What a gateway lets one of its keys use: requests and tokens a minute, requests at once, money.

Money is what the key's own usage comes to, so a budget is never out of step with what was booked.
Tokens are taken when an answer is over: one under way is never stopped, and a key that is in debt
waits until it is out of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import attrs

from simtwin.core.bucket import Bucket
from simtwin.core.prices import price
from simtwin.core.usage import Usage

#: A millionth of what a token costs; beyond it sums of floats differ by how they were added up.
_PLACES = 12
#: What a key can run short of.
Measure = Literal["budget", "requests", "tokens", "max_parallel_requests"]


@attrs.frozen
class Allowance:
    """What a key may use; None is as much as it likes.

    Args:
        requests: how many a minute.
        tokens: how many a minute, of input and output together.
        parallel: how many requests at once.
        budget: US dollars.
        window: after how long (ns) a budget is whole again; None is never.
        since: when the first window began (ns).
        spend: what the key is said to have cost before it was made, US dollars.
    """

    requests: int | None = None
    tokens: int | None = None
    parallel: int | None = None
    budget: float | None = None
    window: int | None = None
    since: int = 0
    spend: float = 0.0

    def cost(self, usage: Mapping[str, Usage]) -> float:
        """What a usage by model comes to, US dollars; models without a price cost nothing."""
        priced = ((price(model), used) for model, used in usage.items())
        costs = (each.dollars(used.tokens) for each, used in priced if each is not None)
        return round(self.spend + sum(costs), _PLACES)

    def window_at(self, now: int) -> int:
        """The ordinal of the budget's window at `now` (ns), from 0."""
        return 0 if self.window is None else max(0, now - self.since) // self.window


@attrs.frozen
class Short:
    """A key has used up what it may: `used` of `limit`, and there is more after `wait` ns."""

    measure: Measure
    limit: float
    used: float
    wait: int = 0


@attrs.frozen
class Spent:
    """How much of its allowance a key has used.

    Args:
        requests: made when it is first needed.
        tokens: likewise.
        window: the window that the budget was last looked at in.
        before: what the key had cost when that window began, US dollars.
    """

    requests: Bucket | None = None
    tokens: Bucket | None = None
    window: int = 0
    before: float = 0.0

    def cost(self, allowance: Allowance, total: float, now: int) -> float:
        """What the key has cost in the window that it is (US dollars), of `total` ever."""
        return total - self.before if allowance.window_at(now) == self.window else 0.0

    def take(
        self, allowance: Allowance, total: float, under_way: int, now: int
    ) -> tuple[Spent, Short | None]:
        """Admit a request, or take nothing.

        Args:
            allowance: what the key may use.
            total: what it ever cost, US dollars.
            under_way: its requests under way, this one among them.
            now: ns.
        """
        spent = self._in_window(allowance, total, now)
        cost = spent.cost(allowance, total, now)
        if allowance.budget is not None and cost >= allowance.budget:
            return spent, Short("budget", allowance.budget, cost)
        if allowance.parallel is not None and under_way > allowance.parallel:
            return spent, Short("max_parallel_requests", allowance.parallel, under_way)
        tokens = _bucket(spent.tokens, allowance.tokens, now)
        if allowance.tokens is not None and (tokens is None or tokens.remaining(now) < 1):
            return spent, _short("tokens", allowance.tokens, tokens, now)
        requests = _bucket(spent.requests, allowance.requests, now)
        if allowance.requests is None:
            return attrs.evolve(spent, tokens=tokens), None
        left = None if requests is None else requests.take(1, now)
        if left is None:
            return spent, _short("requests", allowance.requests, requests, now)
        return attrs.evolve(spent, tokens=tokens, requests=left), None

    def settled(self, tokens: int, now: int) -> Spent:
        """An answer is over, and came to so many tokens."""
        if self.tokens is None or not tokens:
            return self
        return attrs.evolve(self, tokens=self.tokens.debit(tokens, now))

    def _in_window(self, allowance: Allowance, total: float, now: int) -> Spent:
        window = allowance.window_at(now)
        return self if window == self.window else attrs.evolve(self, window=window, before=total)


#: That of a key which no gateway made, and of one that used nothing.
NOTHING_SPENT = Spent()


def _bucket(bucket: Bucket | None, limit: int | None, now: int) -> Bucket | None:
    """The bucket of a limit, full where there was none; none where nothing is ever allowed."""
    return Bucket.full(limit, now) if bucket is None and limit else bucket


def _short(measure: Measure, limit: int, bucket: Bucket | None, now: int) -> Short:
    wait = 0 if bucket is None else bucket.wait(1, now)
    return Short(measure, limit, limit, wait)
