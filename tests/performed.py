"""One plan performed on a connection of memory, and what its client hears."""

from __future__ import annotations

from typing import Any

import trio
import trio.testing

from simtwin.core.plan import Plan
from simtwin.edge.perform import Progress, perform
from simtwin.edge.server import serve_wire
from simtwin.edge.wire import Wire

HOUR = 3_600.0


class Heard:
    """One connection whose only request is answered by a plan, from the client's side."""

    def __init__(self, plan: Plan, max_wait: float = HOUR) -> None:
        self.progress = Progress()
        self.pieces: list[tuple[float, bytes]] = []
        self.client, server = trio.testing.memory_stream_pair()
        self.wire = Wire(server)
        self.start = trio.current_time()
        self.over: float | None = None
        self._plan = plan
        self._max_wait = max_wait

    async def listen(self) -> Heard:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(serve_wire, self.app, self.wire)
            await self.ask()
            while data := await self.client.receive_some():
                self.pieces.append((trio.current_time() - self.start, bytes(data)))
            self.over = trio.current_time() - self.start
        return self

    async def ask(self) -> None:
        await self.client.send_all(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        wire = scope["state"]["wire"]
        await perform(self._plan, send, wire, self.progress, max_wait=self._max_wait)

    @property
    def times(self) -> list[float]:
        return [time for time, _ in self.pieces]

    @property
    def text(self) -> bytes:
        return b"".join(data for _, data in self.pieces)
