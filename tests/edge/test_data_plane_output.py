"""Output tokens count as they are produced: paced, stalled, cut off or left alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import attrs
import httpx2
import pytest
import trio
import trio.testing
from virtual import HELLO, URL, Stage, staged

from simtwin.actors.actor import present
from simtwin.core.pools import Pools, Quota

POOL = "claude-sonnet-4.x"
#: How many HELLO is answered with; "steady" takes 0.3 s to the first and 80 a second from there.
TOKENS = 52
#: One a second comes back, so that what is left says to the token what was debited when.
LIMIT = 60
LIMITS = {"tier": "scale", "pools": {POOL: {"otpm": LIMIT}}}


def output_left(pools: Pools) -> int:
    gauge = pools.gauges(POOL, Quota(10_000, 10_000_000, LIMIT), present()).output
    assert gauge is not None
    return gauge.remaining


def left(stage: Stage) -> int:
    """What is left of the tenant's limit."""
    tenant = stage.twin.tenants.state(stage.tenant.tenant_id)
    assert tenant is not None
    return output_left(tenant.pools)


def left_of_key(stage: Stage) -> int:
    """What is left of the limit that its first key was given."""
    key = stage.twin.keys.state(stage.tenant.api_key_id)
    assert key is not None
    return output_left(key.pools)


async def listen(stage: Stage) -> None:
    """Read a stream as far as it goes."""
    client = stage.network.client(base_url=URL, timeout=None)
    body = {**HELLO, "stream": True}
    async with (
        client,
        client.stream("POST", "/v1/messages", headers=stage.headers(), json=body) as r,
    ):
        try:
            async for _ in r.aiter_raw():
                pass
        except httpx2.TransportError:
            pass


@attrs.frozen
class Streaming:
    """A stage with a stream under way: `gone` makes its client leave, `over` is set at its end."""

    stage: Stage
    gone: trio.CancelScope
    over: trio.Event


@asynccontextmanager
async def streaming(
    front: str, pace: str = "steady", limits: Any = LIMITS, **settings: Any
) -> AsyncIterator[Streaming]:
    gone, over = trio.CancelScope(), trio.Event()

    async def stream() -> None:
        with gone:
            await listen(stage)
        over.set()

    async with (
        staged(front, pace=pace, settings={"limits": limits, **settings}) as stage,
        trio.open_nursery() as nursery,
    ):
        await stage.configure_key(limits=LIMITS)
        nursery.start_soon(stream)
        yield Streaming(stage, gone, over)
        nursery.cancel_scope.cancel()


async def test_a_stream_under_way_is_debited_token_by_token(front: str) -> None:
    debited = []
    async with streaming(front) as under_way:
        for _ in range(4):
            await trio.sleep(0.3)
            debited.append(LIMIT - left(under_way.stage))

    # None by 0.3 s, 24 by 0.6, 48 by 0.9, all of them by 0.95, and one a second comes back.
    assert debited == [0, 24, 48, 52]


async def test_what_a_client_left_has_cost_what_was_sent_of_it(front: str) -> None:
    async with streaming(front) as under_way:
        stage = under_way.stage
        await trio.sleep(0.61)
        under_way.gone.cancel()
        await under_way.over.wait()
        await trio.testing.wait_all_tasks_blocked()
        debited = LIMIT - left(stage)
        (entry,), (row,) = await stage.entries(), await stage.usage()

    sent = entry["sent_tokens"]
    assert (entry["ended"], entry["planned_tokens"]) == ("left", TOKENS)
    assert 18 <= sent <= 24
    assert debited == sent == row["output_tokens"] == row["aborted_output_tokens"]


async def test_a_whole_answer_that_was_left_has_cost_what_was_produced_of_it(front: str) -> None:
    async with staged(front, pace="steady", settings={"limits": LIMITS}) as stage:
        with trio.move_on_after(0.55):
            await stage.create()
        await trio.testing.wait_all_tasks_blocked()
        debited, (row,) = LIMIT - left(stage), await stage.usage()

    # A quarter of a second at 80 a second, although not one of them was sent.
    assert row["requests"] == {"none": 1}
    assert debited == row["output_tokens"] == row["aborted_output_tokens"] == 20


@pytest.mark.parametrize("left_in", [left, left_of_key])
async def test_a_stall_holds_the_debit_up_and_in_the_end_all_of_it_is_there(
    front: str, left_in: Callable[[Stage], int]
) -> None:
    rule = {"stall": {"at_token": 20, "seconds": 60}}
    async with streaming(front, rules=[rule]) as under_way:
        stage = under_way.stage
        await trio.sleep(10)
        in_stall = LIMIT - left_in(stage)
        await trio.sleep(48)
        late_in_stall = LIMIT - left_in(stage)
        await under_way.over.wait()
        await trio.testing.wait_all_tasks_blocked()
        after, (entry,) = LIMIT - left_in(stage), await stage.entries()

    # 20 to 25 of 52 were sent in the first half second; nine of those came back until the tenth.
    sent_before = in_stall + 9
    assert 20 <= sent_before <= 26
    assert late_in_stall == 0
    assert after == pytest.approx(TOKENS - sent_before, abs=1)
    assert entry["usage"]["output_tokens"] == TOKENS


async def test_a_wait_that_is_told_in_a_stall_knows_what_comes_after_it(front: str) -> None:
    """Five come back a minute, so what comes after the stall takes minutes of waiting."""
    few = {"tier": "scale", "pools": {POOL: {"otpm": 5}}}
    rule = {"match": {"stream": True}, "stall": {"at_token": 20, "seconds": 60}}
    async with streaming(front, limits=few, rules=[rule]) as under_way:
        await trio.sleep(30)
        stage = under_way.stage
        refused = await stage.create()
        wait = int(refused.headers["retry-after"])
        await trio.sleep(wait - 1)
        early = await stage.create()
        await trio.sleep(1)
        late = await stage.create()

    assert wait > (TOKENS - 5) * 60 / 5 - 60
    assert [each.status_code for each in (refused, early, late)] == [429, 429, 200]


async def test_a_pace_that_nobody_foresaw_is_followed(front: str) -> None:
    debited = []
    rule = {"pace": {"tokens_per_second": 2}}
    async with streaming(front, pace="instant", rules=[rule]) as under_way:
        for second in (5, 10, 15, 20):
            await trio.sleep_until(under_way.stage.began + second)
            debited.append(LIMIT - left(under_way.stage))

    # Two a second are sent and one comes back; a delta has up to six.
    assert debited == [pytest.approx(second, abs=6) for second in (5, 10, 15, 20)]


async def test_a_late_start_holds_the_debit_up(front: str) -> None:
    async with streaming(front, rules=[{"latency": {"seconds": 30}}]) as under_way:
        await trio.sleep(29)
        while_late = LIMIT - left(under_way.stage)
        await under_way.over.wait()
        await trio.testing.wait_all_tasks_blocked()
        after = LIMIT - left(under_way.stage)

    assert (while_late, after) == (0, TOKENS)


@pytest.mark.parametrize("kind", ["disconnect", "truncate", "error_event"])
async def test_a_stream_that_was_cut_has_cost_what_was_sent_of_it(front: str, kind: str) -> None:
    rule = {kind: {"at_token": 20}}
    async with streaming(front, rules=[rule]) as under_way:
        await under_way.over.wait()
        await trio.testing.wait_all_tasks_blocked()
        debited, (entry,) = LIMIT - left(under_way.stage), await under_way.stage.entries()

    assert 20 <= entry["sent_tokens"] < 26
    assert debited == entry["sent_tokens"] == entry["usage"]["output_tokens"]


async def test_output_below_zero_stops_no_stream_and_admits_no_new_one(front: str) -> None:
    few = {"tier": "scale", "pools": {POOL: {"otpm": 10}}}
    async with streaming(front, limits=few) as under_way:
        await trio.sleep(0.6)
        refused = await under_way.stage.create()
        await under_way.over.wait()
        entries = await under_way.stage.entries()

    assert refused.status_code == 429
    assert "10 output tokens per minute" in refused.json()["error"]["message"]
    streamed = next(entry for entry in entries if entry["stream"])
    assert (streamed["ended"], streamed["sent_tokens"]) == ("end", TOKENS)
