"""What has come in on a connection and was not used yet, whoever reads it.

    the connection itself   between requests
    the app                 while it wants more of a body, or to be told that the client left
    a task of its own       while somebody waits who does not read, from `attend` on

Only one of them reads at a time; others wait for what it reads. Most requests come in one read and
are answered at once, so that nobody else ever runs.
"""

from __future__ import annotations

import trio

from simtwin.edge.wire import Wire

RECEIVE_BYTES = 65_536
#: Of later requests, as much is read ahead while one is under way.
MOST_AHEAD = 64 * 1024


class Intake:
    """The bytes that came in on one wire.

    Args:
        wire: is read from, by nobody else.
        nursery: where the reading task lives, if there is one.

    Attributes:
        bytes: what was read and not taken.
    """

    def __init__(self, wire: Wire, nursery: trio.Nursery) -> None:
        self.bytes = bytearray()
        self._wire = wire
        self._nursery = nursery
        self._read: trio.Event | None = None
        self._attended = False

    def take(self, most: int) -> bytes:
        """Up to `most` of the bytes that are there."""
        taken = bytes(self.bytes[:most])
        del self.bytes[:most]
        return taken

    async def more(self) -> bool:
        """Wait until more has come in; False where nothing more will."""
        if self._read is not None:
            await self._read.wait()
            return self._wire.ended is None
        self._read = trio.Event()
        try:
            data = await self._wire.receive_some(RECEIVE_BYTES)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            return False
        finally:
            self._read.set()
            self._read = None
        self.bytes += data
        return bool(data)

    async def over(self) -> None:
        """Wait until nothing more will come in; for ever where too much has come in before."""
        while len(self.bytes) < MOST_AHEAD:
            if not await self.more():
                return
        await trio.sleep_forever()

    def attend(self) -> None:
        """Somebody waits who does not read: see to it that a client who leaves is noticed."""
        if not self._attended and len(self.bytes) < MOST_AHEAD:
            self._attended = True
            self._nursery.start_soon(self._listen)

    async def _listen(self) -> None:
        try:
            while len(self.bytes) < MOST_AHEAD and await self.more():
                pass
        except trio.Cancelled:
            # The server stops, with no more grace for a client that does not read.
            if self._wire.writing:
                with trio.CancelScope(shield=True):
                    await self._wire.abort()
            raise
        finally:
            self._attended = False
