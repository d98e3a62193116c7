"""Requests a second and CPU a request: the twin beside bare Hypercorn and bare trio + h11.

The servers take turns on one core, the client is on another. Rounds are interleaved (a, b, c, d, a,
b, …), so that a machine that slows down slows all of them down, and what is compared with a target
is the median over the rounds of the ratio inside one round. The same ratio of CPU time stands beside
it: on a machine with other work it is the steadier of the two. A target is met where both meet it.
"""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any, cast

import attrs
from asks import MAX_TOKENS, ask_once, body, make_roomy, questions, request
from child import CLIENT_CORE, Child, running, script, twin
from load import Outcome
from table import table, verdict

ROUNDS = 5
WARM_SECONDS, SECONDS = 0.1, 0.6
CONNECTIONS = (1, 32)
STREAM_PIECES = 12

FRONTS = ("quart", "asgi")
TRIO, HYPERCORN = "bare trio + h11", "bare Hypercorn"
ONE_WRITE = f"{HYPERCORN}, streamed, 1 body message"
PIECES = f"{HYPERCORN}, streamed, {STREAM_PIECES} body messages"


def json_of(front: str) -> str:
    return f"twin --front {front}"


def stream_of(front: str) -> str:
    return f"twin --front {front}, streamed"


@attrs.frozen
class Contender:
    """A server and what it is asked."""

    name: str
    child: Child
    requests: Sequence[str]


@attrs.frozen
class Target:
    """A rate that must be so many times another one, at 32 connections."""

    name: str
    beside: str
    least: float


TARGETS = (
    Target(json_of("quart"), HYPERCORN, 0.55),
    Target(json_of("asgi"), HYPERCORN, 0.9),
    Target(stream_of("quart"), json_of("quart"), 0.5),
    Target(stream_of("asgi"), json_of("asgi"), 0.5),
)


def contenders(stack: ExitStack) -> list[Contender]:
    """Start every server, the bare ones with answers as long as the twin's."""
    twins = {
        front: stack.enter_context(running(twin("--pace", "instant", "--front", front)))
        for front in FRONTS
    }
    for child in twins.values():
        make_roomy(child)
    first = twins[FRONTS[0]]
    asked = questions(first, MAX_TOKENS)
    plain, stream = (ask_once(first, body(asked[0], stream=streamed)) for streamed in (False, True))
    print(
        f"an answer of {MAX_TOKENS} tokens: {len(plain)} bytes of JSON, or {len(stream)} bytes in "
        f"{stream.count(b'event: ')} events\n"
    )
    bare_trio = stack.enter_context(running(script("bare_trio.py", len(plain))))
    bare = stack.enter_context(running(script("bare_hypercorn.py", len(plain), len(stream))))
    same = body(asked[0], stream=True)
    found = [
        Contender(TRIO, bare_trio, [request("/json", same)]),
        Contender(HYPERCORN, bare, [request("/json", same)]),
        Contender(ONE_WRITE, bare, [request("/stream/1", same)]),
        Contender(PIECES, bare, [request(f"/stream/{STREAM_PIECES}", same)]),
    ]
    for front, child in twins.items():
        for streamed, name in ((False, json_of(front)), (True, stream_of(front))):
            requests = [
                request("/v1/messages", body(question, stream=streamed), child.said["api_key"])
                for question in asked
            ]
            found.append(Contender(name, child, requests))
    return found


def measure(client: Child, contender: Contender, connections: int) -> Outcome:
    """One slice of one contender's time."""
    job = {
        "port": contender.child.port,
        "requests": list(contender.requests),
        "connections": connections,
        "warm_seconds": WARM_SECONDS,
        "seconds": SECONDS,
        "pid": contender.child.pid,
    }
    pipe = cast("Any", client.process)
    pipe.stdin.write(json.dumps(job).encode() + b"\n")
    pipe.stdin.flush()
    line = pipe.stdout.readline()
    if not line:
        raise RuntimeError(f"the client failed at {contender.name}")
    return Outcome(**json.loads(line))


def rate(outcome: Outcome) -> float:
    return outcome.answers / outcome.seconds


def cpu(outcome: Outcome) -> float:
    """CPU seconds of the server for one answer."""
    return outcome.server_cpu / outcome.answers


def ratio(rounds: Sequence[dict[str, Outcome]], name: str, beside: str) -> float:
    """The median over the rounds of one rate over another."""
    return statistics.median(rate(each[name]) / rate(each[beside]) for each in rounds)


def thrift(rounds: Sequence[dict[str, Outcome]], name: str, beside: str) -> float:
    """As `ratio`, of the requests that a second of CPU answers."""
    return statistics.median(cpu(each[beside]) / cpu(each[name]) for each in rounds)


def show(connections: int, rounds: Sequence[dict[str, Outcome]]) -> None:
    """Print what the rounds at one number of connections have come to."""
    rows = []
    for name in rounds[0]:
        outcomes = [each[name] for each in rounds]
        rates = [rate(outcome) for outcome in outcomes]
        used = [cpu(outcome) * 1e6 for outcome in outcomes]
        client = max(outcome.client_cpu / outcome.seconds for outcome in outcomes)
        rows.append(
            (
                name,
                f"{max(rates):,.0f}",
                f"{statistics.median(rates):,.0f}",
                f"{min(used):,.0f}",
                f"{statistics.median(used):,.0f}",
                f"{ratio(rounds, name, HYPERCORN):.2f}",
                f"{thrift(rounds, name, HYPERCORN):.2f}",
                f"{client:.0%}",
            )
        )
    columns = (
        f"{connections} connection{'s' if connections > 1 else ''}",
        "requests/s, best",
        "median",
        "CPU µs each, best",
        "median",
        "rate, x Hypercorn's",
        "requests a CPU second, x",
        "client busy, most",
    )
    print(table(columns, rows) + "\n")


def main() -> None:
    """Measure everything and print it."""
    rounds: dict[int, list[dict[str, Outcome]]] = {number: [] for number in CONNECTIONS}
    with ExitStack() as stack:
        everyone = contenders(stack)
        client = stack.enter_context(running(script("load.py"), CLIENT_CORE))
        for _ in range(ROUNDS):
            for number, outcomes in rounds.items():
                outcomes.append({each.name: measure(client, each, number) for each in everyone})
    for number, outcomes in rounds.items():
        show(number, outcomes)
    most = max(CONNECTIONS)
    rows = []
    for target in TARGETS:
        is_now = ratio(rounds[most], target.name, target.beside)
        by_cpu = thrift(rounds[most], target.name, target.beside)
        rows.append(
            (
                f"{target.name} / {target.beside}",
                f"{is_now:.2f}",
                f"{by_cpu:.2f}",
                f">= {target.least}",
                verdict(min(is_now, by_cpu) >= target.least),
            )
        )
    print(table((f"at {most} connections", "rate", "by CPU", "target", ""), rows))
    print(f"\n{os.cpu_count()} cores; {ROUNDS} rounds of {SECONDS} s each after {WARM_SECONDS} s")


if __name__ == "__main__":
    main()
