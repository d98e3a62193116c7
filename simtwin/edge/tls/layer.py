"""TLS between a wire and its socket: what comes in is opened, what goes out is sealed."""

from __future__ import annotations

import trio

from simtwin.edge.outlet import Outlet
from simtwin.edge.tls.session import Session, TLSError

_RECEIVE_BYTES = 65_536


class Layer:
    """A session on a stream.

    Args:
        session: the session.
        stream: what its peer sends.
        outlet: what its peer is sent.
    """

    def __init__(self, session: Session, stream: trio.abc.ReceiveStream, outlet: Outlet) -> None:
        self._session = session
        self._stream = stream
        self._outlet = outlet

    async def handshake(self) -> None:
        """Agree with the peer; from then on the outlet seals what it is given.

        Raises:
            TLSError: there is no agreement. What TLS says of that has been sent.
            trio.BrokenResourceError: the peer has left.
        """
        self._outlet.seal = self._session.seal
        try:
            while not self._session.handshake():
                await self._outlet.send(b"")
                data = await self._stream.receive_some(_RECEIVE_BYTES)
                if not data:
                    raise trio.BrokenResourceError("the client left in the handshake")
                self._session.feed(data)
        except TLSError:
            await self._outlet.send(b"")  # an alert
            self._outlet.seal = None
            raise
        await self._outlet.send(b"")  # tickets

    async def receive_some(self, max_bytes: int | None = None) -> bytes | bytearray:
        """What the peer said in TLS, empty when it says that this was all, or has left.

        Raises:
            trio.BrokenResourceError: it speaks no TLS any more, or has reset the connection.
        """
        try:
            while (plain := self._session.read()) is None:
                if self._session.pending:
                    await self._outlet.send(b"")
                data = await self._stream.receive_some(max_bytes)
                if not data:
                    return data
                self._session.feed(data)
        except TLSError as error:
            self._outlet.at_once(self._session.seal(b""))  # an alert
            raise trio.BrokenResourceError("the client speaks no TLS any more") from error
        return plain

    def close_notify(self) -> None:
        """Tell the peer that this was all, as far as it listens."""
        self._outlet.at_once(self._session.close_notify())
