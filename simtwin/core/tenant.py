"""A tenant as the twin knows it: an organization, which limits are on."""

from __future__ import annotations

import attrs

from simtwin.core.pools import Ask, Curve, Gauges, Granted, Impossible, Pools, Quota, Refused


@attrs.frozen
class Tenant:
    """The state of one tenant."""

    pools: Pools = attrs.field(factory=Pools.empty)


def take(
    tenant: Tenant, now: int, *, ask: Ask, quota: Quota
) -> tuple[Tenant, Granted | Refused | Impossible]:
    """Admit a request by the limits of its pool, or take nothing."""
    pools, outcome = tenant.pools.take(ask, quota, now)
    return Tenant(pools), outcome


def correct(tenant: Tenant, now: int, *, request: str, curve: Curve) -> tuple[Tenant, None]:
    """An answer under way will be produced otherwise than was foreseen."""
    return Tenant(tenant.pools.correct(request, curve, now)), None


def settle(tenant: Tenant, now: int, *, request: str, produced: int) -> tuple[Tenant, None]:
    """An answer is over, and has cost `produced` output tokens."""
    return Tenant(tenant.pools.settle(request, produced, now)), None


def gauges(tenant: Tenant, now: int, *, pool: str, quota: Quota) -> tuple[Tenant, Gauges]:
    """The limits of a pool as they stand."""
    return tenant, tenant.pools.gauges(pool, quota, now)


def rested(tenant: Tenant, now: int) -> Tenant:
    """What is to be kept of a tenant that does nothing: less the pools that are full again."""
    return Tenant(tenant.pools.rested(now))


def reset(_: Tenant, now: int) -> tuple[Tenant, None]:  # noqa: ARG001  # every message takes both
    """Fill every bucket, and forget what is under way."""
    return Tenant(), None
