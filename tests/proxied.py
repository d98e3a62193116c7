"""A twin in front of another one, in virtual time: between them are pairs of memory streams."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import attrs
import httpx2
import trio
import trio.testing
from virtual import OPERATOR, Stage, staged

from simtwin.edge.app import make_app
from simtwin.edge.connection import App
from simtwin.edge.server import serve_wire
from simtwin.edge.twin_plane.mount import PlaneConfig
from simtwin.edge.upstream.connection import UnreachableError
from simtwin.edge.upstream.target import Target
from simtwin.edge.upstream.upstream import Upstream
from simtwin.edge.wire import Wire

TARGET = Target("http", "localhost", 80)
#: The key of a caller that the twin in front does not know, and that of its environment.
CALLER, ENVIRONMENT = "sk-ant-of-the-caller-0001", "sk-ant-of-the-environment-0001"


class Road:
    """How a twin gets to its upstream.

    Args:
        app: the upstream.
        nursery: where its connections are served.

    Attributes:
        wires: the upstream's ends of all connections there were.
        blocked: why there are no more, where there are none.
    """

    def __init__(self, app: App, nursery: trio.Nursery) -> None:
        self.wires: list[Wire] = []
        self.blocked: UnreachableError | None = None
        self._app = app
        self._nursery = nursery

    async def dial(self, _: Target) -> trio.abc.Stream:
        await trio.lowlevel.checkpoint()
        if self.blocked is not None:
            raise self.blocked
        ours, theirs = trio.testing.memory_stream_pair()
        self.wires.append(Wire(theirs, len(self.wires) + 1))
        self._nursery.start_soon(serve_wire, self._app, self.wires[-1])
        return ours


@attrs.frozen
class Proxied:
    """Two twins.

    Args:
        front: what clients talk to.
        behind: what answers.
        road: between them.
    """

    front: Stage
    behind: Stage
    road: Road

    async def ask(self, key: str = CALLER, **fields: Any) -> httpx2.Response:
        """The whole answer to HELLO, with `fields` in it."""
        return await self.front.create(key=key, **fields)

    async def entries(self) -> list[dict[str, Any]]:
        """The journal of the twin in front, of all tenants."""
        return await self.front.entries(OPERATOR)

    async def arrived(self) -> list[dict[str, Any]]:
        """The journal of the one behind."""
        return await self.behind.entries(OPERATOR)


@asynccontextmanager
async def proxied(
    *,
    behind: Mapping[str, Any] | None = None,
    app: App | None = None,
    key: str | None = ENVIRONMENT,
    target: Target = TARGET,
    **front: Any,
) -> AsyncIterator[Proxied]:
    """Two twins that last as long as the block; the one behind accepts any key.

    Args:
        behind: settings of the twin behind.
        app: an upstream in its place.
        key: that of the environment of the twin in front.
        target: where the upstream seems to be.
        front: how the twin in front is staged.
    """
    async with (
        staged("asgi", settings=behind, open_keys=True) as upstream,
        trio.open_nursery() as nursery,
    ):
        served = app or make_app(upstream.twin, PlaneConfig())
        road = Road(served, nursery)
        async with staged(
            "asgi", upstream=partial(Upstream, target, key, road.dial), **front
        ) as stage:
            yield Proxied(stage, upstream, road)
        nursery.cancel_scope.cancel()
