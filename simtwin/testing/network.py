"""A network inside the process: an unmodified client on one side, an ASGI app on the other.

    async with trio.open_nursery() as nursery:
        network = Network(app, nursery)
        async with network.anthropic(api_key="sk-ant-…") as client:
            await client.messages.create(…)

Connections are pairs of memory streams, so no byte leaves the process, no TLS is spoken whatever
the URL says, and under trio's `MockClock` hours pass in milliseconds. A memory stream knows only
one end, so the client's side raises what a real one would from the wire's record of how it ended.

Two things do not follow the virtual clock. The client's pool drops idle connections by the real
one. And the SDK looks up its platform in a thread before its first request, during which the clock
jumps: `Network.anthropic` makes clients that do not.
"""

from __future__ import annotations

import math
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import trio
import trio.testing

from simtwin.edge.connection import App
from simtwin.edge.server import serve_wire
from simtwin.edge.wire import Wire

try:
    import httpcore2
    import httpx2
except ImportError as error:  # pragma: no cover
    raise ImportError(
        "simtwin.testing.network needs the SDK: pip install 'anthropic-simtwin[testing]'"
    ) from error

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic


class Network(httpcore2.AsyncNetworkBackend):
    """Every host and port, each of them the same app.

    Args:
        app: an ASGI application; its requests see the wire in `scope["state"]["wire"]`.
        nursery: where the connections are served. It waits for them at its end, so close the
            client first, or cancel it.

    Attributes:
        refusing: whether new connections are refused.
        opened: how many connections were opened.
    """

    def __init__(self, app: App, nursery: trio.Nursery) -> None:
        self.refusing = False
        self.opened = 0
        self._app = app
        self._nursery = nursery

    def anthropic(self, **options: Any) -> AsyncAnthropic:
        """The SDK's client on this network; `options` are its own."""
        return _client_without_threads()(http_client=self.client(), **options)

    def client(self, **options: Any) -> httpx2.AsyncClient:
        """An HTTP client on this network; `options` are httpx2's own."""
        settings = {"follow_redirects": True, "trust_env": False, **options}
        return httpx2.AsyncClient(transport=self.transport(), **settings)

    def transport(self, *, http1: bool = True, http2: bool = False) -> httpx2.AsyncHTTPTransport:
        """What a client sends its requests through, with nothing but the network changed."""
        # Loads no certificates, which takes 21 ms; nobody will ask it for one.
        nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        transport = httpx2.AsyncHTTPTransport(verify=nobody)
        transport._pool = httpcore2.AsyncConnectionPool(  # noqa: SLF001  # it takes no network
            ssl_context=nobody,
            max_connections=None,
            http1=http1,
            http2=http2,
            network_backend=self,
        )
        return transport

    async def connect_tcp(
        self, host: str, port: int, *_options: Any, **_more: Any
    ) -> httpcore2.AsyncNetworkStream:
        """A connection to the app.

        Raises:
            httpcore2.ConnectError: the network is `refusing`.
        """
        await trio.lowlevel.checkpoint()
        if self.refusing:
            raise httpcore2.ConnectError(f"{host}:{port} refused the connection")
        self.opened += 1
        ours, theirs = trio.testing.memory_stream_pair()
        wire = Wire(theirs, self.opened)
        self._nursery.start_soon(serve_wire, self._app, wire)
        return Line(ours, wire)

    async def sleep(self, seconds: float) -> None:
        await trio.sleep(seconds)


class Line(httpcore2.AsyncNetworkStream):
    """The client's end of one connection."""

    def __init__(self, stream: trio.abc.Stream, wire: Wire) -> None:
        self._stream = stream
        self._wire = wire

    async def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ASYNC109  # httpcore2's interface
    ) -> bytes:
        """What the app sent, empty after its FIN.

        Raises:
            httpcore2.ReadError: the app reset the connection, and what came before is read.
            httpcore2.ReadTimeout: nothing came for `timeout` seconds.
        """
        with _as_httpcore(httpcore2.ReadTimeout, httpcore2.ReadError):
            with trio.fail_after(math.inf if timeout is None else timeout):
                data = await self._stream.receive_some(max_bytes)
            if not data and self._wire.ended == "rst":
                raise trio.BrokenResourceError("connection reset by peer")
        return bytes(data)

    async def write(
        self,
        buffer: bytes,
        timeout: float | None = None,  # noqa: ASYNC109  # httpcore2's interface
    ) -> None:
        """Send to the app.

        Raises:
            httpcore2.WriteError: the app has hung up.
            httpcore2.WriteTimeout: the app took nothing for `timeout` seconds.
        """
        if not buffer:
            return
        with (
            _as_httpcore(httpcore2.WriteTimeout, httpcore2.WriteError),
            trio.fail_after(math.inf if timeout is None else timeout),
        ):
            await self._stream.send_all(buffer)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(self, *_options: Any, **_more: Any) -> httpcore2.AsyncNetworkStream:
        """The same line: there is nobody in the process to keep a secret from."""
        return self

    def get_extra_info(self, info: str) -> Any:
        """Only `is_readable`: on a connection at rest, whether the app has closed it."""
        return self._wire.ended is not None if info == "is_readable" else None


@contextmanager
def _as_httpcore(late: type[Exception], broken: type[Exception]) -> Iterator[None]:
    try:
        yield
    except trio.TooSlowError as error:
        raise late(error) from error
    except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
        raise broken(error) from error


@cache
def _client_without_threads() -> type[AsyncAnthropic]:
    """The SDK's client, which knows its platform from the start; so do copies of it."""
    from anthropic import AsyncAnthropic  # noqa: PLC0415  # half a second that not all tests need
    from anthropic._base_client import Platform, get_platform  # noqa: PLC0415  # likewise

    class AsyncAnthropicInVirtualTime(AsyncAnthropic):
        @property
        def _platform(self) -> Platform | None:
            return get_platform()

        @_platform.setter
        def _platform(self, platform: Platform | None) -> None:
            """What the SDK sets is None, its sign that it has yet to ask in a thread."""

    return AsyncAnthropicInVirtualTime
