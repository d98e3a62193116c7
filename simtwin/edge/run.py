"""A twin on a real port, from its first listener to its last stream."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec
import trio

from simtwin.core.fates import Fates
from simtwin.core.scope import Operator
from simtwin.edge.app import make_app
from simtwin.edge.child import attend, environment
from simtwin.edge.epoch import Epoch
from simtwin.edge.memory import settle_memory
from simtwin.edge.options import Options, command_line, replay_of, speaks_tls
from simtwin.edge.server import Server, raise_file_limit, serve
from simtwin.edge.start import FirstTenant, first_tenant, running_twin
from simtwin.edge.tenant_secrets import TenantSecrets
from simtwin.edge.twin import Twin
from simtwin.edge.twin_plane.mount import PlaneConfig

if TYPE_CHECKING:
    from simtwin.edge.tls.setup import Tls

#: The most connections of a process; past it new ones are closed at once.
MOST_CONNECTIONS = 10_000
#: Seconds that answers under way get when the twin is told to stop: longer than a slow answer of a
#: test, shorter than the 10 s after which a container runtime kills.
GRACE = 5.0

#: As many names of rules as people read.
_MOST_TOLD = 20

_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  # only to say where such a twin can be reached


class ListenError(Exception):
    """The address cannot be listened on."""


def run(options: Options) -> int:
    """Serve until SIGINT or SIGTERM, or until a command has run; the exit status.

    Raises:
        OptionsError: an option cannot be.
        ListenError: the address cannot be listened on, or the port file not be written.
    """
    if speaks_tls(options):
        from simtwin.edge.tls.setup import set_up  # noqa: PLC0415  # most twins speak none

        with set_up(options) as tls:
            return trio.run(partial(_run, options, tls))
    return trio.run(partial(_run, options))


async def _run(options: Options, tls: Tls | None = None) -> int:
    status = 0
    words, settings = command_line(options, _say)
    replay = replay_of(options)
    if replay is not None:
        _say(f"recorded exchanges to answer with: {len(replay.shelf):,}")
    too_few_files = raise_file_limit(MOST_CONNECTIONS)
    if too_few_files:
        _say(too_few_files)
    listeners = await _listen(options)
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
        open_keys=options.open_keys,
        marks=not options.no_marks,
        edge_headers=not options.no_edge_headers,
        strict_version=options.strict_version,
        max_wait=options.max_wait,
        replay=replay,
        told=options.told,
    ) as twin:
        app = make_app(twin, config, secrets, hot=options.front == "asgi")
        tenant = await first_tenant(twin, secrets)
        # Opened before anybody is told of the twin: who reads its line may stop it at once.
        with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
            async with trio.open_nursery() as listening:
                async with trio.open_nursery() as serving:
                    server: Server = await serving.start(
                        partial(
                            serve,
                            app,
                            listeners,
                            grace=GRACE,
                            max_connections=MOST_CONNECTIONS,
                            tls=None if tls is None else tls.context,
                            doors=twin.doors,
                        )
                    )
                    if draft is not None and options.port_file is not None:
                        draft.replace(options.port_file)
                    settle_memory()
                    if options.command:
                        status = await _attend(options, port, tenant, tls, signals)
                        server.stop()
                    else:
                        _announce(options, port, tenant, tls)
                        listening.start_soon(_obey, signals, server, serving.cancel_scope)
                listening.cancel_scope.cancel()
        if options.told is not None:
            _say(await _met(twin, options.told))
        silent = await _silent(twin)
        if silent:
            _say(silent)
    return status


async def _listen(options: Options) -> Sequence[trio.SocketListener]:
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


async def _obey(signals: AsyncIterator[int], server: Server, serving: trio.CancelScope) -> None:
    """The first signal lets answers under way finish; the next one does not wait for them."""
    await anext(signals)
    server.stop()
    await anext(signals)
    serving.cancel()


async def _attend(
    options: Options,
    port: int,
    tenant: FirstTenant,
    tls: Tls | None,
    signals: AsyncIterator[int],
) -> int:
    """Run the command to its end; its exit status, or 2 where it cannot start."""
    base_url, ca_file = _where(options, port, tls)
    try:
        surroundings = environment(base_url, tenant.api_key, ca_file)
        return await attend(options.command, surroundings, signals)
    except OSError as error:
        _say(f"{options.command[0]} cannot be run: {error.strerror}")
        return 2


async def _met(twin: Twin, told: Fates) -> str:
    """How much of what was told came about: a fault that was asked for and not met is to be seen."""
    found = await twin.fates(Operator())
    met = sum(len(fates) for of in found["replay"]["fates"].values() for fates in of.values())
    asked = sum(
        bool(fate.fired)
        for lanes in told.of.values()
        for fates in lanes.values()
        for fate in fates.values()
    )
    return (
        f"the token has faults for {asked:,} requests, and {met:,} of them came"
        f" ({found['requests']:,} requests in all)"
    )


async def _silent(twin: Twin) -> str | None:
    """Which of the rules for all never fired; None where there is none to be told of."""
    rules = (await twin.rules(Operator()))["rules"]
    silent = [rule["name"] for rule in rules if not rule["fired"]]
    if not silent:
        return None
    return f"of {len(rules):,} rules for all, these never fired: {', '.join(silent[:_MOST_TOLD])}"


def _where(options: Options, port: int, tls: Tls | None) -> tuple[str, str | None]:
    """The base URL, and the file of what clients are to trust."""
    host = "127.0.0.1" if options.host in _EVERYWHERE else options.host
    scheme = "http" if tls is None else "https"
    base_url = f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
    return base_url, None if tls is None or tls.ca_file is None else str(tls.ca_file)


def _announce(options: Options, port: int, tenant: FirstTenant, tls: Tls | None) -> None:
    """Say where the twin is, now that connections are accepted."""
    base_url, ca_file = _where(options, port, tls)
    if options.as_json:
        line = {
            "base_url": base_url,
            "tenant_id": tenant.tenant_id,
            "tenant_secret": tenant.tenant_secret,
            "api_key": tenant.api_key,
        }
        if ca_file is not None:
            line["ca_file"] = ca_file
        click.echo(msgspec.json.encode(line))
        return
    click.echo(_welcome(options, base_url, tenant, ca_file))


def _draft(path: Path, port: int) -> Path:
    """The port in a file beside `path`, to be moved there: a reader finds it whole or not at all."""
    draft = path.with_name(f"{path.name}.part")
    try:
        draft.write_text(f"{port}\n", encoding="ascii")
    except OSError as error:
        raise ListenError(f"--port-file: {path} cannot be written: {error.strerror}") from None
    return draft


def _welcome(options: Options, base_url: str, tenant: FirstTenant, ca_file: str | None) -> str:
    trust, curl = "", "curl"
    if ca_file is not None:
        trust = f"""
  export SSL_CERT_FILE={ca_file}
  export NODE_EXTRA_CA_CERTS={ca_file}"""
        curl = f"curl --cacert {ca_file}"
    return f"""simtwin is listening on {base_url}

  tenant   {tenant.tenant_id}
  secret   {tenant.tenant_secret}
  API key  {tenant.api_key}
  seed     {options.seed}

For the SDK:

  export ANTHROPIC_BASE_URL={base_url}
  export ANTHROPIC_API_KEY={tenant.api_key}{trust}

To try:

  {curl} {base_url}/v1/messages -H 'x-api-key: {tenant.api_key}' \\
    -H 'anthropic-version: 2023-06-01' -H 'content-type: application/json' \\
    -d '{{"model": "claude-sonnet-4-6", "max_tokens": 64, "messages": [{{"role": "user", "content": "Hello"}}]}}'

To make it fail, twice, and then answer:

  {curl} -u {tenant.tenant_id}:{tenant.tenant_secret} -X PUT {base_url}/_twin/settings \\
    -H 'content-type: application/json' -d '{{"script": "529*2; ok"}}'

Ctrl-C stops it."""


def _say(sentence: str) -> None:
    click.echo(f"simtwin: {sentence}", err=True)
