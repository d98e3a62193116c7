"""Faults that go by what is asked, and by what else is under way."""

from __future__ import annotations

import trio
from virtual import HELLO, staged


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
