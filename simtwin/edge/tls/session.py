"""The server's side of TLS on one connection, as values: bytes in, bytes out, no socket.

A `Wire` stands on the socket and speaks TLS with one of these, so that all it can do to a
connection it can do beneath TLS: a reset is a reset of TCP, a FIN comes with a `close_notify` or
without one, and times are those of the socket.

    feed(ciphertext) ─► handshake() until True ─► feed(…), read() ─► plaintext
                                                  seal(plaintext) ─► ciphertext
    seal(b"") is what TLS itself has to say: its part of the handshake, tickets, alerts
"""

from __future__ import annotations

import ssl
from contextlib import suppress

import trio

_RECORD_BYTES = 16_384


class TLSError(Exception):
    """The peer does not speak TLS as we do, or will not; the text says which."""


class PlainHTTPError(TLSError):
    """The peer speaks HTTP without TLS."""


class Session:
    """One connection's TLS.

    Args:
        context: certificate and settings of a server.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._object = context.wrap_bio(self._incoming, self._outgoing, server_side=True)

    @property
    def protocol(self) -> str | None:
        """What was agreed on by ALPN: "h2", "http/1.1", or None where the client did not ask."""
        return self._object.selected_alpn_protocol()

    def feed(self, data: bytes | bytearray) -> None:
        """Take in what the peer sent."""
        self._incoming.write(data)

    def handshake(self) -> bool:
        """Whether the handshake is done; it goes as far as what was fed allows.

        Raises:
            PlainHTTPError: what came is a request of HTTP.
            TLSError: there is no agreement, or the peer does not trust the certificate.
        """
        try:
            self._object.do_handshake()
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLError as error:
            if error.reason == "HTTP_REQUEST":
                raise PlainHTTPError("HTTP without TLS") from None
            raise TLSError(error.reason or str(error)) from None
        return True

    def read(self) -> bytes | None:
        """All plaintext that was fed; None where there is none yet, empty after a `close_notify`.

        Raises:
            TLSError: what was fed is no TLS.
        """
        pieces: list[bytes] = []
        try:
            while piece := self._object.read(_RECORD_BYTES):
                pieces.append(piece)
        except ssl.SSLWantReadError:
            return b"".join(pieces) if pieces else None
        except ssl.SSLError as error:
            raise TLSError(error.reason or str(error)) from None
        # What came before the end is told first; the end is found again by the next call.
        return b"".join(pieces)

    def seal(self, data: bytes) -> bytes:
        """`data` in records, after whatever was pending; without data only that.

        Raises:
            trio.BrokenResourceError: the session is over.
        """
        try:
            if data:
                self._object.write(data)
        except ssl.SSLError as error:
            raise trio.BrokenResourceError("TLS is over") from error
        return self._outgoing.read()

    @property
    def pending(self) -> int:
        """Bytes that TLS has to say for itself: they go out with the next `seal`."""
        return self._outgoing.pending

    def close_notify(self) -> bytes:
        """The end of all that we send, said in TLS."""
        # It wants the peer's answer, which nobody waits for; or the session is broken.
        with suppress(ssl.SSLError):
            self._object.unwrap()
        return self._outgoing.read()
