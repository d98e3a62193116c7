"""`simtwin demo`: a bad minute, met by the real SDK, in virtual time.

Nothing is staged: the SDK is the one that is installed, its retries and waits are its own, and what
it meets is the twin that `serve` serves. Only the network and the clock are inside this process.
"""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs
import msgspec
import trio
import trio.testing
from rich.console import Console
from rich.table import Table

from simtwin.core.scope import Operator
from simtwin.core.settings import parse
from simtwin.edge.app import make_app
from simtwin.edge.epoch import Epoch
from simtwin.edge.options import vocabulary
from simtwin.edge.start import first_tenant, running_twin
from simtwin.edge.tenant_secrets import TenantSecrets
from simtwin.edge.twin_plane.mount import PlaneConfig
from simtwin.store.work import on_the_spot

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic

MODEL = "claude-sonnet-4-6"
#: When the bad minute begins, in Unix time: the demo is the same on every day.
START = 1_795_000_000

#: What happens to one request after the other.
SCRIPT = (
    "429(retry_after=20); ok; "
    "529*2; ok; "
    "latency(seconds=2)+pace(tokens_per_second=8); "
    "error_event(after_events=6); "
    "disconnect(after_events=8, reset=true); "
    "529*3"
)


class MissingSDKError(Exception):
    """The SDK is not installed."""


@attrs.frozen
class Call:
    """One call of the client's: what it did, and what came of it in the SDK's words."""

    what: str
    outcome: str
    attempts: list[dict[str, Any]]


def show(seed: int) -> None:
    """Play the bad minute and print each attempt, each wait, and what came of each call.

    Raises:
        MissingSDKError: the SDK is not installed.
    """
    try:
        import anthropic  # noqa: F401, PLC0415  # an extra, asked for by this command alone
    except ImportError:
        raise MissingSDKError(
            "the demo needs the SDK: pip install 'anthropic-simtwin[demo]'"
        ) from None
    random.seed(seed)  # the jitter of the SDK's backoff
    began = time.perf_counter()
    clock = trio.testing.MockClock(autojump_threshold=0)
    calls = trio.run(partial(_play, seed), clock=clock)
    took = time.perf_counter() - began
    console = Console()
    console.print(_table(calls))
    virtual = calls[-1].attempts[-1]["last_byte_at"] - START
    console.print(
        f"{virtual:.1f} s for the client, {took:.1f} s for you. The script was:\n\n  {SCRIPT}\n\n"
        "The same against your own program: simtwin serve --script '…'",
        highlight=False,
        markup=False,
    )


async def _play(seed: int) -> list[Call]:
    from simtwin.testing.network import Network  # noqa: PLC0415  # needs the SDK's network library

    words = vocabulary(lambda _: None)
    doc = {"seed": seed, "pace": "steady", "script": SCRIPT, "limits": {"tier": "unlimited"}}
    secrets = TenantSecrets(on_the_spot)
    calls: list[Call] = []
    async with (
        running_twin(words, parse(doc, words), Epoch(None, START)) as twin,
        trio.open_nursery() as nursery,
    ):
        tenant = await first_tenant(twin, secrets)
        network = Network(make_app(twin, PlaneConfig(), secrets), nursery)
        async with network.anthropic(api_key=tenant.api_key, base_url="http://localhost") as client:
            seen = 0
            for what, call in _CALLS:
                outcome = await _outcome(call, client)
                # The books of an answer are closed in the task of its connection.
                await trio.testing.wait_all_tasks_blocked()
                lines = list(twin.journal(Operator(), after=seen, limit=100))
                attempts = [msgspec.json.decode(line) for line in lines]
                seen = attempts[-1]["id"]
                calls.append(Call(what, outcome, attempts))
        nursery.cancel_scope.cancel()
    return calls


async def _outcome(call: Callable[[AsyncAnthropic], Awaitable[str]], client: AsyncAnthropic) -> str:
    try:
        return await call(client)
    except Exception as error:  # noqa: BLE001  # whatever the SDK raises is what the demo shows
        return f"raised {type(error).__name__}"


async def _create(client: AsyncAnthropic) -> str:
    message = await client.messages.create(**_request("Say something short."))
    return f"a message of {message.usage.output_tokens} tokens"


async def _stream(client: AsyncAnthropic) -> str:
    async with client.messages.stream(**_request("Tell me a story.")) as stream:
        message = await stream.get_final_message()
    return f"a stream of {message.usage.output_tokens} tokens"


def _request(text: str) -> dict[str, Any]:
    return {
        "model": MODEL,
        "max_tokens": 64,
        "messages": [{"role": "user", "content": text}],
    }


_CALLS: tuple[tuple[str, Callable[[AsyncAnthropic], Awaitable[str]]], ...] = (
    ("create", _create),
    ("create", _create),
    ("stream", _stream),
    ("stream", _stream),
    ("stream", _stream),
    ("create", _create),
)


def _table(calls: list[Call]) -> Table:
    table = Table(title="A bad minute, in virtual time")
    for column in ("call", "at", "waited", "attempt", "the twin", "the SDK"):
        table.add_column(column, overflow="fold")
    for call in calls:
        before: float | None = None
        for number, attempt in enumerate(call.attempts, 1):
            began = attempt["first_byte_at"]
            last = number == len(call.attempts)
            table.add_row(
                call.what if number == 1 else "",
                f"{began - START:.2f} s",
                "" if before is None else f"{began - before:.2f} s",
                str(number),
                _twin_did(attempt),
                call.outcome if last else "tries again",
                end_section=last,
            )
            before = attempt["last_byte_at"]
    return table


def _twin_did(attempt: dict[str, Any]) -> str:
    kinds = " + ".join(fired["kind"] for fired in attempt["fired"])
    took = attempt["last_byte_at"] - attempt["first_byte_at"]
    answered = f"{attempt['status']}, {took:.2f} s"
    return f"{answered}: {kinds}" if kinds else answered
