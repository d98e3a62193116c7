"""The upstream of a twin, and the connections to it: for each client's connection one of its own.

So whatever becomes of the one becomes of the other: what the upstream does to a connection at rest,
the client sees on its own. Requests that share a connection (HTTP/2) get one each.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from functools import partial

import attrs
import trio

from simtwin.edge.carrier import Carrier
from simtwin.edge.upstream.connection import Connection, Dial
from simtwin.edge.upstream.target import Target
from simtwin.edge.wire import Wire

LOG = logging.getLogger(__name__)


@attrs.define(eq=False)
class _Kept:
    """A connection at rest, and who listens to it."""

    connection: Connection
    listening: trio.CancelScope = attrs.field(factory=trio.CancelScope)
    over: trio.Event = attrs.field(factory=trio.Event)


class Upstream:
    """What a twin is in front of.

    Args:
        target: where it is.
        key: asks it in the name of callers whose key is the twin's; None for none.
        dial: opens a connection to it.
        nursery: its tasks; they end with the twin.
    """

    def __init__(self, target: Target, key: str | None, dial: Dial, nursery: trio.Nursery) -> None:
        self.target = target
        self.key = key
        self._dial = dial
        self._nursery = nursery
        self._kept: dict[Carrier, _Kept] = {}

    async def connection(self, carrier: Carrier) -> Connection:
        """The connection that belongs to a client's; a new one where there is none.

        Raises:
            UnreachableError: there can be none.
        """
        kept = self._kept.pop(carrier, None)
        if kept is not None:
            kept.listening.cancel()
            await kept.over.wait()
            # One that has ended says so where it is read from.
            return kept.connection
        return Connection(await self._dial(self.target))

    def send(self, connection: Connection, pieces: AsyncGenerator[bytes, None]) -> None:
        """Send a body in the background, so that an answer that overtakes it is heard."""
        self._nursery.start_soon(_send, connection, pieces)

    async def let_go(self, connection: Connection, carrier: Carrier, *, whole: bool) -> None:
        """An answer is over: keep the connection with the client's, or close it at once.

        Args:
            connection: what the answer came on.
            carrier: what it went out on.
            whole: whether the upstream has answered in whole.
        """
        usable = whole and connection.ended is None and not connection.sending
        if not usable or not isinstance(carrier, Wire) or carrier.ended is not None:
            await connection.close()
            return
        kept = self._kept[carrier] = _Kept(connection)
        carrier.when_ended["upstream"] = partial(self._left, carrier)
        self._nursery.start_soon(self._listen, carrier, kept)

    def _left(self, carrier: Carrier) -> None:
        kept = self._kept.pop(carrier, None)
        if kept is not None:
            kept.listening.cancel()

    async def _listen(self, wire: Wire, kept: _Kept) -> None:
        """Do to the client's connection what the upstream does to its own while both are at rest."""
        connection = kept.connection
        try:
            with kept.listening:
                # A request that the upstream has no part in goes on without it.
                while (data := await connection.receive()) and wire.at_rest:
                    await wire.raw(data)
                if wire.at_rest:
                    with trio.CancelScope(shield=True):
                        await wire.hang_up(reset=connection.ended == "rst")
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass
        finally:
            if self._kept.get(wire) is kept or wire.ended is not None:
                self._kept.pop(wire, None)
                await connection.close()
            kept.over.set()


async def _send(connection: Connection, pieces: AsyncGenerator[bytes, None]) -> None:
    """Send a body; where that crashes one request is lost."""
    try:
        await connection.send_pieces(pieces)
    except Exception:
        LOG.exception("a body crashed on its way to the upstream")
        await connection.close()
