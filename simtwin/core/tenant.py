"""A tenant as the twin knows it: an organization, which limits are on."""

from __future__ import annotations

import attrs

from simtwin.core.cache import Cache, Found, Prompt, Use
from simtwin.core.pools import Ask, Curve, Gauges, Granted, Impossible, Pools, Quota, Refused


@attrs.frozen
class Tenant:
    """The state of one tenant; of a workspace with limits of its own, its pools alone."""

    pools: Pools = attrs.field(factory=Pools.empty)
    cache: Cache = attrs.field(factory=Cache.empty)


def find(tenant: Tenant, now: int, *, prompt: Prompt) -> tuple[Tenant, Found]:
    """What there is of a prompt in the cache; a look changes nothing."""
    return tenant, tenant.cache.find(prompt, now)


def take(
    tenant: Tenant, now: int, *, ask: Ask, quota: Quota, use: Use | None = None
) -> tuple[Tenant, Granted | Refused | Impossible]:
    """Admit a request by the limits of its pool and cache its prompt, or take and keep nothing."""
    pools, outcome = tenant.pools.take(ask, quota, now)
    cache = tenant.cache
    if use is not None and isinstance(outcome, Granted):
        cache = cache.used(use, now)
    return Tenant(pools, cache), outcome


def give_back(tenant: Tenant, now: int, *, ask: Ask) -> tuple[Tenant, None]:
    """Undo a take: other limits refused the request. What it cached stays."""
    return Tenant(tenant.pools.give_back(ask, now), tenant.cache), None


def keep(tenant: Tenant, now: int, *, use: Use) -> tuple[Tenant, None]:
    """Cache the prompt of a request that no limit is on."""
    return Tenant(tenant.pools, tenant.cache.used(use, now)), None


def correct(tenant: Tenant, now: int, *, request: str, curve: Curve) -> tuple[Tenant, None]:
    """An answer under way will be produced otherwise than was foreseen."""
    return Tenant(tenant.pools.correct(request, curve, now), tenant.cache), None


def settle(tenant: Tenant, now: int, *, request: str, produced: int) -> tuple[Tenant, None]:
    """An answer is over, and has cost `produced` output tokens."""
    return Tenant(tenant.pools.settle(request, produced, now), tenant.cache), None


def gauges(tenant: Tenant, now: int, *, pool: str, quota: Quota) -> tuple[Tenant, Gauges]:
    """The limits of a pool as they stand."""
    return tenant, tenant.pools.gauges(pool, quota, now)


def rested(tenant: Tenant, now: int) -> Tenant:
    """What is to be kept of a tenant that does nothing: less full pools and lapsed entries."""
    return Tenant(tenant.pools.rested(now), tenant.cache.rested(now))


def reset(_: Tenant, now: int) -> tuple[Tenant, None]:  # noqa: ARG001  # every message takes both
    """Fill every bucket, and forget what is under way and what is cached."""
    return Tenant(), None
