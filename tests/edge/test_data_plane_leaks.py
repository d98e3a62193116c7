"""Nothing is left of a request whose client went away, whenever it went."""

from __future__ import annotations

import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from random import Random
from typing import Any

import httpx2
import pytest
import trio
import trio.testing
from virtual import HELLO, URL, Stage, staged

from simtwin.actors.router import IDLE
from simtwin.core.bucket import NS

PAST_REST = 2 * IDLE / NS
#: Both owners hold what is under way.
LIMITS = {"tier": "tier4"}


async def create(stage: Stage, **fields: Any) -> None:
    async with stage.network.client(base_url=URL, timeout=None) as client:
        await client.post("/v1/messages", headers=stage.headers(), json={**HELLO, **fields})


async def half_a_body(stage: Stage) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b'{"model": "claude-'
        await trio.sleep_forever()

    async with stage.network.client(base_url=URL, timeout=None) as client:
        await client.post("/v1/messages", headers=stage.headers(), content=body())


async def whole(stage: Stage) -> None:
    await create(stage)


async def streamed(stage: Stage) -> None:
    await create(stage, stream=True)


Ask = Callable[[Stage], Awaitable[None]]


async def leave(stage: Stage, ask: Ask, after: float) -> None:
    with trio.move_on_after(after):
        await ask(stage)
    await trio.testing.wait_all_tasks_blocked()


def nothing_is_under_way(stage: Stage) -> None:
    assert stage.twin.load.idle
    for _, key in stage.twin.keys.states():
        assert (key.in_flight, dict(key.pools.held)) == (0, {})
    for _, tenant in stage.twin.tenants.states():
        assert dict(tenant.pools.held) == {}


@pytest.mark.parametrize(
    ("ask", "after", "rules", "status"),
    [
        (half_a_body, 5, [], None),
        (whole, 0.5, [], None),
        (streamed, 0.2, [], None),
        (streamed, 0.5, [], 200),
        (streamed, 5, [{"latency": {"seconds": 60}}], None),
        (streamed, 5, [{"stall": {"at_token": 9, "seconds": 60}}], 200),
        (whole, 5, [{"hang": {}}], None),
        (whole, 5, [{"hang": {}, "charge": True}], None),
    ],
)
async def test_whoever_leaves_leaves_nothing(
    front: str, ask: Ask, after: float, rules: list[Any], status: int | None
) -> None:
    async with staged(front, pace="steady", settings={"limits": LIMITS}) as stage:
        await stage.configure_key(limits=LIMITS, rules=rules)
        await leave(stage, ask, after)

        nothing_is_under_way(stage)
        (entry,) = await stage.entries()
        assert (entry["ended"], entry["closed_by"], entry["status"]) == ("left", "client", status)
        assert (entry["sent_tokens"] > 0) == (status == 200)


async def test_whoever_left_keeps_no_task_and_no_actor_awake(front: str) -> None:
    async with staged(front, pace="steady", settings={"limits": LIMITS}) as stage:
        await stage.configure_key(limits=LIMITS)
        await trio.sleep(PAST_REST)
        before = trio.lowlevel.current_statistics().tasks_living
        for ask in (half_a_body, whole, streamed):
            await leave(stage, ask, 0.5)
        await trio.sleep(PAST_REST)

        assert trio.lowlevel.current_statistics().tasks_living == before
        assert stage.twin.keys.statistics().active == 0
        assert stage.twin.tenants.statistics().active == 0


@pytest.mark.parametrize("seed", range(3))
async def test_a_crowd_that_comes_and_goes_as_it_likes_leaves_nothing(
    front: str, seed: int
) -> None:
    rng = Random(seed)
    rules = [
        {"when": {"chance": 0.1}, "hang": {}},
        {"when": {"chance": 0.2}, "refuse": {"status": 529}, "charge": True},
        {"when": {"chance": 0.2}, "latency": {"seconds": 1, "jitter": 1}},
        {"when": {"chance": 0.2}, "stall": {"at_token": 20, "seconds": 2}},
        {"when": {"chance": 0.1}, "disconnect": {"at_byte": 600}},
    ]

    async def guest(ask: Ask, comes: float, patience: float) -> None:
        await trio.sleep(comes)
        with trio.move_on_after(patience), suppress(httpx2.TransportError):
            await ask(stage)

    async with staged(front, pace="steady", settings={"limits": LIMITS, "rules": rules}) as stage:
        await stage.configure_key(limits=LIMITS)
        async with trio.open_nursery() as nursery:
            for _ in range(60):
                ask = rng.choice([half_a_body, whole, streamed, streamed])
                nursery.start_soon(guest, ask, rng.random(), rng.choice([0, 0.4, 1, 3]))
        await trio.testing.wait_all_tasks_blocked()

        nothing_is_under_way(stage)
        booked = sum(sum(row["requests"].values()) for row in await stage.usage())
        ordinals = [e["ordinal"] for e in await stage.entries() if e["ordinal"] is not None]
        assert sorted(ordinals) == list(range(booked))
        await trio.sleep(PAST_REST)
        assert stage.twin.keys.statistics().active == 0


async def test_a_key_that_is_revoked_in_mid_answer_loses_nothing_and_comes_back_never(
    front: str,
) -> None:
    async with staged(front, pace="steady", settings={"limits": LIMITS}) as stage:
        key = await stage.add_key()
        answers = []

        async def ask() -> None:
            answers.append(await stage.create(key=key["api_key"]))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(ask)
            await trio.sleep(0.5)
            await stage.control("DELETE", f"/accounts/{key['api_key_id']}")
            refused = await stage.create(key=key["api_key"])
        await trio.testing.wait_all_tasks_blocked()

        assert (answers[0].status_code, refused.status_code) == (200, 401)
        nothing_is_under_way(stage)
        assert [entry["status"] for entry in await stage.entries()] == [200]
        assert stage.twin.keys.state(key["api_key_id"]) is None
        await trio.sleep(PAST_REST)
        assert stage.twin.keys.state(key["api_key_id"]) is None


async def test_a_reset_in_mid_answer_begins_anew_and_the_answer_is_still_booked(
    front: str,
) -> None:
    async with staged(front, pace="steady", settings={"limits": LIMITS}) as stage:
        await stage.configure_key(limits=LIMITS)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(create, stage)
            await trio.sleep(0.5)
            await stage.control("POST", "/reset", doc={"scope": "tenant"})
        await trio.testing.wait_all_tasks_blocked()

        nothing_is_under_way(stage)
        (row,) = await stage.usage()
        assert row["requests"] == {"200": 1}
        key = stage.twin.keys.state(stage.tenant.api_key_id)
        assert key is not None
        assert key.lanes.unnamed.ordinal == 0


async def test_limits_that_are_full_again_are_not_kept_for_an_owner_at_rest(front: str) -> None:
    async with staged(front, settings={"limits": LIMITS}) as stage:
        await stage.configure_key(limits=LIMITS)
        await stage.create()
        await trio.sleep(PAST_REST)

        key = stage.twin.keys.state(stage.tenant.api_key_id)
        tenant = stage.twin.tenants.state(stage.tenant.tenant_id)
        assert key is not None
        assert tenant is not None
        assert (dict(key.pools.pools), dict(tenant.pools.pools)) == ({}, {})
        assert (key.lanes.unnamed.ordinal, len(key.usage)) == (1, 1)


async def test_requests_that_hang_hold_no_bodies(front: str) -> None:
    large = {**HELLO, "messages": [{"role": "user", "content": "x" * 2_000_000}]}
    body = httpx2.Request("POST", URL, json=large).content

    async def hang() -> None:
        async with stage.network.client(base_url=URL, timeout=None) as client:
            await client.post("/v1/messages", headers=stage.headers(), content=body)

    async with staged(front, settings={"rules": [{"hang": {}}]}) as stage:
        tracemalloc.start()
        async with trio.open_nursery() as nursery:
            for _ in range(20):
                nursery.start_soon(hang)
            await trio.sleep(1)
            held, _ = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            nursery.cancel_scope.cancel()

    # Forty megabytes were sent.
    assert held < 8_000_000
