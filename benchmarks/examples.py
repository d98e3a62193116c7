"""Hypothesis examples a second through the real SDK in virtual time, beside what of it is not ours.

    python benchmarks/examples.py

An example is one call of the SDK that is refused twice and then answered: three attempts, and the
backoffs between them. Beside it stand the same calls over a canned network, in which every byte of
an answer is there beforehand and nothing of the twin runs; and Hypothesis drawing the same script
for a test with an empty body. What is not shown: what a client of one's own costs.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import anthropic
import httpx2
from hypothesis import HealthCheck, given, settings
from table import table, verdict

from simtwin.core.asked import Asked
from simtwin.core.lane import Lane, Schedule, admit
from simtwin.core.settings import parse
from simtwin.testing import VirtualTwin, run, strategies
from simtwin.testing.front import words

ROUNDS, EXAMPLES = 5, 150
HELLO: dict[str, Any] = {
    "model": "claude-sonnet-4-6",
    "max_tokens": 16,
    "messages": [{"role": "user", "content": "Hello"}],
}
ASKED = Asked("messages", "POST", "/v1/messages", "claude-sonnet-4-6", stream=False, answers=True)
TARGET, CORE_TARGET_MS = 60, 0.5

_quietly = settings(
    max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
_scripts = strategies.scripts(("refuse",), max_faults=4)


async def through_the_twin(twin: VirtualTwin) -> None:
    async with twin:
        await twin.anthropic(max_retries=3).messages.create(**HELLO)


async def canned(answers: list[tuple[int, bytes]]) -> None:
    """The same call over answers that are there beforehand."""
    left = iter(answers)

    def answer(_request: httpx2.Request) -> httpx2.Response:
        status, body = next(left)
        return httpx2.Response(status, content=body, headers={"content-type": "application/json"})

    transport = httpx2.MockTransport(answer)
    client = _client()(
        api_key="sk-ant-x",
        base_url="http://localhost",
        max_retries=3,
        http_client=httpx2.AsyncClient(transport=transport),
    )
    await client.messages.create(**HELLO)


def _client() -> type[anthropic.AsyncAnthropic]:
    from simtwin.testing.network import (  # noqa: PLC0415  # an odd thing for a bench to need
        _anthropic_without_threads,
    )

    return _anthropic_without_threads()


def examples(body: Callable[[], object]) -> float:
    """CPU seconds of an example of Hypothesis with that body, its draw included."""

    @_quietly
    @given(script=_scripts)
    def test(script: str) -> None:
        del script
        body()

    began = time.process_time()
    test()
    return (time.process_time() - began) / EXAMPLES


def core() -> None:
    """What decides in an example: settings are read, and three requests get their fates."""
    in_force = parse({"script": "529*2; ok"}, words())
    schedule = Schedule((), in_force.script, 7, "1/1", lasting=True)
    lane = Lane(0)
    for _ in range(3):
        lane, _ = admit(lane, 0, ASKED, schedule)


def answers_of_the_twin() -> list[tuple[int, bytes]]:
    """What the twin answers to the call, byte for byte."""

    async def main() -> list[tuple[int, bytes]]:
        async with VirtualTwin(script="529*2; ok") as twin:
            options: dict[str, Any] = {
                "base_url": twin.base_url,
                "headers": {"x-api-key": twin.api_key, "anthropic-version": "2023-06-01"},
            }
            async with httpx2.AsyncClient(transport=twin.transport(), **options) as client:
                said = [await client.post("/v1/messages", json=HELLO) for _ in range(3)]
        return [(response.status_code, response.content) for response in said]

    return run(main)


def main() -> None:
    twin = VirtualTwin(script="529*2; ok")
    told = answers_of_the_twin()
    bodies: dict[str, Callable[[], object]] = {
        "an empty body": lambda: None,
        "the pure core alone": core,
        "the SDK over canned answers": lambda: run(canned, told),
        "the SDK through the twin": lambda: run(through_the_twin, twin),
    }
    for body in bodies.values():
        body()
    best = dict.fromkeys(bodies, float("inf"))
    for _ in range(ROUNDS):
        for name, body in bodies.items():
            best[name] = min(best[name], examples(body))
    empty = best["an empty body"]
    rows = [
        [name, f"{1 / seconds:,.0f}", f"{seconds * 1000:.2f}", f"{(seconds - empty) * 1000:.2f}"]
        for name, seconds in best.items()
    ]
    print(
        table(["an example of three attempts", "a CPU second", "CPU ms each", "over empty"], rows)
    )
    rate = 1 / best["the SDK through the twin"]
    added = (best["the pure core alone"] - empty) * 1000
    print(
        table(
            ["", "measured", "target", ""],
            [
                ["examples a second", f"{rate:.0f}", f">= {TARGET}", verdict(rate >= TARGET)],
                [
                    "the core adds, ms",
                    f"{added:.2f}",
                    f"<= {CORE_TARGET_MS}",
                    verdict(added <= CORE_TARGET_MS),
                ],
            ],
        )
    )


if __name__ == "__main__":
    main()
