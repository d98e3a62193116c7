"""One connection to the upstream: our own stream, so that how it ends is known."""

from __future__ import annotations

import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Literal

import trio

from simtwin.edge.upstream.target import Target

#: A client of the API gives up on a connection after five seconds (SDK 2.12.0, `_constants.py`).
CONNECT_SECONDS = 10.0

_RECEIVE_BYTES = 65_536

#: Opens a connection.
Dial = Callable[[Target], Awaitable[trio.abc.Stream]]


class UnreachableError(Exception):
    """There is no connection; the text says why. `late` where nothing came of it in time."""

    def __init__(self, reason: str, *, late: bool = False) -> None:
        super().__init__(reason)
        self.late = late


class Dialler:
    """Opens connections over TCP, and speaks TLS where the target wants it; no proxies are asked."""

    def __init__(self, target: Target) -> None:
        self._tls: ssl.SSLContext | None = None
        if target.secure:
            self._tls = ssl.create_default_context()
            self._tls.set_alpn_protocols(["http/1.1"])

    async def __call__(self, target: Target) -> trio.abc.Stream:
        """A connection to the target.

        Raises:
            UnreachableError: there is none.
        """
        try:
            with trio.fail_after(CONNECT_SECONDS):
                return await self._dial(target)
        except trio.TooSlowError:
            reason = f"it did not take a connection in {CONNECT_SECONDS:g} s"
            raise UnreachableError(reason, late=True) from None
        except OSError as error:
            raise UnreachableError(_reason(error)) from None
        except trio.BrokenResourceError as error:
            raise UnreachableError(f"no TLS: {_reason(error.__cause__ or error)}") from None

    async def _dial(self, target: Target) -> trio.abc.Stream:
        tcp = await trio.open_tcp_stream(target.host, target.port)
        if self._tls is None:
            return tcp
        stream = trio.SSLStream(tcp, self._tls, server_hostname=target.host, https_compatible=True)
        try:
            await stream.do_handshake()
        except BaseException:
            await trio.aclose_forcefully(tcp)
            raise
        return stream


class Connection:
    """A connection that requests can be sent over, one after the other.

    Attributes:
        ended: how the upstream ended it; None while it has not.
    """

    def __init__(self, stream: trio.abc.Stream) -> None:
        self.ended: Literal["fin", "rst"] | None = None
        self._stream = stream
        self._broken = False
        self._sending: trio.CancelScope | None = None

    @property
    def sending(self) -> bool:
        """Whether a part of a request has yet to be sent."""
        return self._sending is not None

    async def send(self, data: bytes) -> None:
        """Send `data`. Where the connection is broken, `receive` tells."""
        try:
            await self._stream.send_all(data)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            self._broken = True

    async def send_pieces(self, pieces: AsyncGenerator[bytes, None]) -> None:
        """Send one piece after the other; the answer may begin meanwhile."""
        self._sending = trio.CancelScope()
        with self._sending:
            async with aclosing(pieces):
                async for piece in pieces:
                    await self.send(piece)
                    if self._broken:
                        return
            self._sending = None

    async def receive(self) -> bytes:
        """What comes next; nothing where the connection has ended, and `ended` says how."""
        if self.ended is not None:
            return b""
        try:
            data = bytes(await self._stream.receive_some(_RECEIVE_BYTES))
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            self.ended = "rst"
            return b""
        if not data:
            # The reset was told to whoever wrote last, and to nobody after that.
            self.ended = "rst" if self._broken else "fin"
        return data

    async def close(self) -> None:
        """Close it at once, whatever is under way."""
        if self._sending is not None:
            self._sending.cancel()
        with trio.CancelScope(shield=True):
            await trio.aclose_forcefully(self._stream)


def _reason(error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    while isinstance(error, OSError) and error.strerror is None and error.__cause__ is not None:
        error = error.__cause__
    if isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    told = error.strerror if isinstance(error, OSError) else None
    return told or str(error)
