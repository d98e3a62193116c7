"""A twin that listens: from its first listener to its last stream."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import trio

from simtwin.api.replay.shelf import Replay
from simtwin.core.settings import Settings, Vocabulary
from simtwin.edge.app import make_app
from simtwin.edge.epoch import Epoch
from simtwin.edge.gateways.gateway import Gateway
from simtwin.edge.memory import settle_memory
from simtwin.edge.options import Options, blobs_of
from simtwin.edge.server import Server, serve
from simtwin.edge.start import FirstTenant, first_tenant, running_twin
from simtwin.edge.tenant_secrets import TenantSecrets
from simtwin.edge.twin import Twin
from simtwin.edge.twin_plane.mount import PlaneConfig
from simtwin.store.blobs import Blobs

if TYPE_CHECKING:
    from simtwin.edge.tls.setup import Tls
    from simtwin.edge.upstream.setup import Behind

#: The most connections of a process; past it new ones are closed at once.
MOST_CONNECTIONS = 10_000
#: Seconds that answers under way get when the twin is told to stop: longer than a slow answer of a
#: test, shorter than the 10 s after which a container runtime kills.
GRACE = 5.0

_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  # only to say where such a twin can be reached


class ListenError(Exception):
    """The address cannot be listened on."""


@attrs.frozen(eq=False)
class Served:
    """A twin that clients can reach, and how to end that.

    Args:
        twin: what is served.
        secrets: of its tenants.
        tenant: its first tenant.
        base_url: where it is.
        ca_file: what clients are to trust, None where they need nothing.
        signals: SIGINT and SIGTERM from now on.
        over: set once nothing is served any more.
    """

    twin: Twin
    secrets: TenantSecrets
    tenant: FirstTenant
    base_url: str
    ca_file: str | None
    signals: AsyncIterator[int]
    over: trio.Event
    _server: Server
    _serving: trio.CancelScope

    def stop(self) -> None:
        """Accept nothing more; answers under way get `GRACE` seconds."""
        self._server.stop()

    def cut(self) -> None:
        """Wait for no answer any longer."""
        self._serving.cancel()

    async def end(self) -> None:
        """Stop, and wait until it is over. The twin can still be asked what was."""
        self.stop()
        await self.over.wait()


@asynccontextmanager
async def served(
    options: Options,
    words: Vocabulary,
    settings: Settings,
    *,
    tls: Tls | None = None,
    replay: Replay | None = None,
    behind: Behind | None = None,
) -> AsyncIterator[Served]:
    """A twin that accepts connections; it is stopped at the end of the block.

    Args:
        options: how it is served.
        words: what settings are made of.
        settings: what holds for all.
        tls: how it speaks TLS, None for not at all.
        replay: the recordings that are played, None for none.
        behind: what answers in its place, None for nothing.

    Raises:
        ListenError: the address cannot be listened on, or the port file not be written.
        OptionsError: the folder of data cannot be used.
    """
    with blobs_of(options) as blobs:
        async with _served(
            options, words, settings, blobs, tls=tls, replay=replay, behind=behind
        ) as here:
            yield here


@asynccontextmanager
async def _served(
    options: Options,
    words: Vocabulary,
    settings: Settings,
    blobs: Blobs,
    *,
    tls: Tls | None,
    replay: Replay | None,
    behind: Behind | None,
) -> AsyncIterator[Served]:
    listeners = await listen(options)
    port: int = listeners[0].socket.getsockname()[1]
    draft = None if options.port_file is None else _draft(options.port_file, port)
    secrets = TenantSecrets()
    config = PlaneConfig(
        options.admin_token,
        frozenset(name.lower() for name in options.allowed_hosts),
        options.on_loopback,
        options.public_tenants,
    )
    async with running_twin(
        words,
        settings,
        Epoch(),
        blobs=blobs,
        open_keys=options.open_keys,
        marks=not options.no_marks,
        edge_headers=not options.no_edge_headers,
        strict_version=options.strict_version,
        max_wait=options.max_wait,
        replay=replay,
        told=options.told,
        upstream=None if behind is None else behind.upstream,
        recorder=None if behind is None else behind.recorder,
        steady_ids=options.steady_ids,
        gateways=_gateways(options),
        open_world=options.open_world,
    ) as twin:
        app = make_app(twin, config, secrets, hot=options.front == "asgi")
        tenant = await first_tenant(twin, secrets)
        run = partial(
            serve,
            app,
            listeners,
            grace=GRACE,
            max_connections=MOST_CONNECTIONS,
            tls=None if tls is None else tls.context,
            doors=twin.doors,
        )
        base_url, ca_file = _where(options, port, tls)
        # Opened before anybody is told of the twin: who reads its line may stop it at once.
        with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
            async with trio.open_nursery() as nursery:
                over, scope = trio.Event(), trio.CancelScope()
                server: Server = await nursery.start(_serve, run, scope, over)
                if draft is not None and options.port_file is not None:
                    draft.replace(options.port_file)
                settle_memory()
                yield Served(twin, secrets, tenant, base_url, ca_file, signals, over, server, scope)
                server.stop()


def _gateways(options: Options) -> Sequence[Gateway]:
    if not options.speaks_of_gateways:
        return ()
    from simtwin.edge.gateways.chosen import chosen  # noqa: PLC0415  # most twins have none

    return chosen(options)


async def _serve(
    run: Callable[..., Awaitable[None]],
    scope: trio.CancelScope,
    over: trio.Event,
    task_status: trio.TaskStatus[Server],
) -> None:
    with scope:
        await run(task_status=task_status)
    over.set()


async def listen(options: Options) -> Sequence[trio.SocketListener]:
    """The listeners that the options ask for.

    Raises:
        ListenError: there can be none.
    """
    try:
        listeners = await trio.open_tcp_listeners(options.port, host=options.host)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ListenError(f"cannot listen on {options.host}:{options.port}: {reason}") from None
    if options.port == 0:
        # A name may stand for several addresses, each of which got a free port of its own.
        for other in listeners[1:]:
            await other.aclose()
        return listeners[:1]
    return listeners


def _where(options: Options, port: int, tls: Tls | None) -> tuple[str, str | None]:
    """The base URL, and the file of what clients are to trust."""
    host = "127.0.0.1" if options.host in _EVERYWHERE else options.host
    scheme = "http" if tls is None else "https"
    base_url = f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
    return base_url, None if tls is None or tls.ca_file is None else str(tls.ca_file)


def _draft(path: Path, port: int) -> Path:
    """The port in a file beside `path`, to be moved there: a reader finds it whole or not at all."""
    draft = path.with_name(f"{path.name}.part")
    try:
        draft.write_text(f"{port}\n", encoding="ascii")
    except OSError as error:
        raise ListenError(f"--port-file: {path} cannot be written: {error.strerror}") from None
    return draft
