"""The transport under one connection: it can be cut, and it keeps the times.

A `Wire` wraps one trio stream, a socket or one end of a memory pair, and is what a connection
reads and writes. How a connection ends is recorded here and nowhere else, because afterwards nobody can
tell: a memory stream knows no reset, and a closed socket knows nothing.

    hang_up(reset=False)   what was written, then FIN, then whatever the peer still sends is read
    hang_up(reset=True)    what was written is given time to arrive, then RST
    abort()                RST at once

With `secure` it speaks TLS from then on; all of the above happens beneath that.
"""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable
from typing import Literal

import trio

from simtwin.core.tls import Tls
from simtwin.edge import kernel
from simtwin.edge.outlet import Outlet
from simtwin.edge.tls.layer import Layer
from simtwin.edge.tls.session import Session

#: How long a reset waits for what was written before it. A reset throws away what is still queued:
#: of 600 kB, 113 kB arrived where it did not wait.
FLUSH_SECONDS = 2.0

#: How long a FIN waits for the peer to close too. Closing a socket that has unread input sends a
#: reset, which would take the answer with it; nginx gives `lingering_timeout` 5 s, and a client
#: that reads a closed connection closes it within a round trip.
LINGER_SECONDS = 1.0

_RECEIVE_BYTES = 65_536
_GONE = (trio.BrokenResourceError, trio.ClosedResourceError)


class Wire:
    """One connection, as the twin sees it.

    Args:
        stream: the accepted connection; the wire owns it from now on.
        ordinal: the number of the connection, counted from 1.

    Attributes:
        requests: how many requests were begun on it.
        protocol: the version of HTTP that the latest request was in.
        multiplexed: whether requests share the connection (HTTP/2), so that nothing can be held.
        first_byte: when the first byte of the latest request came in.
        closed_at: when the connection ended, and `closed_by` whom.
        ended: how it ended.
        undelivered: bytes that a reset of ours threw away, as far as the system can tell.
        greeting: what its client's TLS meets; None is as ever.
        idle_seconds: how long it may rest between requests; None is as long as any.
        when_ended: are called once the connection has ended, each by a name that it is set by.

    All times are `trio.current_time()`.
    """

    def __init__(self, stream: trio.abc.Stream, ordinal: int = 1) -> None:
        self.ordinal = ordinal
        self.requests = 0
        self.protocol = "1.1"
        self.multiplexed = False
        self.first_byte: float | None = None
        self.closed_at: float | None = None
        self.closed_by: Literal["client", "twin"] | None = None
        self.ended: Literal["fin", "rst"] | None = None
        self.undelivered = 0
        self.idle_seconds: float | None = None
        self.when_ended: dict[str, Callable[[], None]] = {}
        self.greeting: Tls | None = None
        self._stream = stream
        self._socket = stream.socket if isinstance(stream, trio.SocketStream) else None
        self._outlet = Outlet(stream, self.attend)
        self._tls: Layer | None = None
        self._receive = stream.receive_some
        self._watchers: set[trio.CancelScope] = set()
        self._heard: float | None = None
        self._last_in: float | None = None
        self._muted = False
        self._stale_from: int | None = None
        self._resets_at_rest = False
        self._reading = False
        self._read = trio.Event()
        self._unread = b""
        self._attend: Callable[[], None] | None = None

    def addresses(self) -> tuple[tuple[str, int] | None, tuple[str, int] | None]:
        """The client's address and ours, None each over a memory stream or a Unix socket.

        Raises:
            OSError: the client has left before anything was asked.
        """
        if self._socket is None or self._socket.family not in (socket.AF_INET, socket.AF_INET6):
            return None, None
        return self._socket.getpeername()[:2], self._socket.getsockname()[:2]

    @property
    def last_byte_in(self) -> float | None:
        """When the client last sent anything."""
        return self._last_in

    @property
    def last_byte_out(self) -> float | None:
        """When the system last took bytes from us."""
        return self._outlet.last_byte

    @property
    def bytes_out(self) -> int:
        """How many bytes the system has taken from us in all."""
        return self._outlet.taken

    @property
    def blocked(self) -> float:
        """How many seconds writes have waited for the client to read, in all."""
        return self._outlet.blocked

    @property
    def writing(self) -> bool:
        """Whether a write waits for the client to read."""
        return self._outlet.waits

    @property
    def at_rest(self) -> bool:
        """Whether no request is under way, nor the first byte of one has come."""
        return self._heard is None

    def be_patient(self, seconds: float) -> None:
        """Let a write wait so long for a client that does not read, and no longer."""
        self._outlet.patience = seconds

    def begin(self) -> None:
        """A request begins with the bytes that were read last."""
        self.requests += 1
        self.first_byte = self._last_in if self._heard is None else self._heard

    def rest(self) -> None:
        """No request is under way: the next byte that comes in is the first of one."""
        self._heard = None

    def rest_until(self, seconds: float | None, *, reset: bool) -> None:
        """End the connection while it rests: after so long, or at the first byte of a request.

        Args:
            seconds: how long it may be idle; None: until its next request begins.
            reset: by RST, else by FIN.
        """
        self._resets_at_rest = reset
        if seconds is None:
            self._stale_from = self.requests + 1
        else:
            self.idle_seconds = seconds

    def go_stale(self, request: int, *, reset: bool) -> None:
        """End the connection at the first byte of the request of that number, from 1."""
        self._resets_at_rest = reset
        self._stale_from = request

    def attended_by(self, attend: Callable[[], None]) -> None:
        """Call `attend` when somebody begins to wait: it sees to it that this wire is read.

        Needed where the connection is not read all the time, since only a read tells that the
        client left.
        """
        self._attend = attend

    def attend(self) -> None:
        """Somebody waits, and wants to know when the client leaves."""
        if self._attend is not None:
            self._attend()

    async def sleep_until(self, time: float) -> None:
        """Sleep, and listen to the client meanwhile: whoever watches is cancelled as it leaves."""
        self.attend()
        await trio.sleep_until(time)

    def unread(self, data: bytes) -> None:
        """Give back what was read, and the reading: who reads next is another."""
        self._unread = data
        self._attend = None

    def watch(self, scope: trio.CancelScope) -> None:
        """Cancel `scope` when the client leaves; at once where it has left already."""
        self._watchers.add(scope)
        if self.closed_by == "client":
            scope.cancel()

    def unwatch(self, scope: trio.CancelScope) -> None:
        self._watchers.discard(scope)

    async def secure(self, session: Session) -> None:
        """Speak TLS from here on: the handshake.

        Raises:
            TLSError: there is no agreement. What TLS says of that has been sent.
            trio.BrokenResourceError, trio.ClosedResourceError: the client is gone.
        """
        layer = Layer(session, self._stream, self._outlet)
        await self._guard(layer.handshake)
        self._tls, self._receive = layer, layer.receive_some
        self.rest()

    async def receive_some(self, max_bytes: int | None = None) -> bytes | bytearray:
        """What the client sent; empty when it will send no more, which counts as having left.

        Raises:
            trio.BrokenResourceError: the client reset the connection.
            trio.ClosedResourceError: the twin has hung up.
        """
        if self.ended is not None:
            raise trio.ClosedResourceError("this wire was hung up")
        if self._unread:
            unread, self._unread = self._unread, b""
            return unread
        self._reading = True
        try:
            data = await self._receive(max_bytes)
            while data and self.ended is not None:
                data = await self._receive(max_bytes)
        except trio.BrokenResourceError:
            self._end("client", "rst")
            raise
        finally:
            self._reading = False
            self._read.set()
        if self.ended is not None:
            raise trio.ClosedResourceError("this wire was hung up")
        if not data:
            self._end("client", "fin")
            return data
        if self._is_stale:
            await self.hang_up(reset=self._resets_at_rest)
            raise trio.ClosedResourceError("this wire was hung up")
        self._last_in = trio.current_time()
        if self._heard is None:
            self._heard = self._last_in
        return data

    @property
    def _is_stale(self) -> bool:
        """Whether what comes in now is the request that the connection does not live to answer."""
        stale = self._stale_from
        return stale is not None and self._heard is None and self.requests + 1 >= stale

    def mute(self, *, muted: bool) -> None:
        """Throw away what the framing above writes, until it is unmuted; never `raw` bytes."""
        self._muted = muted

    def take_held(self) -> bytes:
        """What was held, no longer to be sent by `flush`."""
        return self._outlet.take()

    def cork(self) -> None:
        """Hold what is written from now on, until `flush` sends it in one piece.

        Nothing is held on a multiplexed connection: what one request holds back may be what the
        client waits for before it lets another one go on.
        """
        self._outlet.corked = not self.multiplexed

    async def flush(self) -> None:
        """Send what was held, and hold nothing more.

        Raises:
            trio.BrokenResourceError, trio.ClosedResourceError: as `send_all`. Where nothing is
                held any more because the connection ended, only if it was the client who left.
        """
        if self._outlet.holds:
            await self._guard(self._outlet.flush)
        elif self.closed_by == "client":
            raise trio.BrokenResourceError("the client is gone")
        self._outlet.corked = False

    async def send_all(self, data: bytes) -> None:
        """Send `data`, or hold it. No checkpoint where the system takes all of it at once.

        A write that has begun is finished although its task is cancelled; `abort` stops it.

        Raises:
            trio.BrokenResourceError: the client is gone, or has not read for too long.
            trio.ClosedResourceError: the connection has ended before, or while this waited.
        """
        if not self._muted:
            await self._guard(self._outlet.send, data)

    async def raw(self, data: bytes) -> None:
        """Send bytes that the framing above knows nothing of, in order with what it wrote."""
        await self._guard(self._outlet.send, data)

    async def go_away(self, *, processed: bool, error: int) -> None:  # noqa: ARG002  # HTTP/1.1 has no codes
        """Serve no further request: HTTP/1.1 has no word for that but the end of the connection."""
        if processed:
            self.rest_until(0.0, reset=False)
        else:
            await self.hang_up(reset=False)

    async def refuse(self) -> None:
        """End the connection because this version of HTTP has no form for what was to come."""
        await self.hang_up(reset=False)

    async def hang_up(
        self,
        *,
        reset: bool,
        flush: bool = True,
        linger: float | None = None,
        notify: bool = True,
        h2_error: int = 0,  # noqa: ARG002  # a stream has such a code, a connection none
    ) -> None:
        """End the connection here, by RST where `reset`, else by FIN.

        Args:
            reset: whether the peer sees a reset.
            flush: whether what was written before is left to arrive first: a reset waits up to
                `FLUSH_SECONDS` for it. Without it the held bytes get one try and the end
                follows at once.
            linger: how long after a FIN what the peer sends is still taken, if the peer does not
                close before; by default `LINGER_SECONDS`.
            notify: in TLS, whether a FIN comes with a `close_notify`.
            h2_error: no matter here.

        A connection that has ended already stays as it ended.
        """
        try:
            if not flush:
                await self._guard(self._outlet.flush_at_once)
            elif reset:
                deadline = trio.current_time() + FLUSH_SECONDS
                self.be_patient(FLUSH_SECONDS)
                await self.flush()
                with trio.move_on_at(deadline):
                    await self._outlet.delivered()
            else:
                await self.flush()
        except _GONE:
            pass
        finally:
            if reset:
                await self.abort()
        if self.ended is None:
            self.undelivered = self._outlet.unsent
            if notify and self._tls is not None:
                self._tls.close_notify()
            self._end("twin", "fin")
            await self._see_off(linger)

    async def abort(self) -> None:
        """End the connection by RST, with no care for what is queued."""
        if self.ended is not None:
            return
        self.undelivered = self._outlet.undelivered
        self._end("twin", "rst")
        if self._socket is not None and self._socket.fileno() != -1:
            kernel.reset_on_close(self._socket)
        await trio.aclose_forcefully(self._stream)

    async def aclose(self) -> None:
        """Close the connection, with no wait for the peer."""
        if self._resets_at_rest and self._heard is None:
            return await self.abort()
        if self.ended is None and self._tls is not None:
            self._tls.close_notify()
        self._end("twin", "fin")
        return await trio.aclose_forcefully(self._stream)

    def _end(self, by: Literal["client", "twin"], how: Literal["fin", "rst"]) -> None:
        if self.ended is not None:
            return
        self.ended, self.closed_by, self.closed_at = how, by, trio.current_time()
        self._outlet.drop()
        for told in self.when_ended.values():
            told()
        if by == "client":
            for scope in self._watchers:
                scope.cancel()

    async def _guard(self, write: Callable[..., Awaitable[None]], *data: bytes) -> None:
        if self.ended is not None:
            raise trio.ClosedResourceError("this wire was hung up")
        try:
            await write(*data)
        except trio.BrokenResourceError:
            self._end("client", "rst")
            raise
        except trio.TooSlowError:
            await self.abort()
            raise trio.BrokenResourceError("the client does not read") from None

    async def _see_off(self, linger: float | None) -> None:
        try:
            if linger is not None and isinstance(self._stream, trio.abc.HalfCloseableStream):
                await self._stream.send_eof()
                with trio.move_on_after(linger):
                    await self._drain()
            elif self._socket is not None:
                self._socket.shutdown(socket.SHUT_WR)
                with trio.move_on_after(LINGER_SECONDS):
                    await self._drain()
        except (OSError, trio.BrokenResourceError):
            pass
        finally:
            await trio.aclose_forcefully(self._stream)

    async def _drain(self) -> None:
        if self._reading:
            self._read = trio.Event()
            await self._read.wait()
            return
        try:
            while await self._stream.receive_some(_RECEIVE_BYTES):
                pass
        except _GONE:
            pass
