"""One pool of models: its buckets, and what they say. Times are ns."""

from __future__ import annotations

import attrs

from simtwin.core.bucket import Bucket
from simtwin.core.flow import Flow
from simtwin.core.quota import Gauge, Gauges, Measure, Quota


@attrs.frozen
class Pool:
    """The buckets of a pool; those that its quota has no limit for lie untouched."""

    requests: Bucket
    input: Bucket
    output: Flow


@attrs.frozen
class Refused:
    """The request is refused by `measure`, of those that refuse it the one that takes longest.

    Whoever waits `wait` ns or longer and then comes alone is admitted, by all measures and with
    what is under way going on as foreseen; a nanosecond earlier is too early.
    """

    measure: Measure
    limit: int
    wait: int
    gauges: Gauges


def gauges_of(pool: Pool, quota: Quota, now: int) -> Gauges:
    """Its limits as they stand; a look takes nothing."""
    return Gauges(
        _gauge(pool.requests, now),
        None if quota.itpm is None else _gauge(pool.input, now),
        None if quota.otpm is None else _gauge(pool.output.bucket, now),
    )


def _gauge(bucket: Bucket, now: int) -> Gauge:
    remaining = bucket.remaining(now)
    return Gauge(bucket.limit, remaining, now if remaining == bucket.limit else bucket.full_at(now))


def refused(pool: Pool, tokens: int, quota: Quota, now: int) -> Refused:
    """Why it does not let a request of so many input tokens in, and for how long.

    A pool may let output flow now and be dry by the time that its requests allow: both count.
    """
    refusals: list[tuple[int, Measure, int]] = [(pool.requests.wait(1, now), "requests", quota.rpm)]
    wait = refusals[0][0]
    if quota.itpm is not None:
        refusals.append((pool.input.wait(tokens, now), "input_tokens", quota.itpm))
    if quota.otpm is not None:
        clear = pool.output.clear_at() - now
        refusals.append((0 if pool.output.is_open else clear, "output_tokens", quota.otpm))
        wait = max(wait, clear)
    longest, measure, limit = max(refusals, key=lambda refusal: refusal[0])
    return Refused(measure, limit, max(wait, longest), gauges_of(pool, quota, now))


def is_full(pool: Pool, now: int) -> bool:
    """Whether nothing is missing in any of its buckets."""
    buckets = (pool.requests, pool.input, pool.output.bucket)
    return all(bucket.full_at(now) == now for bucket in buckets)
