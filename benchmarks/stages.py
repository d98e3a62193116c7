"""Where the time of a JSON request goes, stage by stage.

The stages are the functions that a request goes through, called in its order on what the ones
before have made, thousands of times in one process, each call timed for itself. Medians, so that
what disturbs the machine now and then does not count. The same requests are then answered whole: by
the data plane without HTTP, and over a connection in memory with HTTP on both sides.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from itertools import count, cycle, islice
from typing import Any

import trio
import trio.testing
from asks import HEADERS, MAX_TOKENS, QUESTIONS, body, request, roomy
from load import is_whole
from table import table

from simtwin.actors.actor import present
from simtwin.api.answer import curve, json_answer
from simtwin.api.pacing import INSTANT
from simtwin.api.reply.reply import compose_reply
from simtwin.api.reply.spec import spec
from simtwin.api.request.decode import decode, peek
from simtwin.api.request.measure import measure
from simtwin.api.request.parse import parsing
from simtwin.api.version import resolve as resolve_version
from simtwin.core import key as keys
from simtwin.core.key import Schedule
from simtwin.core.plan import Head
from simtwin.core.pools import Ask
from simtwin.core.schedule import Asked
from simtwin.core.scope import OfKey, OfTenant
from simtwin.core.usage import Tokens
from simtwin.edge.app import make_app
from simtwin.edge.data_plane.books import settle
from simtwin.edge.data_plane.endpoints import find
from simtwin.edge.data_plane.exchange import Exchange
from simtwin.edge.data_plane.identity import identify
from simtwin.edge.data_plane.limits import admitted
from simtwin.edge.data_plane.plane import respond
from simtwin.edge.data_plane.request import Request, read_body
from simtwin.edge.epoch import Epoch
from simtwin.edge.options import Options, command_line
from simtwin.edge.perform import perform
from simtwin.edge.server import serve_wire
from simtwin.edge.start import first_tenant, running_twin
from simtwin.edge.tenant_secrets import TenantSecrets
from simtwin.edge.twin import Twin
from simtwin.edge.twin_plane.mount import PlaneConfig
from simtwin.edge.wire import Wire
from simtwin.store.body import keep
from simtwin.store.records import AccountRecord

REQUESTS, SEED = 4_000, 7
PATH = "/v1/messages"

Timings = dict[str, list[int]]


class Stopwatch:
    """Laps in ns, by name."""

    def __init__(self, laps: Timings) -> None:
        self._laps = laps
        self._at = time.perf_counter_ns()

    def lap(self, name: str) -> None:
        """What was done since the last lap is `name`."""
        now = time.perf_counter_ns()
        self._laps[name].append(now - self._at)
        self._at = time.perf_counter_ns()


async def nowhere(_: Any) -> None:
    """ASGI's `send` for answers that nobody reads."""


def asked(data: bytes, api_key: str, wire: Wire) -> Request:
    """A request as it comes out of HTTP."""

    async def receive() -> Mapping[str, Any]:
        return {"type": "http.request", "body": data, "more_body": False}

    headers = {**HEADERS, b"x-api-key": api_key.encode()}
    return Request("POST", PATH, PATH.encode(), b"", headers, wire, receive)


async def staged(twin: Twin, asked_for: Request, laps: Timings) -> None:
    """What `respond` does with a request that no rule and no limit touches."""
    watch = Stopwatch(laps)
    endpoint, methods = find(asked_for.method, asked_for.path)
    exchange = Exchange(asked_for, endpoint, methods, twin.epoch.date(), twin.marks)
    watch.lap("begin an exchange")
    account = identify(asked_for, twin.store, None)
    assert isinstance(account, AccountRecord), "the key is known"  # noqa: S101  # narrows a type
    exchange.account = account
    watch.lap("credentials")
    data = await read_body(asked_for, twin.load.hold)
    twin.load.release(len(data))
    exchange.body_at = trio.current_time()
    exchange.body_bytes = len(data)
    exchange.body = keep(data)
    watch.lap("read and keep the body")
    doc = decode(data)
    exchange.parses = True
    exchange.model, exchange.stream = peek(doc)
    watch.lap("decode")
    snapshot = twin.board.in_force(OfKey(account.tenant_id, account.api_key_id))
    about = Asked(endpoint.name, "POST", PATH, exchange.model, exchange.stream, endpoint.answers)
    schedule = Schedule(snapshot.rules, snapshot.script, snapshot.seed, account.scope)
    fate, exchange.key = await twin.keys.ask_reserving(
        account.api_key_id, partial(keys.admit, asked=about, schedule=schedule)
    )
    exchange.decided(fate, snapshot.seed)
    watch.lap("ask the key: ordinal and fate")
    version = resolve_version(asked_for.header(b"anthropic-version"), strict=False)
    parsed = drained(parsing(doc, version, frozenset()))
    watch.lap("parse and validate")
    measured = drained(measure(doc, len(data)))
    exchange.fingerprint, exchange.messages = measured.fingerprint, measured.turns
    watch.lap("count and fingerprint")
    exchange.reply = reply = compose_reply(spec(parsed, exchange.seed, measured))
    watch.lap("compose")
    exchange.curve = curve(reply, INSTANT, present())
    ask = Ask(parsed.model.pool, exchange.hold, measured.input_tokens, exchange.curve)
    limits = await admitted(twin, exchange, ask)
    exchange.input = Tokens(input=measured.input_tokens)
    watch.lap("ask the tenant: limits")
    head = Head(200, (("content-type", "application/json"), *limits, *exchange.headers()))
    plan = list(json_answer(reply, INSTANT, head, exchange.ids))
    watch.lap("encode")
    await perform(plan, nowhere, asked_for.wire, exchange.progress, max_wait=3600)
    watch.lap("perform, without HTTP")
    settle(twin, exchange)
    watch.lap("settle, journal, records")


def drained(work: Any) -> Any:
    """What a generator with pauses comes to; requests this small have none."""
    try:
        next(work)
    except StopIteration as done:
        return done.value
    raise RuntimeError("a small request was cut into pieces")


async def timed(laps: list[int], work: Callable[[], Awaitable[object]]) -> None:
    """Do it, and note the ns that it took."""
    began = time.perf_counter_ns()
    await work()
    laps.append(time.perf_counter_ns() - began)


async def over_a_connection(app: Any, texts: Iterator[str], laps: list[int]) -> None:
    """Ask an app over a connection in memory; its client is a part of what is timed."""
    ours, theirs = trio.testing.memory_stream_pair()

    async def ask_once() -> None:
        await ours.send_all(next(texts).encode())
        answer = b""
        while not is_whole(answer):
            answer += await ours.receive_some()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve_wire, app, Wire(theirs))
        for _ in range(REQUESTS):
            await timed(laps, ask_once)
        nursery.cancel_scope.cancel()


async def idle_app(_: Any, receive: Any, send: Any) -> None:
    """An app that reads the request, and answers as many bytes with two headers."""
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-type", b"application/json"), (b"content-length", b"800")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"x" * 800})


@asynccontextmanager
async def a_twin() -> Any:
    """A twin with limits that nobody reaches, and its first tenant."""
    options = Options(seed=SEED, pace="instant")
    words, settings = command_line(options, print)
    async with running_twin(words, settings, Epoch()) as twin:
        secrets = TenantSecrets()
        tenant = await first_tenant(twin, secrets)
        await twin.configure(OfTenant(tenant.tenant_id), roomy())
        yield twin, tenant, make_app(twin, PlaneConfig(), secrets)


def questions() -> list[int]:
    """Numbers of questions whose answer is cut at `MAX_TOKENS`."""

    def fits(number: int) -> bool:
        data = body(number, stream=False)
        doc = decode(data)
        parsed = drained(parsing(doc, "2023-06-01", frozenset()))
        said = compose_reply(spec(parsed, SEED, drained(measure(doc, len(data)))))
        return said.output_tokens == MAX_TOKENS

    return list(islice(filter(fits, count()), QUESTIONS))


async def main() -> None:
    """Measure and print."""
    async with a_twin() as (twin, tenant, app):
        stages: Timings = defaultdict(list)
        whole: list[int] = []
        connected: list[int] = []
        bare: list[int] = []
        numbers = questions()
        wire = Wire(trio.testing.memory_stream_pair()[0])
        for number in islice(cycle(numbers), REQUESTS):
            data = body(number, stream=False)
            await staged(twin, asked(data, tenant.api_key, wire), stages)
            one = asked(data, tenant.api_key, wire)
            await timed(whole, partial(respond, twin, one, nowhere))
        texts = [request(PATH, body(number, stream=False), tenant.api_key) for number in numbers]
        await over_a_connection(app, cycle(texts), connected)
        await over_a_connection(idle_app, cycle(texts), bare)
    show(stages, whole, connected, bare)


def show(stages: Timings, whole: list[int], connected: list[int], bare: list[int]) -> None:
    """Print the tables."""
    medians = {name: statistics.median(laps) / 1000 for name, laps in stages.items()}
    total = sum(medians.values())
    rows = [(name, f"{value:.1f}", f"{value / total:.0%}") for name, value in medians.items()]
    rows.append(("all stages", f"{total:.1f}", "100%"))
    print(table(("stage of a JSON request", "µs, median", "share"), rows))
    rows = [
        ("the data plane, whole", f"{statistics.median(whole) / 1000:.1f}"),
        ("over a connection in memory", f"{statistics.median(connected) / 1000:.1f}"),
        ("the same with an app that does nothing", f"{statistics.median(bare) / 1000:.1f}"),
    ]
    print("\n" + table(("the same requests, answered", "µs, median"), rows))


if __name__ == "__main__":
    gc.freeze()
    trio.run(main)
