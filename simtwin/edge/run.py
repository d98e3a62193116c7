"""`simtwin serve` and `simtwin replay`: a twin on a real port, until it is told to stop."""

from __future__ import annotations

from contextlib import AsyncExitStack
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

import click
import msgspec
import trio

from simtwin.core.fates import Fates
from simtwin.core.scope import Operator
from simtwin.edge.child import attend
from simtwin.edge.environment import environment
from simtwin.edge.options import Options, command_line, replay_of, speaks_tls
from simtwin.edge.served import MOST_CONNECTIONS, Served, served
from simtwin.edge.server import raise_file_limit
from simtwin.edge.start import FirstTenant
from simtwin.edge.twin import Twin

if TYPE_CHECKING:
    from simtwin.edge.tls.setup import Tls

#: As many names of rules as people read.
_MOST_TOLD = 20


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
    words, settings = command_line(options, say)
    replay = replay_of(options)
    if replay is not None:
        say(f"recorded exchanges to answer with: {len(replay.shelf):,}")
    too_few_files = raise_file_limit(MOST_CONNECTIONS)
    if too_few_files:
        say(too_few_files)
    status = 0
    async with AsyncExitStack() as stack:
        what = None
        if options.upstream is not None or options.record is not None:
            from simtwin.edge.upstream.setup import behind  # noqa: PLC0415  # most twins have none

            what = stack.enter_context(behind(options, say))
        here = await stack.enter_async_context(
            served(options, words, settings, tls=tls, replay=replay, behind=what)
        )
        if options.command:
            status = await _attend(options, here)
            await here.end()
        else:
            _announce(options, here)
            await _until_told(here)
        if options.told is not None:
            say(await _met(here.twin, options.told))
        silent = await _silent(here.twin)
        if silent:
            say(silent)
    return status


async def _until_told(here: Served) -> None:
    async with trio.open_nursery() as listening:
        listening.start_soon(_obey, here)
        await here.over.wait()
        listening.cancel_scope.cancel()


async def _obey(here: Served) -> None:
    """The first signal lets answers under way finish; the next one does not wait for them."""
    await anext(here.signals)
    here.stop()
    await anext(here.signals)
    here.cut()


async def _attend(options: Options, here: Served) -> int:
    """Run the command to its end; its exit status, or 2 where it cannot start."""
    lane = None if options.told is None else options.told.only_lane
    # What a run in a lane drew is drawn by the lane's name.
    base_url = here.base_url if lane is None else f"{here.base_url}/_lane/{quote(lane, safe='')}"
    try:
        surroundings = environment(base_url, here.tenant.api_key, here.ca_file)
        return (await attend(options.command, surroundings, here.signals)).status
    except OSError as error:
        say(f"{options.command[0]} cannot be run: {error.strerror}")
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
    rules = [*(await twin.rules(Operator()))["rules"], *twin.doors.statistics()]
    silent = [rule["name"] for rule in rules if not rule["fired"]]
    if not silent:
        return None
    return f"of {len(rules):,} rules for all, these never fired: {', '.join(silent[:_MOST_TOLD])}"


def _announce(options: Options, here: Served) -> None:
    """Say where the twin is, now that connections are accepted."""
    if options.as_json:
        line = {
            "base_url": here.base_url,
            "tenant_id": here.tenant.tenant_id,
            "tenant_secret": here.tenant.tenant_secret,
            "api_key": here.tenant.api_key,
        }
        if here.ca_file is not None:
            line["ca_file"] = here.ca_file
        click.echo(msgspec.json.encode(line))
        return
    click.echo(_welcome(options, here.base_url, here.tenant, here.ca_file))
    for gateway in here.twin.gateways.values():
        say(f"{gateway.name} is in front of it at {here.base_url}{gateway.prefix.decode()}")


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


def say(sentence: str) -> None:
    """Tell whoever started this; standard output is for others."""
    click.echo(f"simtwin: {sentence}", err=True)
