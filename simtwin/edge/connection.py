"""Hypercorn's protocols on our own wires: the only module that knows Hypercorn from the inside.

    Wire ─► Connection ─► h11 or h2 ─► the app, one task a request
                └ reads until the client leaves, rests too long, or the server stops

Taken from Hypercorn are its protocols and what drives them (`TCPServer`, `ProtocolWrapper`); ours
are the tasks, the idle timer and the end of a connection.
tests/edge/test_hypercorn_contract.py holds the shapes that this relies on.

The idle timer is a deadline on the reader itself, set only between requests: no task sleeps for it
(Hypercorn starts one after every request, the largest single cost found in it). In virtual time it
is a deadline like any other: when all else waits, the clock jumps to it and the connection closes.
"""

from __future__ import annotations

import logging
import math
import sys
from collections.abc import Awaitable, Callable
from typing import Any, cast

import trio
from hypercorn.config import Config
from hypercorn.events import Closed, Event, RawData, Updated
from hypercorn.trio.tcp_server import TCPServer
from hypercorn.trio.worker_context import WorkerContext
from hypercorn.typing import ConnectionState

from simtwin.edge.h2.choice import Protocols
from simtwin.edge.h2.protocol import H2
from simtwin.edge.h2.stream import Stream
from simtwin.edge.inbox import Inbox
from simtwin.edge.tls.greeting import Agreed, Contexts
from simtwin.edge.wire import Wire

#: An ASGI application: scope, receive, send.
App = Callable[[Any, Any, Any], Awaitable[None]]

LOG = logging.getLogger(__name__)

RECEIVE_BYTES = 65_536
IN_THE_CLEAR = Agreed(secure=False)


def settings() -> Config:
    """Hypercorn's settings; each that differs from its default has its reason beside it."""
    config = Config()
    # The real API sends neither of Hypercorn's own headers; the app writes its own date, by the
    # twin's clock.
    config.include_server_header = False
    config.include_date_header = False
    # The real edge closes idle connections after 400 s; Hypercorn after 5 s.
    config.keep_alive_timeout = 400.0
    # Hypercorn would send `connection: close` after 1,000 requests; the real edge does not.
    config.keep_alive_max_requests = sys.maxsize
    # A request head of 16 KiB is too little for clients with long header values.
    config.h11_max_incomplete_size = 64 * 1024
    # The longest body, 32 MB, in pieces as they are read, and its end: a reader that stops at a
    # full queue would not see the client leave.
    config.max_app_queue_size = 32 * 1024 * 1024 // RECEIVE_BYTES + 1
    # Every request is in the journal; a second log would only cost time.
    config.accesslog = None
    # One place for all logs, and no handlers but the user's own. Nothing of a request is logged.
    config.errorlog = LOG
    return config


class Tasks:
    """The tasks of one connection: what Hypercorn calls its task group."""

    def __init__(self, nursery: trio.Nursery, app: App, connection: Connection) -> None:
        self._nursery = nursery
        self._app = app
        self._connection = connection

    async def spawn_app(
        self, _app: object, config: Config, scope: Any, send: Callable[[Any], Awaitable[None]]
    ) -> Callable[[Any], Awaitable[None]]:
        """Start the app on a new request; the function that hands it the request's messages."""
        wire = self._connection.wire
        inbox = Inbox(config.max_app_queue_size)
        if wire.ended is None:  # else this request waited for its turn, and its client is gone
            wire.protocol = scope["http_version"]
            wire.multiplexed = wire.protocol == "2"
            wire.begin()
            if wire.multiplexed and scope["type"] == "http":
                share = self._connection.h2.share(wire, send)
                scope["state"]["wire"] = share
                self._nursery.start_soon(self._run_stream, scope, inbox, share, send)
            else:
                self._nursery.start_soon(self._run, scope, inbox, send)
        return inbox.put

    def spawn(self, task: Callable[..., Awaitable[None]], *args: Any) -> None:
        self._nursery.start_soon(task, *args)

    async def _run(self, scope: Any, inbox: Inbox, send: Callable[[Any], Awaitable[None]]) -> None:
        await self._call(scope, inbox, send)
        await self._connection.answered(send)

    async def _run_stream(
        self,
        scope: Any,
        inbox: Inbox,
        share: Stream,
        send: Callable[[Any], Awaitable[None]],
    ) -> None:
        await self._call(scope, inbox, share.send)
        await share.conclude(asked=inbox.whole)
        await self._connection.answered(send)

    async def _call(self, scope: Any, inbox: Inbox, send: Callable[[Any], Awaitable[None]]) -> None:
        async def answer(message: Any) -> None:
            ends = message["type"] == "http.response.body" and not message.get("more_body", False)
            if ends and not inbox.whole:
                # In HTTP/1.1 an answer that overtakes its request is the end of the connection, and
                # whether a refusal does that hangs on whether the client sends its body apart.
                await inbox.discard()
            await send(message)

        try:
            await self._app(scope, inbox.receive, answer)
        except BaseExceptionGroup as group:
            _, crash = group.split(trio.Cancelled)
            if not isinstance(crash, ExceptionGroup):
                raise
            LOG.exception("the app crashed", exc_info=crash)
        except Exception:
            LOG.exception("the app crashed")


class Shared:
    """What the connections of one server have in common: settings, and whether it stops.

    Args:
        tls: certificates and settings of TLS, None where none is spoken.
    """

    def __init__(self, tls: Contexts | None = None) -> None:
        self.tls = tls
        self.config = settings()
        self.context = WorkerContext(max_requests=None)

    @property
    def stopping(self) -> bool:
        """Whether no connection rests any more."""
        return self.context.terminated.is_set()

    async def stop(self) -> None:
        """Let no connection rest any more: each closes after the answer under way."""
        await self.context.terminated.set()


class Connection(TCPServer):
    """One connection, from its first byte until it is closed, whoever does that.

    Args:
        app: serves the requests, each of which sees the wire in `scope["state"]["wire"]`.
        wire: the transport.
        shared: what it has in common with others; its own where it is alone.
        agreed: how its client was met.
    """

    def __init__(
        self, app: App, wire: Wire, shared: Shared | None = None, agreed: Agreed = IN_THE_CLEAR
    ) -> None:
        shared = shared or Shared()
        # Hypercorn calls neither: it hands the app on to `Tasks.spawn_app`, and the stream is ours.
        unused, stream = cast("Any", app), cast("Any", wire)
        super().__init__(unused, shared.config, shared.context, {"wire": wire}, stream)
        self.wire = wire
        self.idle = True
        self._agreed = agreed
        self._asgi = app
        self._reader = trio.CancelScope()

    async def run(self) -> None:
        """Serve the connection. Whatever goes wrong stays inside it."""
        try:
            client, server = self.wire.addresses()
            async with trio.open_nursery() as nursery:
                tasks: Any = Tasks(nursery, self._asgi, self)
                self.protocol = Protocols(
                    self.app,
                    self.config,
                    self.context,
                    tasks,
                    ConnectionState(self.state),
                    self._agreed.secure,  # `ssl`, by position as Hypercorn itself does
                    client,
                    server,
                    self.protocol_send,
                    agreed=self._agreed.protocol,
                )
                await self.protocol.initiate()
                self._rest()
                await self._read_until_over()
                if isinstance(self.protocol.protocol, H2) and self.wire.ended is None:
                    await self.protocol.protocol.say_goodbye()
                await self.protocol.handle(Closed())
        except OSError:
            pass  # gone before its address could be asked for
        except Exception:
            LOG.exception("a connection crashed")
        finally:
            with trio.CancelScope(shield=True):
                await self.wire.aclose()

    @property
    def h2(self) -> H2:
        """The protocol, where it is HTTP/2."""
        return cast("H2", self.protocol.protocol)

    def close_if_idle(self) -> None:
        """Stop where no request is under way."""
        if self.idle:
            self._reader.cancel()

    async def answered(self, send: Callable[[Any], Awaitable[None]]) -> None:
        """An app is done: say so to Hypercorn, which ends what the app left unfinished."""
        try:
            await send(None)
            await self.wire.flush()
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass
        if self.wire.ended is not None:
            # The reader may be waiting for its turn rather than for bytes, and would never wake.
            self._reader.cancel()

    async def protocol_send(self, event: Event) -> None:
        if isinstance(event, RawData):
            if event.data:
                try:
                    await self.wire.send_all(event.data)
                except (trio.BrokenResourceError, trio.ClosedResourceError):
                    await self.protocol.handle(Closed())
        elif isinstance(event, Updated):
            if event.idle:
                self._rest()
            else:
                self.idle = False
                self._reader.deadline = math.inf
        elif isinstance(event, Closed):
            await self.wire.hang_up(reset=False)
            await self.protocol.handle(Closed())

    def _rest(self) -> None:
        self.idle = True
        self.wire.rest()
        idle = self.wire.idle_seconds
        longest = self.config.keep_alive_timeout if idle is None else idle
        self._reader.deadline = trio.current_time() + longest

    async def _read_until_over(self) -> None:
        try:
            with self._reader:
                await self._read_data()
        except trio.Cancelled:
            # The server stops, with no more grace for a client that does not read.
            if self.wire.writing:
                await self.wire.abort()
            raise

    async def _read_data(self) -> None:
        data: bytes | bytearray = b"-"
        while data:
            try:
                data = await self.wire.receive_some(RECEIVE_BYTES)
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                return
            await self.protocol.handle(RawData(bytes(data)))
