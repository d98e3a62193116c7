"""How a connection on the https port begins."""

from __future__ import annotations

import ssl

import trio

from simtwin.edge.tls.session import PlainHTTPError, Session, TLSError
from simtwin.edge.wire import Wire

#: How long a client may take for its part: nginx gives 60 s (`client_header_timeout`, which counts
#: for the handshake as well).
HANDSHAKE_SECONDS = 60.0

#: What nginx and the real API's edge say, in the clear, where they were asked in the clear.
_IN_THE_CLEAR = b"The plain HTTP request was sent to HTTPS port\n"
PLAIN_HTTP_ANSWER = (
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\ncontent-length: %d\r\n"
    b"connection: close\r\n\r\n%s" % (len(_IN_THE_CLEAR), _IN_THE_CLEAR)
)


async def greet(wire: Wire, context: ssl.SSLContext) -> str | None:
    """Agree on TLS with a new client.

    Args:
        wire: the connection, of which nothing was read yet.
        context: certificate and settings.

    Returns:
        The protocol that was agreed on, "http/1.1" where the client has no wish; None where there
        is no agreement, and the connection has ended.

    Raises:
        trio.BrokenResourceError, trio.ClosedResourceError: the client is gone.
    """
    session = Session(context)
    with trio.move_on_after(HANDSHAKE_SECONDS):
        try:
            await wire.secure(session)
        except PlainHTTPError:
            await wire.send_all(PLAIN_HTTP_ANSWER)
        except TLSError:
            pass  # and the client has been told
        else:
            return session.protocol or "http/1.1"
    await wire.hang_up(reset=False)
    return None
