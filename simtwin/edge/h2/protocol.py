"""Hypercorn's HTTP/2, with streams that the twin can end one by one, and what it does not do.

tests/edge/test_hypercorn_contract.py holds the shapes that this relies on.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import h2.events
import h2.exceptions
import trio
from hypercorn.events import Closed, RawData, Updated
from hypercorn.protocol.events import InformationalResponse, Response, StreamClosed
from hypercorn.protocol.h2 import H2Protocol
from hyperframe.frame import GoAwayFrame
from priority.priority import MissingStreamError

from simtwin.core.http2 import NO_ERROR, REFUSED_STREAM
from simtwin.edge.h2.stream import Stream
from simtwin.edge.wire import Wire

#: To book an answer takes well under a millisecond, once its task has its turn.
_BOOKED_SECONDS = 1.0


class H2(H2Protocol):
    """One connection of HTTP/2.

    Attributes:
        shares: the streams under way, as their requests see them.
    """

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.shares: dict[int, Stream] = {}
        self._last: int | None = None

    def share(self, wire: Wire, send: Any) -> Stream:
        """The stream whose request is answered through `send`."""
        stream_id: int = send.__self__.stream_id
        self.shares[stream_id] = Stream(wire, self, stream_id, send)
        return self.shares[stream_id]

    def unsent(self, stream_id: int) -> int:
        buffer = self.stream_buffers.get(stream_id)
        return 0 if buffer is None else len(buffer.buffer)

    async def drained(self, stream_id: int) -> None:
        buffer = self.stream_buffers.get(stream_id)
        if buffer is not None and buffer.buffer:
            await buffer.drain()

    async def reset(self, stream_id: int, error: int) -> None:
        """End a stream by RST_STREAM; one that is over stays as it is."""
        try:
            self.connection.reset_stream(stream_id, error)
        except h2.exceptions.ProtocolError:
            return
        await self._flush()
        await self._drop_buffer(stream_id)
        await self._forget(stream_id)

    async def go_away(self, stream_id: int, *, processed: bool, error: int) -> bool:
        """Send a GOAWAY, after which the connection serves the streams that it has, and closes.

        Whatever it says of its own stream, it takes no other one along: where a later one is under
        way, the stream is refused by itself. (What is refused was not processed: RFC 9113, 8.7.)

        Args:
            stream_id: the stream whose fault this is.
            processed: whether it is said to be processed, and goes on.
            error: the code.

        Returns:
            Whether the stream goes on.
        """
        newest = self.connection.highest_inbound_stream_id
        alone = not processed and stream_id == newest
        self._last = stream_id - 2 if alone else newest
        # By hand: h2 would hold the connection for closed, with all of its streams.
        frame = GoAwayFrame(0, last_stream_id=max(0, self._last), error_code=error)
        await self.send(RawData(data=frame.serialize()))
        if alone:
            self.connection.reset_stream(stream_id, REFUSED_STREAM)
            self.connection.clear_outbound_data_buffer()
            await self._drop_buffer(stream_id)
            await self._forget(stream_id)
        elif not processed:
            await self.reset(stream_id, REFUSED_STREAM)
        return processed

    async def say_goodbye(self) -> None:
        """Tell a client at rest that the connection ends."""
        try:
            self.connection.close_connection(NO_ERROR)
        except h2.exceptions.ProtocolError:
            return
        await self._flush()

    async def handle(self, event: Any) -> None:
        if isinstance(event, Closed):
            shares = list(self.shares.values())
            for share in shares:
                share.left()
            # The client may close as soon as it has its answer, before what wrote that answer has had
            # its turn to book it; to be told of the end then would cancel it.
            with trio.move_on_after(_BOOKED_SECONDS):
                for share in shares:
                    if share.whole:
                        await share.concluded.wait()
            await super().handle(event)
            for stream_id in list(self.stream_buffers):
                await self._drop_buffer(stream_id)
        else:
            await super().handle(event)

    async def stream_send(self, event: Any) -> None:
        if isinstance(event, Response | InformationalResponse) and event.stream_id in self.streams:
            try:
                self.connection.send_headers(event.stream_id, _head(event))
            except h2.exceptions.ProtocolError as error:
                # A header that HTTP/2 has no form for. Hypercorn would say nothing, for ever.
                if event.stream_id in self.shares:
                    self.shares[event.stream_id].unsupported = str(error)
            else:
                await self._flush()
        elif isinstance(event, StreamClosed):
            await self._forget(event.stream_id)
        else:
            await super().stream_send(event)

    async def _handle_events(self, events: list[h2.events.Event]) -> None:
        for event in events:
            if isinstance(event, h2.events.DataReceived) and event.stream_id not in self.streams:
                # The answer overtook its request. Hypercorn would end the connection.
                self.connection.acknowledge_received_data(
                    event.flow_controlled_length, event.stream_id
                )
            elif isinstance(event, h2.events.RequestReceived) and self._refuses:
                self.connection.reset_stream(event.stream_id, REFUSED_STREAM)
            elif isinstance(event, h2.events.StreamReset):
                if event.stream_id in self.shares:
                    self.shares[event.stream_id].left()
                await self._drop_buffer(event.stream_id)
                await self._forget(event.stream_id)
            else:
                await super()._handle_events([event])
        await self._flush()

    async def _send_data(self, stream_id: int) -> None:
        """Send as much of a stream as its client takes. Hypercorn's own crashes, or forgets it."""
        buffer = self.stream_buffers.get(stream_id)
        if buffer is None:
            self.priority.block(stream_id)
            return
        try:
            room = min(
                self.connection.local_flow_control_window(stream_id),
                self.connection.max_outbound_frame_size,
            )
            data = await buffer.pop(max(0, room))
            if data:
                self.connection.send_data(stream_id, data)
                await self._flush()
            else:
                self.priority.block(stream_id)
            if buffer.complete and self.stream_buffers.get(stream_id) is buffer:
                self.connection.end_stream(stream_id)
                if stream_id in self.shares:
                    self.shares[stream_id].written()
                await self._flush()
                await self._drop_buffer(stream_id)
        except h2.exceptions.ProtocolError:
            await self._drop_buffer(stream_id)
        await self._close_if_done()

    @property
    def _refuses(self) -> bool:
        """Whether new streams are no longer served."""
        return self._last is not None or self.context.terminated.is_set()

    async def _drop_buffer(self, stream_id: int) -> None:
        buffer = self.stream_buffers.pop(stream_id, None)
        if buffer is not None:
            await buffer.close()
            with suppress(MissingStreamError):
                self.priority.remove_stream(stream_id)

    async def _forget(self, stream_id: int) -> None:
        self.shares.pop(stream_id, None)
        await self._close_stream(stream_id)
        await self.send(Updated(idle=not self.streams))
        await self._close_if_done()

    async def _close_if_done(self) -> None:
        if self._refuses and not self.closed and not self.streams and not self.stream_buffers:
            if self._last is None:
                await self.say_goodbye()
            await self.send(Closed())


def _head(event: Any) -> list[tuple[bytes, bytes]]:
    return [(b":status", b"%d" % event.status_code), *event.headers]
