"""Overload over HTTP, in virtual time: clients who ask again at once, and clients who back off."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import trio
from virtual import OPERATOR, Stage, staged

pytestmark = pytest.mark.usefixtures("virtual_time")

ROOM = {"in_flight": 2, "refused_seconds": 1, "slower": 2}
RULE = {
    "name": "overloaded",
    "match": {"model": "claude-opus-*"},
    "when": {"capacity": ROOM},
    "refuse": {"status": 529},
}


async def client(
    stage: Stage, key: str, backoff: Callable[[int], float], served: list[float], until: float
) -> None:
    """Asks until it is served, rests for four seconds, and asks again."""
    refusals = 0
    while stage.elapsed < until:
        response = await stage.create(key=key, model="claude-opus-4-8")
        if response.status_code == 200:
            served.append(stage.elapsed)
            refusals = 0
            await trio.sleep(4)
        else:
            assert response.status_code == 529
            refusals += 1
            await trio.sleep(backoff(refusals))


async def population(backoff: Callable[[int], float], until: float) -> tuple[list[float], int]:
    """When six clients, each a tenant of its own, were served, and how many refusals there were."""
    served: list[float] = []
    async with staged("asgi", pace="steady", settings={"rules": [RULE]}, open_keys=True) as stage:
        async with trio.open_nursery() as nursery:
            for n in range(6):
                nursery.start_soon(client, stage, f"key {n}", backoff, served, until)
        entries = await stage.entries(OPERATOR)
        assert not stage.twin.commons.traffic.in_flight("")
    fired = [each for entry in entries for each in entry["fired"]]
    assert all(each["rule"] == "overloaded" and each["order_dependent"] for each in fired)
    return served, len(fired)


async def test_those_who_ask_again_at_once_are_not_served_any_more() -> None:
    served, refused = await population(lambda _: 0.25, 6)

    assert len(served) == 2
    assert refused > 70


async def test_those_who_back_off_are_served_all_of_them() -> None:
    served, refused = await population(lambda refusals: 2.0**refusals, 60)

    assert refused > 0
    assert len([at for at in served if at > 30]) > 20


async def test_an_answer_takes_longer_while_the_room_is_filled() -> None:
    async with staged("asgi", pace="steady", settings={"rules": [RULE]}, open_keys=True) as stage:
        await stage.create(key="a", model="claude-opus-4-8")
        alone = stage.elapsed
        async with trio.open_nursery() as nursery:
            nursery.start_soon(
                lambda: stage.create(key="b", model="claude-opus-4-8", max_tokens=60)
            )
            await trio.sleep(0.01)
            began = stage.elapsed
            await stage.create(key="a", model="claude-opus-4-8")
            together = stage.elapsed - began

    assert together == pytest.approx(2 * alone, rel=0.01)


async def test_what_the_rule_does_not_look_at_is_no_work_of_it() -> None:
    async with staged("asgi", settings={"rules": [RULE]}, open_keys=True) as stage:
        async with trio.open_nursery() as nursery:
            for n in range(6):
                nursery.start_soon(lambda key: stage.create(key=key), f"key {n}")
        response = await stage.create(model="claude-opus-4-8")

    assert response.status_code == 200
