"""The outgoing half of a connection: what is held, what waits for the peer, what has arrived."""

from __future__ import annotations

import math
from collections.abc import Callable

import trio

from simtwin.edge import kernel

#: The first look at the kernel's queue comes this soon, later ones up to ten times as late.
POLL_SECONDS = 0.002


class Outlet:
    """Writes to one stream, in order, whoever writes.

    Args:
        stream: is written to.
        attend: called when a write begins to wait.

    Attributes:
        patience: seconds that one write may wait for a peer that does not read.
        last_byte: when the system last took bytes from us (`trio.current_time()`).
        corked: whether what is written is held back until `flush`.
        taken: how many bytes the system has taken in all.
        unsent: bytes of the latest write that the system has not taken.
        blocked: seconds that writes have waited for the peer to read, in all.
        seal: makes what goes over the stream of what is written; TLS, where that is spoken.
    """

    def __init__(self, stream: trio.abc.SendStream, attend: Callable[[], None]) -> None:
        self.patience = math.inf
        self.last_byte: float | None = None
        self.corked = False
        self.taken = 0
        self.unsent = 0
        self.blocked = 0.0
        self.seal: Callable[[bytes], bytes] | None = None
        self._stream = stream
        self._attend = attend
        self._socket = stream.socket if isinstance(stream, trio.SocketStream) else None
        self._turn = trio.Lock()
        self._held: list[bytes] = []

    @property
    def holds(self) -> bool:
        return bool(self._held)

    @property
    def waits(self) -> bool:
        """Whether a write waits for the peer to read."""
        return self._turn.locked()

    @property
    def undelivered(self) -> int:
        """Bytes that a reset would throw away now, as far as the system can tell."""
        return self.unsent + (self._queued() or 0)

    async def send(self, data: bytes) -> None:
        """Write `data`, or hold it. No checkpoint where the system takes all of it at once.

        A write that has begun is finished although its task is cancelled, because nobody could
        find the place to go on from. Closing the stream stops it.

        Raises:
            trio.BrokenResourceError: the peer is gone.
            trio.ClosedResourceError: the stream was closed meanwhile.
            trio.TooSlowError: the peer has read too little for `patience` seconds.
        """
        if self.corked:
            self._held.append(data)
            return
        if self.seal is not None:
            data = self.seal(data)
        sent = 0 if self._turn.locked() else self._push(data)
        if sent < len(data):
            await self._send_rest(data[sent:])
        self.last_byte = trio.current_time()

    async def flush(self) -> None:
        """Write what was held, in one piece, and hold nothing more; raises as `send` does."""
        self.corked = False
        if self._held:
            data = b"".join(self._held)
            self._held.clear()
            await self.send(data)

    async def flush_at_once(self) -> None:
        """As `flush`, but what the system does not take at once stays unsent.

        A stream that is no socket has no system below it and takes everything.
        """
        if self._socket is None:
            return await self.flush()
        data = self.take()
        self.at_once(data if self.seal is None else self.seal(data))
        return None

    def at_once(self, data: bytes) -> None:
        """Write what the system takes of `data` now; the rest stays unsent.

        A stream that is no socket has no system below it, and takes nothing.
        """
        self.unsent += len(data) - (0 if self._turn.locked() else self._push(data))

    def take(self) -> bytes:
        """What was held, which nothing sends any more; hold nothing more."""
        data = b"".join(self._held)
        self.drop()
        return data

    def drop(self) -> None:
        """Forget what was held, and hold nothing more."""
        self.corked = False
        self._held.clear()

    async def delivered(self) -> None:
        """Wait until the peer's system has everything, as far as ours can tell."""
        pause = POLL_SECONDS
        while (queued := self._queued()) != 0:
            await trio.sleep(pause)
            if queued is None and pause == 10 * POLL_SECONDS:
                return  # five looks, 50 ms, are all that a system that cannot tell is given
            pause = min(2 * pause, 10 * POLL_SECONDS)

    def _queued(self) -> int | None:
        if self._socket is None or self._socket.fileno() == -1:
            return 0
        return kernel.unacknowledged(self._socket)

    def _push(self, data: bytes | memoryview) -> int:
        """How many bytes the system takes right now."""
        if self._socket is None:
            return 0
        try:
            taken = kernel.take(self._socket, data)
        except OSError as error:
            raise trio.BrokenResourceError("the client is gone") from error
        self.taken += taken
        return taken

    async def _send_rest(self, data: bytes) -> None:
        self._attend()
        began = trio.current_time()
        try:
            with trio.CancelScope(deadline=began + self.patience, shield=True) as scope:
                async with self._turn:
                    await self._send_slowly(memoryview(data))
        finally:
            self.blocked += trio.current_time() - began
        if scope.cancelled_caught:
            raise trio.TooSlowError

    async def _send_slowly(self, data: memoryview) -> None:
        if self._socket is None or not kernel.TAKES:
            await self._stream.send_all(data)
            self.taken += len(data)
            return
        while data:
            self.unsent = len(data)
            await trio.lowlevel.wait_writable(self._socket)
            data = data[self._push(data) :]
        self.unsent = 0
