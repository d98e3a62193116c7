"""A request on the data plane, whichever way it came in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

import attrs

from simtwin.edge.carrier import Carrier
from simtwin.edge.data_plane.address import ADDRESS, PLAIN, Address

Receive = Callable[[], Awaitable[Mapping[str, Any]]]

#: "Request size limits: Messages API 32 MB": docs, API overview (2026-08).
MOST_BODY_BYTES = 32 * 1024 * 1024
#: How much of a body that is too large is still read, so that its sender can read the answer.
MOST_DISCARDED_BYTES = 64 * 1024 * 1024
#: A larger body stays in what it was put together in.
_COPIED_AT_ONCE = 1024 * 1024


class BodyTooLargeError(Exception):
    """More bytes than the API takes."""


class ClientLeftError(Exception):
    """The client went away before its request was whole."""


@attrs.frozen
class Request:
    """One request: its line, its headers by lower-case name, and a way to read its body once.

    `path` is that of the API; what stood before it is `address`. `scheme` is "http" or "https".
    """

    method: str
    path: str
    raw_path: bytes
    query: bytes
    headers: Mapping[bytes, bytes]
    wire: Carrier
    receive: Receive
    address: Address = PLAIN
    scheme: str = "http"
    # As they came, one by one.
    pairs: Sequence[tuple[bytes, bytes]] = attrs.field(default=(), repr=False)

    @property
    def credential(self) -> str | None:
        """The key in it, or what stands in the place of one; None where nothing does."""
        key = self.header(b"x-api-key")
        if key is None:
            scheme, _, key = (self.header(b"authorization") or "").partition(" ")
            if scheme.lower() != "bearer":
                return None
        return key.strip()

    def header(self, name: bytes) -> str | None:
        """A header as text, None where it is absent."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    @property
    def base_url(self) -> str:
        """What the client has as the base of the API's paths, with lane and script; no slash ends it.

        Its host was checked, as that of every request that is answered.
        """
        prefix = self.address.prefix.decode("latin-1")
        return f"{self.scheme}://{self.header(b'host') or 'localhost'}{prefix}"


def from_scope(scope: Mapping[str, Any], receive: Receive) -> Request:
    """The request of an ASGI scope."""
    return Request(
        scope["method"],
        scope["path"],
        scope["raw_path"],
        scope["query_string"],
        joined(scope["headers"]),
        scope["state"]["wire"],
        receive,
        scope.get(ADDRESS, PLAIN),
        scope.get("scheme", "http"),
        scope["headers"],
    )


def joined(pairs: Iterable[tuple[bytes, bytes]]) -> Mapping[bytes, bytes]:
    """Headers by name; a repeated one is joined by commas (RFC 9110, 5.3)."""
    headers: dict[bytes, bytes] = {}
    for name, value in pairs:
        headers[name] = headers[name] + b", " + value if name in headers else value
    return headers


async def read_body(request: Request, take: Callable[[int], None]) -> bytes | bytearray:
    """The whole body.

    Args:
        request: whose body it is.
        take: is told of every piece's size before it is kept.

    Raises:
        BodyTooLargeError: it is larger than the API takes; what came of it was thrown away.
        ClientLeftError: it never came whole.
    """
    # Put together as it comes in: to join 32 MB at the end would hold others up for some 30 ms.
    whole: bytes | bytearray = b""
    size = 0
    while True:
        message = await request.receive()
        if message["type"] != "http.request":
            raise ClientLeftError
        piece = message.get("body", b"")
        if piece:
            size += len(piece)
            if size > MOST_BODY_BYTES:
                whole = b""
                if size > MOST_DISCARDED_BYTES:
                    raise BodyTooLargeError
            else:
                take(len(piece))
                if not whole:
                    whole = piece
                else:
                    if isinstance(whole, bytes):
                        whole = bytearray(whole)
                    whole += piece
        if not message.get("more_body", False):
            break
    if size > MOST_BODY_BYTES:
        raise BodyTooLargeError
    return bytes(whole) if size <= _COPIED_AT_ONCE else whole
