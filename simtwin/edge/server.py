"""The accept loop: how many connections there are, and how they come to an end."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial

import attrs
import trio

from simtwin.edge.connection import App, Shared
from simtwin.edge.doors import Doors
from simtwin.edge.http1.line import Line
from simtwin.edge.shut_listeners import kept_addresses
from simtwin.edge.tls.greeting import Contexts
from simtwin.edge.wire import Wire

if sys.platform != "win32":
    import resource

#: Files that are no connection: listeners, the database, logs, the interpreter's own.
SPARE_FILES = 100


async def serve_wire(app: App, wire: Wire, doors: Doors | None = None) -> None:
    """Serve one connection until it ends; requests see the wire in `scope["state"]["wire"]`."""
    try:
        if doors is None or await doors.admit(wire):
            await Line(app, wire).run()
    finally:
        with trio.CancelScope(shield=True):
            await wire.aclose()


@attrs.frozen
class ServerStatistics:
    """A moment of a server: connections now, and counts since it began."""

    open: int
    idle: int
    accepted: int
    turned_away: int


class Server:
    """The connections of one server."""

    def __init__(
        self,
        app: App,
        max_connections: int,
        tls: Contexts | None = None,
        doors: Doors | None = None,
    ) -> None:
        self._app = app
        self._max_connections = max_connections
        self._shared = Shared(tls)
        self._doors = doors
        self._connections: set[Line] = set()
        self._doorways: set[trio.CancelScope] = set()
        self._accepting = trio.CancelScope()
        self._accepted = 0
        self._turned_away = 0

    def statistics(self) -> ServerStatistics:
        return ServerStatistics(
            open=len(self._connections),
            idle=sum(connection.idle for connection in self._connections),
            accepted=self._accepted,
            turned_away=self._turned_away,
        )

    def stop(self) -> None:
        """Accept nothing more, close what is idle, and let requests under way finish."""
        self._accepting.cancel()

    async def run(
        self,
        listeners: Sequence[trio.abc.Listener[trio.abc.Stream]],
        grace: float,
        task_status: trio.TaskStatus[Server],
    ) -> None:
        async with trio.open_nursery() as nursery:
            with self._accepting:
                await self._accept(list(listeners), nursery, task_status)
            await self._shared.stop()
            for doorway in self._doorways:
                doorway.cancel()
            for connection in self._connections:
                connection.close_if_idle()
            nursery.cancel_scope.deadline = trio.current_time() + grace

    async def _accept(
        self,
        listeners: list[trio.abc.Listener[trio.abc.Stream]],
        nursery: trio.Nursery,
        task_status: trio.TaskStatus[Server],
    ) -> None:
        """Accept connections, but for the times at which the operator has nobody listen."""
        addresses = [
            (each.socket.family, each.socket.getsockname())
            for each in listeners
            if isinstance(each, trio.SocketListener)
        ]
        started = False
        while True:
            async with trio.open_nursery() as accepting:
                accept = partial(
                    trio.serve_listeners, self._welcome, listeners, handler_nursery=nursery
                )
                await accepting.start(accept)
                if not started:
                    started = True
                    task_status.started(self)
                if self._doors is not None and addresses:
                    await self._doors.until(refusing=True)
                    accepting.cancel_scope.cancel()
            assert self._doors is not None, "only a door stops what accepts"  # noqa: S101
            async with kept_addresses(addresses) as kept:
                await self._doors.until(refusing=False)
                listeners = kept.listeners()

    async def _welcome(self, stream: trio.abc.Stream) -> None:
        if len(self._connections) >= self._max_connections:
            self._turned_away += 1
            return  # and the accept loop closes it
        self._accepted += 1
        connection = Line(self._app, Wire(stream, self._accepted), self._shared)
        self._connections.add(connection)
        try:
            if self._doors is None or await self._let_in(self._doors, connection.wire):
                await connection.run()
        finally:
            self._connections.discard(connection)

    async def _let_in(self, doors: Doors, wire: Wire) -> bool:
        """Whether a connection is to be served; one that is kept waiting does not hold up the end."""
        with trio.CancelScope() as doorway:
            self._doorways.add(doorway)
            try:
                return await doors.admit(wire)
            finally:
                self._doorways.discard(doorway)
        return False


async def serve(
    app: App,
    listeners: Sequence[trio.abc.Listener[trio.abc.Stream]],
    *,
    grace: float,
    max_connections: int,
    tls: Contexts | None = None,
    doors: Doors | None = None,
    task_status: trio.TaskStatus[Server] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve `app` on `listeners` until the server that `task_status` is given is told to stop.

    A cancellation from outside stops at once, with no grace. The lifespan of ASGI is the caller's.

    Args:
        app: an ASGI application.
        listeners: closed at the end.
        grace: seconds that requests under way are given once `Server.stop` was called.
        max_connections: as many are served at a time; others are accepted, closed and counted.
        tls: certificates and settings of TLS; without them there is none.
        doors: what the operator has become of connections.
        task_status: is given the `Server`.
    """
    await Server(app, max_connections, tls, doors).run(listeners, grace, task_status)


def raise_file_limit(max_connections: int) -> str | None:
    """Let this process open as many files as the system allows it.

    Returns:
        None if that is enough for `max_connections`, else a sentence that says what is not.
    """
    if sys.platform == "win32":
        return None
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    except (ValueError, OSError):
        pass  # macOS says "unlimited" and takes it for no value
    if soft == resource.RLIM_INFINITY or soft >= max_connections + SPARE_FILES:
        return None
    return (
        f"this process may open {soft} files, too few for {max_connections} connections: "
        f"raise `ulimit -n` to {max_connections + SPARE_FILES}, or allow fewer connections"
    )
