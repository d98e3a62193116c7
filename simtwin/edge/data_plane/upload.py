"""The body of a request on its way to the upstream."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable

import attrs

from simtwin.edge.data_plane.request import ClientLeftError, Receive, Request

#: A larger body is sent in the background: an upstream that does not read it may still answer.
SENT_AT_ONCE = 64 * 1024


@attrs.define(eq=False)
class Upload:
    """A body, all of it or what has come of it.

    Args:
        first: what was read of it.
        receive: reads the rest; None where there is none.
        length: of all of it in bytes; None where only its end tells.
        counted: is told of the size of every piece that is read, where that is so.
    """

    first: bytes | bytearray
    receive: Receive | None = None
    length: int | None = None
    counted: Callable[[int], object] = int

    @property
    def at_once(self) -> bytes | None:
        """The body, where it goes out with the head."""
        if self.receive is None and len(self.first) <= SENT_AT_ONCE:
            return bytes(self.first)
        return None

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """The body as it is written to the upstream, once; without its end where the client leaves."""
        first, self.first = self.first, b""
        for start in range(0, len(first), SENT_AT_ONCE):
            yield self._written(bytes(first[start : start + SENT_AT_ONCE]))
        more = self.receive is not None
        while more and self.receive is not None:
            message = await self.receive()
            if message["type"] != "http.request":
                return
            piece = message.get("body", b"")
            if piece:
                self.counted(len(piece))
                yield self._written(bytes(piece))
            more = message.get("more_body", False)
        if self.length is None:
            yield b"0\r\n\r\n"

    def _written(self, piece: bytes) -> bytes:
        return piece if self.length is not None else b"%x\r\n%b\r\n" % (len(piece), piece)


async def begun(request: Request, counted: Callable[[int], object]) -> Upload:
    """The body of a request that nobody has to look into, of which the first piece has come.

    Args:
        request: whose body it is.
        counted: is told of the size of every piece as it is read.

    Raises:
        ClientLeftError: not even that came.
    """
    message = await request.receive()
    if message["type"] != "http.request":
        raise ClientLeftError
    first = message.get("body", b"")
    if not message.get("more_body", False):
        return Upload(first, length=len(first))
    told = request.header(b"content-length")
    if told is not None and told.isascii() and told.isdigit():
        return Upload(first, request.receive, int(told))
    return Upload(first, request.receive, counted=counted)
