"""Where the time of a JSON request goes, stage by stage.

A twin in this process answers the usual client in another, on one connection, so that one request
at a time is under way. The functions that a request goes through are wrapped in clocks; what a
stage calls that is a stage itself counts there alone. What is in no stage is the rest.
"""

from __future__ import annotations

import inspect
import json
import os
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial, wraps
from typing import Any, cast

import attrs
import trio
from asks import MAX_TOKENS, body, questions, request, roomy
from child import CLIENT_CORE, SERVER_CORE, Child, running, script, twin
from load import Outcome
from table import table

from simtwin.core.scope import OfTenant
from simtwin.edge import app
from simtwin.edge.data_plane import messages, plane, planned
from simtwin.edge.epoch import Epoch
from simtwin.edge.http1 import line
from simtwin.edge.http1.turn import Turn
from simtwin.edge.options import Options, command_line
from simtwin.edge.server import Server, serve
from simtwin.edge.start import FirstTenant, first_tenant, running_twin
from simtwin.edge.tenant_secrets import TenantSecrets
from simtwin.edge.twin_plane.mount import PlaneConfig

SLICES = 10
WARM_SECONDS, SECONDS = 0.1, 0.6

#: The stage that every request goes through exactly once.
ONCE = "what holds these together"
#: Owner, name, stage; in the order of a request.
STAGES = (
    (line, "plain", "HTTP in"),
    (Turn, "receive", "HTTP in"),
    (plane, "identify", "credentials"),
    (plane, "read_body", "read the body"),
    (plane, "keeping", "keep the body for the journal"),
    (plane, "decoding", "decode"),
    (plane, "peek", "decode"),
    (planned, "decide_fate", "ask the key: ordinal and fate"),
    (messages, "parsing", "parse and validate"),
    (messages, "measure", "count and fingerprint"),
    (messages, "spec", "compose"),
    (messages, "compose_reply", "compose"),
    (messages, "admitted", "ask the tenant: limits, with their headers"),
    (messages, "json_answer", "encode"),
    (planned, "perform", "perform"),
    (Turn, "send", "HTTP out"),
    (plane, "settle", "settle, journal, records"),
    (app, "respond", ONCE),
)
REST = "the rest: tasks, scheduler, sockets"


class Clocks:
    """CPU time by stage, without that of the stages inside it.

    A clock on the wall would count what other processes do with the core meanwhile.
    """

    def __init__(self) -> None:
        self.ns: dict[str, int] = defaultdict(int)
        self.calls: dict[str, int] = defaultdict(int)
        self._inner = [0]

    def wrap(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function`, timed as `stage`: plain, asynchronous, or a generator."""
        if inspect.iscoroutinefunction(function):

            @wraps(function)
            async def waits(*args: Any, **kwargs: Any) -> Any:
                began = self._begin()
                try:
                    return await function(*args, **kwargs)
                finally:
                    self._end(stage, began)

            return waits
        if inspect.isgeneratorfunction(function):

            @wraps(function)
            def yields(*args: Any, **kwargs: Any) -> Any:
                steps = function(*args, **kwargs)
                while True:
                    began = self._begin()
                    try:
                        step = next(steps)
                    except StopIteration as done:
                        return done.value
                    finally:
                        self._end(stage, began)
                    yield step

            return yields

        @wraps(function)
        def plain(*args: Any, **kwargs: Any) -> Any:
            began = self._begin()
            try:
                return function(*args, **kwargs)
            finally:
                self._end(stage, began)

        return plain

    def _begin(self) -> int:
        self._inner.append(0)
        return time.thread_time_ns()

    def _end(self, stage: str, began: int) -> None:
        passed = time.thread_time_ns() - began
        self.ns[stage] += passed - self._inner.pop()
        self.calls[stage] += 1
        self._inner[-1] += passed


@attrs.frozen
class Slice:
    """A short run: µs of CPU a request, and µs by stage."""

    cpu: float
    stages: dict[str, float]


@asynccontextmanager
async def a_twin() -> AsyncIterator[tuple[int, FirstTenant]]:
    """The port and first tenant of a twin in this process, with limits that nobody reaches."""
    words, settings = command_line(Options(seed=7, pace="instant"), print)
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    async with running_twin(words, settings, Epoch()) as here, trio.open_nursery() as nursery:
        secrets = TenantSecrets()
        tenant = await first_tenant(here, secrets)
        await here.configure(OfTenant(tenant.tenant_id), roomy())
        application = app.make_app(here, PlaneConfig(), secrets)
        server: Server = await nursery.start(
            partial(serve, application, listeners, grace=0, max_connections=10)
        )
        yield listeners[0].socket.getsockname()[1], tenant
        server.stop()


def drive(client: Child, job: dict[str, Any]) -> Outcome:
    """Have the client do one job."""
    pipe = cast("Any", client.process)
    pipe.stdin.write(json.dumps(job).encode() + b"\n")
    pipe.stdin.flush()
    return Outcome(**json.loads(pipe.stdout.readline()))


async def measure(asked: list[int], clocks: Clocks) -> list[Slice]:
    """A few slices of the twin at work, each with the requests that the clocks have seen."""
    slices = []
    with running(script("load.py"), CLIENT_CORE) as client:
        async with a_twin() as (port, tenant):
            bodies = [body(number, stream=False) for number in asked]
            job = {
                "port": port,
                "requests": [request("/v1/messages", each, tenant.api_key) for each in bodies],
                "connections": 1,
                "warm_seconds": WARM_SECONDS,
                "seconds": SECONDS,
                "pid": os.getpid(),
            }
            for _ in range(SLICES):
                clocks.ns.clear()
                clocks.calls.clear()
                outcome = await trio.to_thread.run_sync(drive, client, job)
                requests = clocks.calls[ONCE]
                stages = {stage: ns / requests / 1000 for stage, ns in clocks.ns.items()}
                slices.append(Slice(outcome.server_cpu / outcome.answers * 1e6, stages))
    return slices


def main() -> None:
    """Measure and print the slice in which the machine was least disturbed."""
    with running(twin("--pace", "instant")) as child:
        asked = questions(child, MAX_TOKENS)
    os.sched_setaffinity(0, {SERVER_CORE})
    plain = min(each.cpu for each in trio.run(measure, asked, Clocks()))
    clocks = Clocks()
    for owner, name, stage in STAGES:
        setattr(owner, name, clocks.wrap(stage, getattr(owner, name)))
    best = min(trio.run(measure, asked, clocks), key=lambda each: each.cpu)
    stages = {stage: best.stages[stage] for _, _, stage in STAGES}
    stages[REST] = best.cpu - sum(stages.values())
    rows = [(stage, f"{us:.0f}", f"{us / best.cpu:.0%}") for stage, us in stages.items()]
    rows.append(("all", f"{best.cpu:.0f}", "100%"))
    print(table(("stage of a JSON request, on one connection", "µs", "share"), rows))
    print(f"\nwithout the clocks: {plain:.0f} µs; the best of {SLICES} slices of {SECONDS} s each")


if __name__ == "__main__":
    main()
