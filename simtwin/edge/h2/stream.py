"""One request's share of a connection: what it has for a wire where there are others beside it.

It ends alone. A hang-up is an RST_STREAM, and a client that resets the stream has left; the
connection, and what else is under way on it, goes on.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from typing import Any, Literal, Protocol

import trio

from simtwin.core.http2 import CANCEL, HTTP_1_1_REQUIRED, INTERNAL_ERROR, NO_ERROR
from simtwin.edge.carrier import UnsupportedError
from simtwin.edge.wire import FLUSH_SECONDS, Wire

Send = Callable[[Any], Awaitable[None]]

#: What RFC 9113, 8.2.2, bans from HTTP/2: a gateway takes these out, and so do we.
_OF_THE_CONNECTION = frozenset(
    (b"connection", b"keep-alive", b"proxy-connection", b"transfer-encoding", b"upgrade")
)


class Frames(Protocol):
    """The connection's side of a stream: what writes its frames."""

    def unsent(self, stream_id: int) -> int:
        """Bytes of the stream that wait for the client to take more."""

    async def drained(self, stream_id: int) -> None:
        """Wait until there are none."""

    async def reset(self, stream_id: int, error: int) -> None:
        """End a stream by RST_STREAM."""

    async def go_away(self, stream_id: int, *, processed: bool, error: int) -> bool:
        """Send a GOAWAY; whether the stream goes on."""


class Stream:
    """A stream, as a request and its answer see it; for the members see `Carrier`.

    Args:
        wire: the connection.
        frames: writes to it.
        stream_id: which one of it.
        send: ASGI's `send` of the request.

    Attributes:
        unsupported: why the head cannot be sent in HTTP/2; set by what would have sent it.
    """

    multiplexed = True
    protocol = "2"

    def __init__(self, wire: Wire, frames: Frames, stream_id: int, send: Send) -> None:
        self.ordinal = wire.ordinal
        self.requests = wire.requests
        self.first_byte = wire.last_byte_in
        self.closed_at: float | None = None
        self.closed_by: Literal["client", "twin"] | None = None
        self.undelivered = 0
        self.last_byte_out: float | None = None
        self.blocked = 0.0
        self.when_ended: dict[str, Callable[[], None]] = {}
        self.bytes_out = 0
        self.unsupported: str | None = None
        self._wire = wire
        self._frames = frames
        self._id = stream_id
        self._send = send
        self._patience = math.inf
        self._watchers: set[trio.CancelScope] = set()
        self._whole = False
        #: Set once the app is done with it.
        self.concluded = trio.Event()

    @property
    def whole(self) -> bool:
        """Whether all of its answer was written: whoever leaves from then on has it."""
        return self._whole

    def written(self) -> None:
        """The frame that ends the answer was written."""
        self._whole = True

    def be_patient(self, seconds: float) -> None:
        """Let a write wait so long for a client that opens no window, and no longer."""
        self._patience = seconds
        self._wire.be_patient(seconds)

    def watch(self, scope: trio.CancelScope) -> None:
        self._watchers.add(scope)
        if self.closed_by == "client":
            scope.cancel()

    def unwatch(self, scope: trio.CancelScope) -> None:
        self._watchers.discard(scope)

    def attend(self) -> None:
        """The connection is read all the time, so a client that leaves is noticed."""

    async def sleep_until(self, time: float) -> None:
        """Sleep, and listen to the client meanwhile."""
        await trio.sleep_until(time)

    def left(self) -> None:
        """The client has reset the stream, or the connection is gone; nothing where it is whole."""
        if self._whole:
            return
        self._end("twin" if self._wire.closed_by == "twin" else "client")
        for scope in self._watchers:
            scope.cancel()

    async def send(self, message: Any) -> None:
        """ASGI's `send`; nothing where the stream is over, as `flush` will tell.

        Raises:
            UnsupportedError: a header has no form in HTTP/2.
        """
        if message["type"] == "http.response.start":
            headers = message["headers"]
            kept = [header for header in headers if header[0].lower() not in _OF_THE_CONNECTION]
            message = {**message, "headers": kept}
        if self.closed_by is not None:
            return
        await self._patiently(self._send, message)
        if self.unsupported is not None:
            raise UnsupportedError(self.unsupported)
        ends = message["type"] == "http.response.body" and not message.get("more_body", False)
        self._whole = self._whole or (ends and self.closed_by is None)

    async def flush(self) -> None:
        """Wait until the client's windows had room for all that was sent.

        Raises:
            trio.BrokenResourceError: the client has reset the stream, or is gone.
            trio.ClosedResourceError: the twin has reset it, also for a client that does not read.
        """
        if not self._whole:
            if self._frames.unsent(self._id):
                await self._patiently(self._frames.drained, self._id)
            self._must_be_open()
        self.last_byte_out = self._wire.last_byte_out

    async def hang_up(
        self,
        *,
        reset: bool,  # noqa: ARG002  # as a Carrier's
        flush: bool = True,
        linger: float | None = None,  # noqa: ARG002  # likewise
        notify: bool = True,  # noqa: ARG002  # likewise
        h2_error: int = INTERNAL_ERROR,
    ) -> None:
        """End the stream by RST_STREAM, whether a connection of its own would end by FIN or RST.

        Args:
            reset: no matter here.
            flush: whether what was sent is given up to `FLUSH_SECONDS` to fit into the windows.
            linger: no matter here, where no side of a stream stays open after it.
            notify: no matter here, either.
            h2_error: the code in it.
        """
        if self.closed_by is not None or self._whole:
            return
        if flush:
            with trio.move_on_after(FLUSH_SECONDS):
                await self._frames.drained(self._id)
        self.undelivered = self._frames.unsent(self._id)
        self.last_byte_out = self._wire.last_byte_out
        self._end("twin")
        await self._frames.reset(self._id, h2_error)

    async def go_away(self, *, processed: bool, error: int) -> None:
        """Tell the client to use another connection, and that this request is not `processed`."""
        if not await self._frames.go_away(self._id, processed=processed, error=error):
            self._end("twin")

    async def refuse(self) -> None:
        """End the stream because HTTP/2 has no form for what was to come."""
        await self.hang_up(reset=True, flush=False, h2_error=HTTP_1_1_REQUIRED)

    async def conclude(self, *, asked: bool) -> None:
        """The app is done: break off an answer that is not whole, or a request that is not `asked`.

        "A server MAY request that the client abort transmission of a request without error by
        sending a RST_STREAM with an error code of NO_ERROR after sending a complete response."
        -- RFC 9113, 8.1
        """
        self.concluded.set()
        if not self._whole:
            await self.hang_up(reset=True)
        elif not asked:
            await self._frames.reset(self._id, NO_ERROR)

    def cork(self) -> None:
        """Hold nothing: what one request holds back another may wait for."""

    def rest_until(self, seconds: float | None, *, reset: bool) -> None:  # noqa: ARG002  # as a Carrier's
        raise UnsupportedError("the connection at rest belongs to all of its streams")

    def take_held(self) -> bytes:
        raise UnsupportedError("HTTP/2 writes in frames, not in bytes")

    def mute(self, *, muted: bool) -> None:  # noqa: ARG002  # as a Carrier's
        raise UnsupportedError("HTTP/2 has no other framing")

    async def raw(self, data: bytes) -> None:  # noqa: ARG002  # as a Carrier's
        raise UnsupportedError("HTTP/2 has frames, and what is none would end all of its streams")

    def _must_be_open(self) -> None:
        if self.closed_by == "client":
            raise trio.BrokenResourceError("the client has reset the stream")
        if self.closed_by == "twin":
            raise trio.ClosedResourceError("this stream was reset")

    async def _patiently(self, do: Callable[..., Awaitable[None]], argument: Any) -> None:
        with trio.CancelScope(deadline=trio.current_time() + self._patience) as patience:
            await do(argument)
        if patience.cancelled_caught:
            await self.hang_up(reset=True, flush=False, h2_error=CANCEL)

    def _end(self, by: Literal["client", "twin"]) -> None:
        if self.closed_by is not None:
            return
        self.closed_by, self.closed_at = by, trio.current_time()
