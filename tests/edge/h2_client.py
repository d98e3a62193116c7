"""A client of HTTP/2 that says what it sees, frame by frame, over a memory stream."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import h2.config
import h2.connection
import h2.events
import trio
import trio.testing
from hyperframe.frame import GoAwayFrame

from simtwin.core.plan import Plan
from simtwin.edge.perform import Progress, perform
from simtwin.edge.server import serve_wire
from simtwin.edge.wire import Wire


class Client:
    """The client's end of one connection.

    Attributes:
        events: what came, oldest first; data and heads are in `told` as well.
        away: each GOAWAY: the last stream and the code.
        ended: the connection is closed.
    """

    def __init__(self, stream: trio.abc.Stream, *, reads: bool = True) -> None:
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        self.events: list[h2.events.Event] = []
        self.ended = trio.Event()
        self.changed = trio.Event()
        self.opens_windows = reads
        self.away: list[tuple[int, int]] = []
        self._stream = stream
        self._rest = b""
        self._turn = trio.Lock()

    async def begin(self) -> None:
        self.h2.initiate_connection()
        await self.flush()

    async def ask(self, *, body: bytes | None = None, path: str = "/", ends: bool = True) -> int:
        """A request; the id of its stream."""
        stream_id = self.h2.get_next_available_stream_id()
        head = [
            (":method", "GET" if body is None else "POST"),
            (":scheme", "http"),
            (":authority", "localhost"),
            (":path", path),
        ]
        self.h2.send_headers(stream_id, head, end_stream=body is None)
        if body is not None:
            self.h2.send_data(stream_id, body, end_stream=ends)
        await self.flush()
        return stream_id

    async def reset(self, stream_id: int) -> None:
        self.h2.reset_stream(stream_id, 8)
        await self.flush()

    async def open_window(self, size: int, stream_id: int | None = None) -> None:
        self.h2.increment_flow_control_window(size, stream_id)
        await self.flush()

    async def flush(self) -> None:
        async with self._turn:
            await self._stream.send_all(self.h2.data_to_send())

    async def run(self) -> None:
        """Read until either side closes the connection."""
        with suppress(trio.ClosedResourceError, trio.BrokenResourceError):
            await self._read()
        self.ended.set()
        self._change()

    async def _read(self) -> None:
        while data := await self._stream.receive_some(65_536):
            for event in self.h2.receive_data(b"".join(self._frames(data))):
                self.events.append(event)
                if isinstance(event, h2.events.DataReceived) and self.opens_windows:
                    self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            await self.flush()
            self._change()

    def _frames(self, data: bytes | bytearray) -> Iterator[bytes]:
        """Whole frames but for GOAWAY, after which h2 would take nothing more."""
        self._rest += data
        while len(self._rest) >= 9:
            frame, size = GoAwayFrame.parse_frame_header(memoryview(self._rest[:9]))
            if len(self._rest) < 9 + size:
                return
            if isinstance(frame, GoAwayFrame):
                frame.parse_body(memoryview(self._rest[9 : 9 + size]))
                self.away.append((frame.last_stream_id, frame.error_code))
            else:
                yield self._rest[: 9 + size]
            self._rest = self._rest[9 + size :]

    async def until(self, stream_id: int) -> str:
        """Wait until a stream is over; how it ended: "end", "reset N" or "closed"."""
        while True:
            for event in self.of(stream_id):
                if isinstance(event, h2.events.StreamEnded):
                    return "end"
                if isinstance(event, h2.events.StreamReset):
                    return f"reset {event.error_code:d}"
            if self.ended.is_set():
                return "closed"
            await self.changed.wait()

    async def got(self, stream_id: int, size: int) -> None:
        """Wait until so many bytes of a body are there."""
        while len(self.body(stream_id)) < size:
            await self.changed.wait()

    def of(self, stream_id: int) -> list[Any]:
        return [each for each in self.events if getattr(each, "stream_id", None) == stream_id]

    def head(self, stream_id: int) -> dict[str, str] | None:
        for event in self.of(stream_id):
            if isinstance(event, h2.events.ResponseReceived):
                return {str(name): str(value) for name, value in event.headers}
        return None

    def status(self, stream_id: int) -> int | None:
        head = self.head(stream_id)
        return None if head is None else int(head[":status"])

    def body(self, stream_id: int) -> bytes:
        return b"".join(
            event.data for event in self.of(stream_id) if isinstance(event, h2.events.DataReceived)
        )

    def _change(self) -> None:
        self.changed.set()
        self.changed = trio.Event()


class Performed:
    """An app that performs plans, the n-th one for the n-th request of a connection.

    Attributes:
        progress: how far each came.
        wires: what each went out on, by its ordinal.
    """

    def __init__(self, plans: Iterable[Plan], max_wait: float = 3600) -> None:
        self._plans = list(plans)
        self._max_wait = max_wait
        self.progress = [Progress() for _ in self._plans]
        self.wires: dict[int, Any] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        wire = scope["state"]["wire"]
        self.wires[wire.requests] = wire
        plan, progress = self._plans[wire.requests - 1], self.progress[wire.requests - 1]
        await perform(plan, send, wire, progress, max_wait=self._max_wait)


@asynccontextmanager
async def connected(app: Any, *, reads: bool = True) -> AsyncIterator[Client]:
    """A client of an app, by prior knowledge, while the block lasts."""
    ours, theirs = trio.testing.memory_stream_pair()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve_wire, app, Wire(theirs))
        client = Client(ours, reads=reads)
        nursery.start_soon(client.run)
        await client.begin()
        yield client
        await ours.aclose()
