"""What there is while a virtual twin lives: the twin itself, a network to it, a tenant with a key."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from types import MappingProxyType
from typing import Any, Literal

import attrs
import trio

from simtwin.core import tenant as tenants
from simtwin.core.fates import Fates
from simtwin.core.pools import Ask, Granted
from simtwin.core.scope import OfTenant
from simtwin.core.settings import Settings
from simtwin.edge.epoch import Epoch
from simtwin.edge.gateways.gateway import Gateway
from simtwin.edge.gateways.litellm import LiteLLM
from simtwin.edge.gateways.mintoken import Mintoken
from simtwin.edge.start import running_twin
from simtwin.edge.twin import Twin
from simtwin.testing.clock import VirtualClock, running_clock
from simtwin.testing.front import front, words
from simtwin.testing.network import Network
from simtwin.testing.seeded import SeededKeys, SeededTenant

#: Where a virtual twin is; nobody looks the name up.
BASE_URL = "http://localhost"
#: What can be in front of one.
GatewayName = Literal["litellm", "mintoken"]

_GATEWAYS: Mapping[str, Callable[[], Gateway]] = MappingProxyType(
    {"litellm": LiteLLM, "mintoken": Mintoken}
)


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
        gateway: what its clients go through, None for nothing.
    """

    twin: Twin
    network: Network
    nursery: trio.Nursery
    tenant: SeededTenant
    clock: VirtualClock
    api_key: str
    gateway: Gateway | None = None


@asynccontextmanager
async def staged(
    own: Mapping[str, Any],
    farthest: Settings,
    told: Fates | None,
    *,
    seed: int,
    start: float,
    max_wait: float,
    gateway: GatewayName | None = None,
    open_world: bool = False,
) -> AsyncIterator[Stage]:
    """A stage that lasts as long as the block.

    Args:
        own: the settings of the tenant, as a document.
        farthest: those that hold where the tenant sets none.
        told: the fates that requests meet in the place of what is set, None for none.
        seed: what ids and keys depend on.
        start: the Unix time at which it begins.
        max_wait: the longest that any one wait lasts, seconds.
        gateway: the name of what is in front of it, None for nothing.
        open_world: whether every id exists.

    Raises:
        RealClockError: the loop is not in virtual time.
    """
    clock = VirtualClock(running_clock(), start)
    named = () if gateway is None else (_GATEWAYS[gateway](),)
    async with (
        running_twin(
            words(),
            farthest,
            Epoch(None, start),
            max_wait=max_wait,
            run=str(seed),
            told=told,
            gateways=named,
            open_world=open_world,
            mint=SeededKeys(seed),
        ) as twin,
        trio.open_nursery() as nursery,
    ):
        tenant = SeededTenant.of(twin, seed)
        key = tenant.add_key(clock.wall)
        for each in named:
            tenant.settle(each)
        twin.board.put(OfTenant(tenant.tenant_id), own, clock.ns)
        network = Network(front(twin), nursery, twin.doors)
        yield Stage(twin, network, nursery, tenant, clock, key.api_key, *named)
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
