"""The transport under one connection: it can be cut, and it keeps the times.

A `Wire` wraps one trio stream, a socket or one end of a memory pair, and is what Hypercorn reads
and writes. How a connection ends is recorded here and nowhere else, because afterwards nobody can
tell: a memory stream knows no reset, and a closed socket knows nothing.

    hang_up(reset=False)   what was written, then FIN, then whatever the peer still sends is read
    hang_up(reset=True)    what was written is given time to arrive, then RST
    abort()                RST at once
"""

from __future__ import annotations

import math
import socket
from typing import Literal

import trio

from simtwin.edge import kernel

#: How long a reset waits for what was written before it. A reset throws away what is still queued:
#: of 600 kB, 113 kB arrived where it did not wait.
FLUSH_SECONDS = 2.0

#: How long a FIN waits for the peer to close too. Closing a socket that has unread input sends a
#: reset, which would take the answer with it; nginx gives `lingering_timeout` 5 s, and a client
#: that reads a closed connection closes it within a round trip.
LINGER_SECONDS = 1.0

#: The first look at the kernel's queue comes this soon, later ones up to ten times as late.
POLL_SECONDS = 0.002

_RECEIVE_BYTES = 65_536
_GONE = (trio.BrokenResourceError, trio.ClosedResourceError)


class Wire:
    """One connection, as the twin sees it.

    Args:
        stream: the accepted connection; the wire owns it from now on.
        ordinal: the number of the connection, counted from 1.

    Attributes:
        requests: how many requests were begun on it.
        patience: seconds that one write may wait for a peer that does not read.
        multiplexed: whether requests share the connection (HTTP/2), so that nothing can be held.
        first_byte: when the first byte of the latest request came in.
        last_byte_out: when the kernel last took bytes from us.
        closed_at: when the connection ended, and `closed_by` whom.
        ended: how it ended.
        undelivered: bytes that a reset of ours threw away, as far as the system can tell.

    All times are `trio.current_time()`.
    """

    def __init__(self, stream: trio.abc.Stream, ordinal: int = 1) -> None:
        self.ordinal = ordinal
        self.requests = 0
        self.patience = math.inf
        self.multiplexed = False
        self.first_byte: float | None = None
        self.last_byte_out: float | None = None
        self.closed_at: float | None = None
        self.closed_by: Literal["client", "twin"] | None = None
        self.ended: Literal["fin", "rst"] | None = None
        self.undelivered = 0
        self._stream = stream
        self._socket = stream.socket if isinstance(stream, trio.SocketStream) else None
        self._turn = trio.Lock()
        self._held: list[bytes] = []
        self._unsent = 0
        self._corked = False
        self._watchers: set[trio.CancelScope] = set()
        self._heard: float | None = None
        self._last_in: float | None = None
        self._reading = False
        self._read = trio.Event()

    def addresses(self) -> tuple[tuple[str, int] | None, tuple[str, int] | None]:
        """The client's address and ours, None each over a memory stream or a Unix socket.

        Raises:
            OSError: the client has left before anything was asked.
        """
        if self._socket is None or self._socket.family not in (socket.AF_INET, socket.AF_INET6):
            return None, None
        return self._socket.getpeername()[:2], self._socket.getsockname()[:2]

    def begin(self) -> None:
        """A request begins with the bytes that were read last."""
        self.requests += 1
        self.first_byte = self._last_in if self._heard is None else self._heard

    def rest(self) -> None:
        """No request is under way: the next byte that comes in is the first of one."""
        self._heard = None

    def watch(self, scope: trio.CancelScope) -> None:
        """Cancel `scope` when the client leaves; at once where it has left already."""
        self._watchers.add(scope)
        if self.closed_by == "client":
            scope.cancel()

    def unwatch(self, scope: trio.CancelScope) -> None:
        self._watchers.discard(scope)

    async def receive_some(self, max_bytes: int | None = None) -> bytes | bytearray:
        """What the client sent; empty when it will send no more, which counts as having left.

        Raises:
            trio.BrokenResourceError: the client reset the connection.
            trio.ClosedResourceError: the twin has hung up.
        """
        if self.ended is not None:
            raise trio.ClosedResourceError("this wire was hung up")
        self._reading = True
        try:
            data = await self._stream.receive_some(max_bytes)
            while data and self.ended is not None:
                data = await self._stream.receive_some(max_bytes)
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
        self._last_in = trio.current_time()
        if self._heard is None:
            self._heard = self._last_in
        return data

    def cork(self) -> None:
        """Hold what is written from now on, until `flush` sends it in one piece.

        Nothing is held on a multiplexed connection: what one request holds back may be what the
        client waits for before it lets another one go on.
        """
        self._corked = not self.multiplexed

    async def flush(self) -> None:
        """Send what was held, and hold nothing more.

        Raises:
            trio.BrokenResourceError, trio.ClosedResourceError: as `send_all`.
        """
        self._corked = False
        if self._held:
            data = b"".join(self._held)
            self._held.clear()
            await self._write(data)

    async def send_all(self, data: bytes) -> None:
        """Send `data`, or hold it. No checkpoint where the system takes all of it at once.

        A write that is cancelled half-way ends the connection: no reader could find its place.

        Raises:
            trio.BrokenResourceError: the client is gone, or has not read for `patience` seconds.
            trio.ClosedResourceError: the connection has ended before.
        """
        if self._corked:
            self._held.append(data)
        else:
            await self._write(data)

    async def raw(self, data: bytes) -> None:
        """Send bytes that the framing above knows nothing of, in order with what it wrote."""
        await self.send_all(data)

    async def hang_up(self, *, reset: bool, flush: bool = True) -> None:
        """End the connection here, by RST where `reset`, else by FIN.

        Args:
            reset: whether the peer sees a reset.
            flush: whether what was written before is left to arrive first: a reset waits up to
                `FLUSH_SECONDS` for it. Without it the held bytes get one try and the end
                follows at once.

        It waits up to `LINGER_SECONDS` after a FIN for the peer to close as well. A connection
        that has ended already stays as it ended.
        """
        try:
            if not flush:
                self._drop()
            elif reset:
                with trio.move_on_after(FLUSH_SECONDS):
                    await self.flush()
                    await self._delivered()
            else:
                await self.flush()
        except _GONE:
            pass
        finally:
            if reset:
                await self.abort()
        if self.ended is None:
            self.undelivered = self._unsent
            self._end("twin", "fin")
            await self._see_off()

    async def abort(self) -> None:
        """End the connection by RST, with no care for what is queued."""
        if self.ended is not None:
            return
        self.undelivered = self._unsent + (self._queued() or 0)
        self._end("twin", "rst")
        if self._socket is not None and self._socket.fileno() != -1:
            kernel.reset_on_close(self._socket)
        await trio.aclose_forcefully(self._stream)

    async def aclose(self) -> None:
        """Close the connection, with no wait for the peer."""
        self._end("twin", "fin")
        await trio.aclose_forcefully(self._stream)

    def _end(self, by: Literal["client", "twin"], how: Literal["fin", "rst"]) -> None:
        if self.ended is not None:
            return
        self.ended, self.closed_by, self.closed_at = how, by, trio.current_time()
        self._corked = False
        self._held.clear()
        if by == "client":
            for scope in self._watchers:
                scope.cancel()

    async def _write(self, data: bytes) -> None:
        if self.ended is not None:
            raise trio.ClosedResourceError("this wire was hung up")
        sent = 0 if self._turn.locked() else self._push(data)
        if sent < len(data):
            await self._wait_and_write(data[sent:])
        self.last_byte_out = trio.current_time()

    def _push(self, data: bytes | memoryview) -> int:
        """How many bytes the system takes right now."""
        if self._socket is None:
            return 0
        try:
            return kernel.take(self._socket, data)
        except OSError as error:
            self._end("client", "rst")
            raise trio.BrokenResourceError("the client is gone") from error

    async def _wait_and_write(self, data: bytes) -> None:
        try:
            with trio.fail_after(self.patience):
                async with self._turn:
                    await self._send(memoryview(data))
        except trio.TooSlowError:
            await self.abort()
            raise trio.BrokenResourceError(
                f"the client has not read for {self.patience:g} s"
            ) from None
        except trio.Cancelled:
            await self.abort()
            raise
        except trio.BrokenResourceError:
            self._end("client", "rst")
            raise

    async def _send(self, data: memoryview) -> None:
        if self._socket is None or not kernel.TAKES:
            await self._stream.send_all(data)
            return
        while data:
            self._unsent = len(data)
            await trio.lowlevel.wait_writable(self._socket)
            data = data[self._push(data) :]
        self._unsent = 0

    def _drop(self) -> None:
        """Give the held bytes one try."""
        data = b"".join(self._held)
        self._held.clear()
        self._corked = False
        self._unsent = len(data) - self._push(data)

    async def _delivered(self) -> None:
        """Wait until the peer's system has everything, as far as ours can tell."""
        if self._socket is None:
            return
        pause = POLL_SECONDS
        with trio.move_on_after(FLUSH_SECONDS):
            while (queued := self._queued()) != 0:
                await trio.sleep(pause)
                if queued is None and pause == 10 * POLL_SECONDS:
                    return  # five looks, 50 ms, are all that a system that cannot tell is given
                pause = min(2 * pause, 10 * POLL_SECONDS)

    def _queued(self) -> int | None:
        if self._socket is None or self._socket.fileno() == -1:
            return 0
        return kernel.unacknowledged(self._socket)

    async def _see_off(self) -> None:
        try:
            if self._socket is not None:
                self._socket.shutdown(socket.SHUT_WR)
                with trio.move_on_after(LINGER_SECONDS):
                    await self._drain()
        except OSError:
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
