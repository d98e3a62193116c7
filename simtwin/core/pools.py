"""The rate limits of one owner: an organization, or a key that was given limits of its own.

Limits are per pool of models, and each pool has up to three: requests, input tokens, output tokens.
A request is admitted by all of them or takes nothing from any.

Everything is a value and `now` (ns) an argument. A pool is made when it is first asked for, full,
so owners that do nothing share one empty value.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from simtwin.core.bucket import Bucket
from simtwin.core.flow import Curve, Flow
from simtwin.core.pool import Pool, Refused, gauges_of, is_full, refused
from simtwin.core.quota import Gauge, Gauges, Measure, Quota, unlimited_gauges

__all__ = [
    "Ask",
    "Curve",
    "Gauge",
    "Gauges",
    "Granted",
    "Impossible",
    "Measure",
    "Pools",
    "Quota",
    "Refused",
    "unlimited_gauges",
]


@attrs.frozen
class Ask:
    """A request at the limits: `request` is its id, `curve` how its answer will be produced."""

    pool: str
    request: str
    input_tokens: int
    curve: Curve | None


@attrs.frozen
class Granted:
    """The request is admitted, and held until it is settled or given back."""

    gauges: Gauges


@attrs.frozen
class Impossible:
    """The request is larger than its limit: no waiting helps."""

    measure: Measure
    limit: int
    size: int
    gauges: Gauges


@attrs.frozen
class _Held:
    """What a request took, when (by its bucket's time) and under which limits."""

    pool: str
    quota: Quota
    input_tokens: int
    curve: Curve | None
    at: int


@attrs.frozen
class Pools:
    """The pools of one owner by name, and the requests that are held by id."""

    pools: Mapping[str, Pool]
    held: Mapping[str, _Held]

    @classmethod
    def empty(cls) -> Pools:
        """An owner that has asked for nothing. Always the same value, so it costs nothing."""
        return _EMPTY

    def take(
        self, ask: Ask, quota: Quota, now: int
    ) -> tuple[Pools, Granted | Refused | Impossible]:
        """Admit a request by all limits of its pool, or take nothing.

        Raises:
            ValueError: a request of that id is held already.
        """
        if ask.request in self.held:
            raise ValueError(f"{ask.request} is held already")
        pool = self._pool(ask.pool, quota, now)
        tokens, curve, output = ask.input_tokens, ask.curve, pool.output
        if quota.itpm is not None and tokens > quota.itpm:
            return self, Impossible("input_tokens", quota.itpm, tokens, gauges_of(pool, quota, now))
        requests = pool.requests.take(1, now)
        source = pool.input if quota.itpm is None else pool.input.take(tokens, now)
        if requests is None or source is None or not (output.is_open or quota.otpm is None):
            return self._kept(ask.pool, pool), refused(pool, tokens, quota, now)
        if quota.otpm is None:
            curve = None
        elif curve is not None:
            output = output.begun(ask.request, curve)
        pool = Pool(requests, source, output)
        held = _Held(ask.pool, quota, tokens, curve, requests.last)
        after = Pools({**self.pools, ask.pool: pool}, {**self.held, ask.request: held})
        return after, Granted(gauges_of(pool, quota, now))

    def correct(self, request: str, curve: Curve, now: int) -> Pools:
        """Replace the curve of an answer under way: a stall or a cut changed what is to come.

        Where the request is unknown or has no curve, nothing changes.
        """
        held = self.held.get(request)
        if held is None or held.curve is None:
            return self
        pool = self.pools[held.pool]
        output = pool.output.advance(now).corrected(request, held.curve, curve)
        corrected = _Held(held.pool, held.quota, held.input_tokens, curve, held.at)
        return Pools(
            {**self.pools, held.pool: Pool(pool.requests, pool.input, output)},
            {**self.held, request: corrected},
        )

    def settle(self, request: str, produced: int, now: int) -> Pools:
        """End a request: the output tokens that it really cost take the place of its curve.

        Where the request is unknown, settled before or given back, nothing changes.
        """
        held = self.held.get(request)
        if held is None:
            return self
        if held.curve is None:
            return Pools(self.pools, self._without(request))
        pool = self.pools[held.pool]
        output = pool.output.advance(now).ended(request, held.curve, produced)
        settled = Pool(pool.requests, pool.input, output)
        return Pools({**self.pools, held.pool: settled}, self._without(request))

    def give_back(self, ask: Ask, now: int) -> Pools:
        """Undo a take: another owner refused the request.

        At the time of the take all is as before; later, what was refilled meanwhile is kept (see
        `Bucket.give_back`). Where the request is not held any more, nothing changes.
        """
        held = self.held.get(ask.request)
        if held is None:
            return self
        pool, quota = self.pools[held.pool], held.quota
        source, output = pool.input, pool.output
        requests = pool.requests.give_back(1, quota.rpm, held.at, now)
        if quota.itpm is not None:
            source = source.give_back(held.input_tokens, quota.itpm, held.at, now)
        if held.curve is not None:
            output = output.advance(now).ended(ask.request, held.curve, 0)
        given = Pool(requests, source, output)
        return Pools({**self.pools, held.pool: given}, self._without(ask.request))

    def gauges(self, pool: str, quota: Quota, now: int) -> Gauges:
        """The limits of a pool as they stand; a look takes nothing."""
        return gauges_of(self._pool(pool, quota, now), quota, now)

    def rested(self, now: int) -> Pools:
        """Without the pools that are full again and hold nothing: a new one would be no different.

        For owners that are put aside.
        """
        busy = {held.pool for held in self.held.values()}
        kept = {
            name: pool
            for name, pool in self.pools.items()
            if name in busy or not is_full(pool, now)
        }
        return Pools(kept, self.held) if kept or self.held else _EMPTY

    def _pool(self, name: str, quota: Quota, now: int) -> Pool:
        """The pool under its quota, its output as it is at `now`."""
        pool = self.pools.get(name)
        if pool is None:
            return Pool(
                Bucket.full(quota.rpm, now),
                _UNTOUCHED if quota.itpm is None else Bucket.full(quota.itpm, now),
                _STILL if quota.otpm is None else Flow(Bucket.full(quota.otpm, now)),
            )
        requests, source, output = pool.requests, pool.input, pool.output
        if requests.limit != quota.rpm:
            requests = requests.resized(quota.rpm, now)
        if quota.itpm is not None and source.limit != quota.itpm:
            source = source.resized(quota.itpm, now)
        if quota.otpm is not None:
            output = output.advance(now)
            if output.bucket.limit != quota.otpm:
                output = output.resized(quota.otpm)
        return Pool(requests, source, output)

    def _kept(self, name: str, pool: Pool) -> Pools:
        """After a refusal only a new output limit is kept: told waits are under that one.

        For the other two it makes no difference when they are resized (see `Bucket.resized`).
        """
        before = self.pools.get(name)
        if before is None or before.output.bucket.limit == pool.output.bucket.limit:
            return self
        return Pools({**self.pools, name: pool}, self.held)

    def _without(self, request: str) -> Mapping[str, _Held]:
        if len(self.held) == 1:
            return _EMPTY.held
        held = dict(self.held)
        del held[request]
        return held


_EMPTY = Pools({}, {})
_UNTOUCHED = Bucket.full(1, 0)
_STILL = Flow(_UNTOUCHED)
