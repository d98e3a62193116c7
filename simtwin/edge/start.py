"""A twin from its options: the actors' nursery, the settings, and the first tenant."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
from secrets import token_hex
from typing import TYPE_CHECKING

import attrs
import trio

from simtwin.actors.actor import present
from simtwin.actors.router import Router
from simtwin.api.holdings import Holdings
from simtwin.api.replay.shelf import Replay
from simtwin.core import key as keys
from simtwin.core import tenant as tenants
from simtwin.core.board import Board
from simtwin.core.fates import Fates
from simtwin.core.key import Key
from simtwin.core.settings import Settings, Vocabulary
from simtwin.core.tenant import Tenant
from simtwin.edge.credentials import MadeKey, make_key, make_tenant_id, make_tenant_secret
from simtwin.edge.epoch import Epoch
from simtwin.edge.gateways.gateway import Gateway
from simtwin.edge.tenant_secrets import TenantSecrets
from simtwin.edge.twin import Twin
from simtwin.store.blobs import Blobs, opened
from simtwin.store.memory import MemoryStore

if TYPE_CHECKING:
    from simtwin.edge.upstream.recorder import Recorder
    from simtwin.edge.upstream.upstream import Upstream

#: scrypt's n for the first tenant. Its secret is 256 bits of chance, said on the terminal and gone
#: with the process: no guess at it needs to be dear, and a dear one is 50 ms of every start.
_FIRST_COST = 2


@attrs.frozen
class FirstTenant:
    """A tenant with a key that is ready when the twin is."""

    tenant_id: str
    tenant_secret: str = attrs.field(repr=False)
    api_key_id: str
    api_key: str = attrs.field(repr=False)


@asynccontextmanager
async def running_twin(
    words: Vocabulary,
    settings: Settings,
    epoch: Epoch,
    *,
    blobs: Blobs | None = None,
    open_keys: bool = False,
    marks: bool = True,
    edge_headers: bool = True,
    strict_version: bool = False,
    max_wait: float = 3600.0,
    replay: Replay | None = None,
    run: str | None = None,
    told: Fates | None = None,
    steady_ids: bool = False,
    gateways: Sequence[Gateway] = (),
    mint: Callable[[str], MadeKey] = make_key,
    open_world: bool = False,
    upstream: Callable[[trio.Nursery], Upstream] | None = None,
    recorder: Recorder | None = None,
) -> AsyncIterator[Twin]:
    """A twin, whose actors live as long as the block.

    Args:
        words: what settings are made of.
        settings: what the twin was started with.
        epoch: wall time.
        blobs: the files that tenants have; None for some in a temporary folder, without threads.
        open_keys: whether a key that nobody made is let in.
        marks: whether answers carry `x-simtwin-*` headers.
        edge_headers: whether they carry those of the edge in front of the real API.
        strict_version: whether an unknown `anthropic-version` is refused.
        max_wait: the longest that any one wait lasts, seconds.
        replay: the recordings that are played, None for none.
        run: tells the twin from all others; drawn where not given.
        told: the fates that requests meet in the place of what is set, None for none.
        steady_ids: whether ids in answers come of the seed and what was asked alone.
        gateways: those in front of the API; each has yet to settle in with a tenant.
        mint: makes a key that begins with a text.
        open_world: whether every id exists; any key is let in then.
        upstream: makes what answers in its place, with the tasks that live as long; None for nothing.
        recorder: writes down what that answers, None for nothing.
    """
    with opened() if blobs is None else nullcontext(blobs) as files:
        async with trio.open_nursery() as nursery:
            began = present()
            yield Twin(
                MemoryStore(),
                Board(words, settings, began),
                Router(nursery, lambda _: Key.made(began), rested=keys.rested),
                Router(nursery, lambda _: Tenant(), rested=tenants.rested),
                Router(nursery, lambda _: Holdings()),
                epoch,
                files,
                nursery,
                open_keys or open_world,
                marks,
                edge_headers,
                strict_version,
                max_wait,
                replay,
                token_hex(8) if run is None else run,
                told=told,
                steady_ids=steady_ids,
                gateways={gateway.name: gateway for gateway in gateways},
                mint=mint,
                open_world=open_world,
                upstream=None if upstream is None else upstream(nursery),
                recorder=recorder,
            )
            nursery.cancel_scope.cancel()


async def first_tenant(twin: Twin, secrets: TenantSecrets) -> FirstTenant:
    """Make a tenant and a key of it; gateways are the tenant's."""
    tenant_id, secret, key = make_tenant_id(), make_tenant_secret(), make_key()
    hashed = await secrets.hashed(tenant_id, secret, _FIRST_COST)
    twin.store.add_tenant(tenant_id, hashed, "first", twin.wall())
    twin.store.add_account(
        tenant_id, key.api_key_id, key.digest, "first", twin.wall(), hint=key.hint
    )
    for gateway in twin.gateways.values():
        gateway.settle_in(twin.store, tenant_id, twin.wall())
    return FirstTenant(tenant_id, secret, key.api_key_id, key.api_key)
