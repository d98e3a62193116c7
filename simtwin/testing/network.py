"""A network inside the process: an unmodified client on one side, an ASGI app on the other.

    async with trio.open_nursery() as nursery:
        network = Network(app, nursery)
        async with network.anthropic(api_key="sk-ant-…") as client:
            await client.messages.create(…)

Connections are pairs of memory streams, so no byte leaves the process, no TLS is spoken whatever
the URL says, and under trio's `MockClock` hours pass in milliseconds.

The SDK looks up its platform in a thread before its first request, during which the clock would
jump: `Network.anthropic` and `Network.openai` make clients that do not.
"""

from __future__ import annotations

import importlib
import ssl
from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

import trio
import trio.testing

from simtwin.edge.connection import App
from simtwin.edge.doors import Doors
from simtwin.edge.server import serve_wire
from simtwin.edge.wire import Wire
from simtwin.testing.lines import BlockingLine, Line
from simtwin.testing.virtual_loop import Asks, AsyncioBackend

try:
    import httpcore2
    import httpx2
except ImportError as error:  # pragma: no cover
    raise ImportError(
        "simtwin.testing.network needs the SDK: pip install 'anthropic-simtwin[testing]'"
    ) from error

if TYPE_CHECKING:
    from anthropic import Anthropic, AsyncAnthropic
    from openai import AsyncOpenAI

Library = Literal["httpx2", "httpx"]
#: Does something in a loop, which stands still before and after.
Step = Callable[..., Any]


class Network:
    """Every host and port, each of them the same app. Also a network backend of httpcore2's.

    Args:
        app: an ASGI application; its requests see the wire in `scope["state"]["wire"]`.
        nursery: where the connections are served. It waits for them at its end, so close the
            client first, or cancel it.
        doors: what the operator has become of connections.

    Attributes:
        refusing: whether new connections are refused.
        opened: how many connections were opened.
    """

    def __init__(self, app: App, nursery: trio.Nursery, doors: Doors | None = None) -> None:
        self.refusing = False
        self.opened = 0
        self._app = app
        self._nursery = nursery
        self._doors = doors

    def anthropic(self, asks: Asks | None = None, **options: Any) -> AsyncAnthropic:
        """The SDK's client on this network; `options` are its own."""
        return _anthropic_without_threads()(http_client=self.client(asks), **options)

    def openai(self, asks: Asks | None = None, **options: Any) -> AsyncOpenAI:
        """OpenAI's client on this network; `options` are its own."""
        made = _openai_without_threads()
        library = _library_of_openai()
        outer, _ = _modules(library)
        client = outer.AsyncClient(transport=self.transport(library, asks=asks), trust_env=False)
        return made(http_client=client, **options)

    def blocking_anthropic(self, step: Step, **options: Any) -> Anthropic:
        """The SDK's client that blocks; `step` does something in the loop of this network."""
        from anthropic import Anthropic  # noqa: PLC0415  # half a second that not all tests need

        client = httpx2.Client(
            transport=self.blocking_transport(step), follow_redirects=True, trust_env=False
        )
        return Anthropic(http_client=client, **options)

    def client(self, asks: Asks | None = None, **options: Any) -> httpx2.AsyncClient:
        """An HTTP client on this network; `options` are httpx2's own."""
        settings = {"follow_redirects": True, "trust_env": False, **options}
        return httpx2.AsyncClient(transport=self.transport(asks=asks), **settings)

    def transport(
        self,
        library: Library = "httpx2",
        *,
        asks: Asks | None = None,
        http1: bool = True,
        http2: bool = False,
    ) -> Any:
        """What a client sends its requests through, with nothing but the network changed.

        Args:
            library: the one whose `AsyncHTTPTransport` is wanted.
            asks: how asyncio asks for things in this network's loop, None for a client in that loop.
            http1: whether HTTP/1.1 is spoken.
            http2: whether HTTP/2 is.
        """
        outer, core = _modules(library)
        backend = _Backend(self, core)
        transport = outer.AsyncHTTPTransport(verify=_nobody())
        transport._pool = core.AsyncConnectionPool(  # noqa: SLF001  # it takes no network
            ssl_context=_nobody(),
            max_connections=None,
            http1=http1,
            http2=http2,
            network_backend=backend if asks is None else AsyncioBackend(backend.connect_tcp, asks),
        )
        return transport

    def blocking_transport(self, step: Step, library: Library = "httpx2") -> Any:
        """The same for a client that blocks, the library's `HTTPTransport`."""
        outer, core = _modules(library)
        transport = outer.HTTPTransport(verify=_nobody())
        transport._pool = core.ConnectionPool(  # noqa: SLF001  # it takes no network
            ssl_context=_nobody(),
            max_connections=None,
            network_backend=_BlockingBackend(_Backend(self, core), step),
        )
        return transport

    async def connect_tcp(self, host: str, port: int, *_options: Any, **_more: Any) -> Line:
        """A connection to the app.

        Raises:
            httpcore2.ConnectError: the network is `refusing`, or the operator has nobody listen.
        """
        return await self.connect(host, port, httpcore2)

    async def connect(self, host: str, port: int, errors: ModuleType) -> Line:
        """A connection to the app, that raises the exceptions of the library `errors`."""
        await trio.lowlevel.checkpoint()
        if self.refusing or (self._doors is not None and self._doors.refusing):
            refused: Exception = errors.ConnectError(f"{host}:{port} refused the connection")
            raise refused
        self.opened += 1
        ours, theirs = trio.testing.memory_stream_pair()
        wire = Wire(theirs, self.opened)
        self._nursery.start_soon(serve_wire, self._app, wire, self._doors)
        return Line(ours, wire, errors)


class _Backend:
    """A network as the backend of one HTTP library."""

    def __init__(self, network: Network, errors: ModuleType) -> None:
        self._network = network
        self._errors = errors

    async def connect_tcp(self, host: str, port: int, *_options: Any, **_more: Any) -> Line:
        return await self._network.connect(host, port, self._errors)

    async def sleep(self, seconds: float) -> None:
        await trio.sleep(seconds)


class _BlockingBackend:
    """The same for a client that blocks."""

    def __init__(self, backend: _Backend, step: Step) -> None:
        self._backend = backend
        self._step = step

    def connect_tcp(self, host: str, port: int, *_options: Any, **_more: Any) -> BlockingLine:
        return BlockingLine(self._step(self._backend.connect_tcp, host, port), self._step)

    def sleep(self, seconds: float) -> None:
        self._step(trio.sleep, seconds)


@cache
def _nobody() -> ssl.SSLContext:
    """A context without certificates, which take 21 ms to load; nobody will ask it for one."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@cache
def _modules(library: Library) -> tuple[Any, Any]:
    """An HTTP library, and the one that it speaks through."""
    core = {"httpx2": "httpcore2", "httpx": "httpcore"}[library]
    return importlib.import_module(library), importlib.import_module(core)


@cache
def _anthropic_without_threads() -> type[AsyncAnthropic]:
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


@cache
def _library_of_openai() -> Library:
    """Which HTTP library OpenAI's client is made on: until version 3 it was httpx."""
    from openai import _base_client  # noqa: PLC0415  # likewise

    return "httpx2" if hasattr(_base_client, "httpx2") else "httpx"


@cache
def _openai_without_threads() -> type[AsyncOpenAI]:
    """The same of OpenAI's client, which is made alike."""
    from openai import AsyncOpenAI  # noqa: PLC0415  # likewise
    from openai._base_client import Platform, get_platform  # noqa: PLC0415  # likewise

    class AsyncOpenAIInVirtualTime(AsyncOpenAI):
        @property
        def _platform(self) -> Platform | None:
            return get_platform()

        @_platform.setter
        def _platform(self, platform: Platform | None) -> None:
            """What the client sets is None, its sign that it has yet to ask in a thread."""

    return AsyncOpenAIInVirtualTime
