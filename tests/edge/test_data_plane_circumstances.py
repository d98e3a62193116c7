"""Faults that go by what is asked, and by what else is under way."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import trio
from virtual import HELLO, Stage, staged

CATALOGUE = (Path(__file__).parents[2] / "faults" / "README.md").read_text(encoding="utf-8")


async def test_a_retired_model_is_refused_by_its_name_and_others_are_served(front: str) -> None:
    rule = {"match": {"model": "claude-3-*"}, "model_retired": {}}
    async with staged(front, settings={"rules": [rule]}) as stage:
        gone = await stage.create(model="claude-3-opus-20240229")
        served = await stage.create()

    assert (gone.status_code, served.status_code) == (404, 200)
    assert gone.json()["error"] == {
        "type": "not_found_error",
        "message": "model: claude-3-opus-20240229",
    }


async def test_a_large_request_is_later_than_a_small_one(front: str) -> None:
    rule = {"latency": {"seconds": 1, "per_megabyte_seconds": 100}}
    long = [{"role": "user", "content": "x" * 100_000}]
    async with staged(front, settings={"rules": [rule]}) as stage:
        await stage.create()
        small = stage.elapsed
        await stage.create(messages=long)
        large = stage.elapsed - small
        sizes = [entry["body_bytes"] for entry in await stage.entries()]

    assert [round(small, 6), round(large, 6)] == [round(1 + size / 10_000, 6) for size in sizes]


async def test_each_other_request_under_way_makes_the_next_one_later(front: str) -> None:
    rule = {"latency": {"seconds": 1, "per_request_seconds": 10}}
    took = []
    async with staged(front, settings={"rules": [rule]}) as stage:

        async def ask(after: float) -> None:
            await trio.sleep(after)
            asked = trio.current_time()
            await stage.create(**HELLO)
            took.append(round(trio.current_time() - asked, 6))

        async with trio.open_nursery() as nursery:
            for number in range(3):
                nursery.start_soon(ask, number / 10)

    assert took == [1, 11, 21]


def rules_of_the_catalogue() -> list[dict[str, Any]]:
    """The rules that the section on `account` shows."""
    section = CATALOGUE[CATALOGUE.index("## `account`") : CATALOGUE.index("## `model_retired`")]
    (shown,) = re.findall(r"```json\n(.*?)```", section, re.DOTALL)
    rules: list[dict[str, Any]] = json.loads(shown)["rules"]
    return rules


async def statuses(stage: Stage, count: int, apart: float) -> list[int]:
    """What so many requests are answered, one begun after the other."""
    found = [0] * count

    async def ask(number: int) -> None:
        await trio.sleep(number * apart)
        found[number] = (await stage.create()).status_code

    async with trio.open_nursery() as nursery:
        for number in range(count):
            nursery.start_soon(ask, number)
    return found


async def test_a_key_is_revoked_in_mid_run(front: str) -> None:
    revoked, _, _ = rules_of_the_catalogue()
    async with staged(front, settings={"rules": [revoked]}) as stage:
        assert await statuses(stage, 4, 25) == [200, 200, 200, 401]


async def test_a_limit_of_concurrency_refuses_what_is_too_many_at_once(front: str) -> None:
    _, crowded, _ = rules_of_the_catalogue()
    async with staged(front, pace="steady", settings={"rules": [crowded]}) as stage:
        at_once = await statuses(stage, 6, 0.01)
        in_turn = await statuses(stage, 6, 10)

    assert at_once == [200, 200, 200, 200, 429, 429]
    assert in_turn == [200] * 6


async def test_a_limit_of_acceleration_lets_through_who_comes_slowly(front: str) -> None:
    _, _, hasty = rules_of_the_catalogue()
    async with staged(front, settings={"rules": [hasty]}) as stage:
        fast = await statuses(stage, 40, 0.02)
        await trio.sleep(60)
        slow = await statuses(stage, 20, 1.5)

    assert fast.count(429) > 10
    assert slow == [200] * 20
