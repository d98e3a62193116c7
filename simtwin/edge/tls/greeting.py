"""How a connection on the https port begins."""

from __future__ import annotations

import ssl
from collections.abc import Callable

import attrs
import trio

from simtwin.core.tls import Certificate, Tls
from simtwin.edge.tls.certificates import server_context
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


#: Makes the settings of a server that shows such a certificate.
Contexts = Callable[[Certificate], ssl.SSLContext]


@attrs.frozen
class Agreed:
    """How a connection goes on.

    Args:
        secure: whether TLS is spoken.
        protocol: what ALPN agreed on, None where nobody asked it.
    """

    secure: bool
    protocol: str | None = None


async def greet(wire: Wire, contexts: Contexts | None) -> Agreed | None:
    """Meet a new client, as the wire's `greeting` says or as the port does.

    Args:
        wire: the connection, of which nothing was read yet.
        contexts: certificate and settings, None on a port without TLS.

    Returns:
        None where there is no agreement, and the connection has ended.

    Raises:
        trio.BrokenResourceError, trio.ClosedResourceError: the client is gone.
        CertificateError: the certificate that is to be shown cannot be made.
    """
    manner = wire.greeting or Tls(spoken=contexts is not None)
    if manner.spoken is False or (contexts is None and manner.spoken is None):
        return Agreed(secure=False)
    context = server_context() if contexts is None else contexts(manner.certificate)
    session = Session(context)
    with trio.move_on_after(HANDSHAKE_SECONDS):
        try:
            await wire.secure(session)
        except PlainHTTPError:
            await wire.send_all(PLAIN_HTTP_ANSWER)
        except TLSError:
            pass  # and the client has been told
        else:
            return Agreed(secure=True, protocol=session.protocol)
    await wire.hang_up(reset=False)
    return None
