"""How an answer is written in HTTP/1.1 where that is not left to the server.

A server frames an answer so that a client can tell where it ends. A fault of framing says instead
how the bytes are to look; a `Head` that carries a `Framing` is written by it, with all that follows.

    head(status, headers) ─► body(frame) ─► body(frame) ─► … ─► ending
"""

from __future__ import annotations

from collections.abc import Iterable

import attrs


@attrs.frozen
class Framing:
    """The bytes around the frames of a body. Headers are written as they are, whatever they say.

    Args:
        version: what the status line begins with; None is no head at all, as in HTTP/0.9.
        chunked: whether what leaves together is wrapped in a chunk, and a last chunk ends the body.
        chunk_size: what every chunk says its size is; by default what it is, in hexadecimal digits.
        chunk_size_off: by how much the size of every chunk is off.
        closes: whether the connection ends with the body.
        extra: bytes that come after the end of the body.
        extra_lines: what stands in the head after the headers, which need not be headers.
    """

    version: str | None = "HTTP/1.1"
    chunked: bool = False
    chunk_size: str | None = None
    chunk_size_off: int = 0
    closes: bool = False
    extra: bytes = b""
    extra_lines: tuple[str, ...] = ()

    def head(self, status: int, headers: Iterable[tuple[str, str]]) -> bytes:
        """The status line, which has no reason as that of the server has none, and the headers."""
        if self.version is None:
            return b""
        lines = [f"{self.version} {status} ", *(f"{name}: {value}" for name, value in headers)]
        return "\r\n".join([*lines, *self.extra_lines, "", ""]).encode("latin-1")

    def body(self, data: bytes) -> bytes:
        """A piece of the body."""
        if not self.chunked or not data:
            return data
        size = self.chunk_size
        if size is None:
            size = f"{max(0, len(data) + self.chunk_size_off):x}"
        return b"%s\r\n%s\r\n" % (size.encode("latin-1"), data)

    @property
    def ending(self) -> bytes:
        """What says that the body is complete, and what comes after it."""
        return (b"0\r\n\r\n" if self.chunked else b"") + self.extra
