"""How an answer is framed: RFC 9112, in the bytes that h11 would write.

A body has as many bytes as its `content-length` says, or comes in pieces (`chunked`) where that is
absent; to HEAD, and with 204 and 304, there is none.
"""

from __future__ import annotations

from collections.abc import Collection

#: Statuses that are all there is to an answer (RFC 9110, 15).
_BODILESS = frozenset((204, 304))
_CODED = frozenset((b"transfer-encoding", b"content-length"))
_END = b"0\r\n\r\n"


class FramingError(Exception):
    """An app sends what cannot be framed."""


class Answer:
    """One answer on its way out.

    Args:
        method: what was asked.
        closes: whether the client wants the connection to end after it.

    Attributes:
        begun: whether its head was made, and `ended` its end.
        closes: whether the connection ends after it.
    """

    def __init__(self, method: bytes, *, closes: bool) -> None:
        self.begun = False
        self.ended = False
        self.closes = closes
        self._method = method
        self._bodiless = False
        self._left: int | None = None

    def head(self, status: int, headers: Collection[tuple[bytes, bytes]]) -> bytes:
        """The status line and the headers.

        Raises:
            FramingError: it is the second, or a header would say something else than it seems to.
        """
        if self.begun:
            raise FramingError("an answer has one head")
        given = {name.lower(): value for name, value in headers}
        # RFC 9112, 6.3: a coding goes before a length.
        length = None if b"transfer-encoding" in given else given.get(b"content-length")
        coded = length is None and status not in _BODILESS
        ours = self._ours(coded=coded)
        if not ours.isdisjoint(given):
            headers = [header for header in headers if header[0].lower() not in ours]
        lines = [b"%b: %b\r\n" % (name, value) for name, value in headers]
        block = b"".join(lines)
        if block.count(b"\n") != len(lines) or block.count(b"\r") != len(lines) or b"\0" in block:
            raise FramingError("a header has a line break or a NUL in it")
        self.begun = True
        self._bodiless = self._method == b"HEAD" or status in _BODILESS
        if length is not None:
            self._left = int(length)
        if coded:
            block += b"Transfer-Encoding: chunked\r\n"
        if self.closes:
            block += b"Connection: close\r\n"
        self.closes = self.closes or b"close" in given.get(b"connection", b"").lower()
        return b"HTTP/1.1 %d \r\n%b\r\n" % (status, block)

    def body(self, data: bytes, *, ends: bool) -> bytes:
        """A piece of the body, with the end of the answer where it `ends`.

        Raises:
            FramingError: there is no head, there was an end, or there is more or less of it than
                the head says.
        """
        if not self.begun or self.ended:
            raise FramingError("a body comes between the head and the end")
        self.ended = ends
        if self._bodiless:
            return b""
        if self._left is None:
            piece = b"%x\r\n%b\r\n" % (len(data), data) if data else b""
            return piece + _END if ends else piece
        self._left -= len(data)
        if self._left < 0 or (ends and self._left):
            self.ended = False
            raise FramingError("the body is not as long as its content-length")
        return data

    def _ours(self, *, coded: bool) -> frozenset[bytes]:
        """The headers that are not the app's to say."""
        ours = _CODED if coded else frozenset[bytes]()
        return ours | {b"connection"} if self.closes else ours
