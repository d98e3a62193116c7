"""What there is while a virtual twin lives: the twin itself, a network to it, a tenant with a key."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import attrs
import trio

from simtwin.core import tenant as tenants
from simtwin.core.fates import Fates
from simtwin.core.pools import Ask, Granted
from simtwin.core.scope import OfTenant
from simtwin.core.settings import Settings
from simtwin.edge.epoch import Epoch
from simtwin.edge.start import running_twin
from simtwin.edge.twin import Twin
from simtwin.testing.clock import VirtualClock, running_clock
from simtwin.testing.front import front, words
from simtwin.testing.network import Network
from simtwin.testing.seeded import SeededTenant

#: Where a virtual twin is; nobody looks the name up.
BASE_URL = "http://localhost"


@attrs.frozen(eq=False)
class Stage:
    """A virtual twin that lives.

    Args:
        twin: the twin.
        network: makes connections to it.
        nursery: its tasks; it ends with it.
        tenant: the only one there is.
        clock: its time.
        api_key: the tenant's first key.
    """

    twin: Twin
    network: Network
    nursery: trio.Nursery
    tenant: SeededTenant
    clock: VirtualClock
    api_key: str


@asynccontextmanager
async def staged(
    own: Mapping[str, Any],
    farthest: Settings,
    told: Fates | None,
    *,
    seed: int,
    start: float,
    max_wait: float,
) -> AsyncIterator[Stage]:
    """A stage that lasts as long as the block.

    Args:
        own: the settings of the tenant, as a document.
        farthest: those that hold where the tenant sets none.
        told: the fates that requests meet in the place of what is set, None for none.
        seed: what ids and keys depend on.
        start: the Unix time at which it begins.
        max_wait: the longest that any one wait lasts, seconds.

    Raises:
        RealClockError: the loop is not in virtual time.
    """
    clock = VirtualClock(running_clock(), start)
    async with (
        running_twin(
            words(), farthest, Epoch(None, start), max_wait=max_wait, run=str(seed), told=told
        ) as twin,
        trio.open_nursery() as nursery,
    ):
        tenant = SeededTenant.of(twin, seed)
        key = tenant.add_key()
        twin.board.put(OfTenant(tenant.tenant_id), own, clock.ns)
        network = Network(front(twin), nursery, twin.doors)
        yield Stage(twin, network, nursery, tenant, clock, key.api_key)
        nursery.cancel_scope.cancel()


async def drain(twin: Twin, tenant_id: str, pool: str) -> None:
    """Use up the requests that a tenant has left in a pool of models."""
    quota = twin.board.in_force(OfTenant(tenant_id)).limits.quota(pool)
    number = 0
    while True:
        request = f"drained/{number}"
        take = partial(tenants.take, ask=Ask(pool, request, 0, None), quota=quota)
        if not isinstance(await twin.tenants.ask(tenant_id, take), Granted):
            return
        settle = partial(tenants.settle, request=request, produced=0)
        await twin.tenants.ask(tenant_id, settle)
        number += 1
