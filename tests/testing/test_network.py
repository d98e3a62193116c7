from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest
import trio
import trio.testing
from anthropic import APIConnectionError, AsyncAnthropic, InternalServerError

from simtwin.core.plan import Chunk, End, Hangup, Head, Plan, Wait
from simtwin.edge.perform import Progress, perform
from simtwin.testing.network import Network

MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-5-5",
    "content": [{"type": "text", "text": "Hello."}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 1, "output_tokens": 2},
}
START = {"type": "message_start", "message": {**MESSAGE, "content": [], "stop_reason": None}}
JSON = json.dumps(MESSAGE).encode()
OK: Plan = [Head(200, (("content-type", "application/json"),)), Chunk(JSON), End()]
OVERLOADED: Plan = [Head(529, (("content-type", "application/json"),)), Chunk(b"{}"), End()]
SSE = Head(200, (("content-type", "text/event-stream"),))
PING = Chunk(b'event: ping\ndata: {"type": "ping"}\n\n', event="ping")
FIRST = Chunk(f"event: message_start\ndata: {json.dumps(START)}\n\n".encode(), "message_start")


class Script:
    """An app that carries out one plan after another, and remembers when it was asked."""

    def __init__(self, *plans: Plan) -> None:
        self.plans = list(plans)
        self.asked: list[float] = []
        self.ordinals: list[tuple[int, int]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        wire = scope["state"]["wire"]
        self.asked.append(trio.current_time())
        self.ordinals.append((wire.ordinal, wire.requests))
        await perform(self.plans.pop(0), send, wire, Progress(), max_wait=3_600)


async def with_client(app: Script, use: Callable[[AsyncAnthropic], Awaitable[None]]) -> Network:
    """Let `use` have the SDK's client on a network of the app; closed when it is done."""
    with trio.fail_after(100_000):
        async with trio.open_nursery() as nursery:
            network = Network(app, nursery)
            client = network.anthropic(api_key="sk-ant-x", base_url="http://twin.test")
            async with client:
                await use(client)
    return network


async def create(client: AsyncAnthropic) -> str:
    message = await client.messages.create(
        model="claude-sonnet-5-5",
        max_tokens=8,
        messages=[{"role": "user", "content": "Hi"}],
    )
    return message.id


async def stream(client: AsyncAnthropic) -> list[str]:
    events = await client.messages.create(
        model="claude-sonnet-5-5",
        max_tokens=8,
        messages=[{"role": "user", "content": "Hi"}],
        stream=True,
    )
    return [event.type async for event in events]


async def test_the_sdk_gets_its_answer(autojump_clock: trio.testing.MockClock) -> None:
    async def use(client: AsyncAnthropic) -> None:
        assert await create(client) == "msg_1"

    network = await with_client(Script(OK), use)

    assert network.opened == 1


async def test_requests_share_a_connection_while_it_is_kept_alive(
    autojump_clock: trio.testing.MockClock,
) -> None:
    app = Script(OK, OK, OK)

    async def use(client: AsyncAnthropic) -> None:
        for _ in range(3):
            await create(client)

    await with_client(app, use)

    assert app.ordinals == [(1, 1), (1, 2), (1, 3)]


async def test_a_connection_that_was_closed_while_it_rested_is_replaced(
    autojump_clock: trio.testing.MockClock,
) -> None:
    app = Script(OK, OK)

    async def use(client: AsyncAnthropic) -> None:
        once = client.with_options(max_retries=0)
        await create(once)
        await trio.sleep(1_000)
        await create(once)

    await with_client(app, use)

    assert app.ordinals == [(1, 1), (2, 1)]


async def test_the_sdks_retries_pass_in_virtual_time(
    autojump_clock: trio.testing.MockClock,
) -> None:
    app = Script(OVERLOADED, OVERLOADED, OK)
    began = time.perf_counter()

    async def use(client: AsyncAnthropic) -> None:
        await create(client)

    await with_client(app, use)

    first, second, third = app.asked
    # The SDK waits 0.5 s and 1 s, each shortened by up to a quarter at random.
    assert 0.375 <= second - first <= 0.5
    assert 0.75 <= third - second <= 1
    assert time.perf_counter() - began < 0.75


async def test_an_answer_takes_the_time_that_its_plan_takes(
    autojump_clock: trio.testing.MockClock,
) -> None:
    plan: Plan = [Wait(2), SSE, FIRST, Wait(300), PING, Wait(0.25), End()]
    heard: list[tuple[float, str]] = []
    start = trio.current_time()

    async def use(client: AsyncAnthropic) -> None:
        heard.extend([(trio.current_time() - start, kind) for kind in await stream(client)])

    await with_client(Script(plan), use)

    assert heard == [(302.25, "message_start")]


async def test_a_reset_in_mid_stream_is_a_read_error(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async def use(client: AsyncAnthropic) -> None:
        with pytest.raises(httpx2.ReadError, match="reset by peer"):
            await stream(client)

    await with_client(Script([SSE, FIRST, Hangup(reset=True)]), use)


async def test_a_stream_that_is_cut_is_a_protocol_error(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async def use(client: AsyncAnthropic) -> None:
        with pytest.raises(httpx2.RemoteProtocolError, match="incomplete chunked read"):
            await stream(client)

    await with_client(Script([SSE, FIRST, Hangup()]), use)


async def test_a_connection_that_is_cut_before_the_head_is_tried_again(
    autojump_clock: trio.testing.MockClock,
) -> None:
    app = Script([Hangup(reset=True)], [Hangup()], OK)

    async def use(client: AsyncAnthropic) -> None:
        await create(client)

    network = await with_client(app, use)

    assert network.opened == 3


async def test_a_hang_is_a_timeout_of_the_sdk(autojump_clock: trio.testing.MockClock) -> None:
    app = Script([Wait(9_999)], OK)

    async def use(client: AsyncAnthropic) -> None:
        await create(client)

    await with_client(app, use)

    # The SDK's own timeout is ten minutes; its first retry comes within half a second.
    assert 600 < app.asked[1] - app.asked[0] <= 600.5


async def test_a_network_that_refuses_is_a_connection_error(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with trio.open_nursery() as nursery:
        network = Network(Script(), nursery)
        network.refusing = True
        async with network.anthropic(api_key="sk-ant-x") as client:
            with pytest.raises(APIConnectionError) as refused:
                await create(client)

    assert "refused the connection" in str(refused.value.__cause__)
    assert network.opened == 0


async def test_the_sdks_own_url_leads_here_too(autojump_clock: trio.testing.MockClock) -> None:
    async with (
        trio.open_nursery() as nursery,
        Network(Script(OK), nursery).anthropic(api_key="sk-ant-x") as client,
    ):
        answer = await create(client)

    assert (str(client.base_url), answer) == ("https://api.anthropic.com", "msg_1")


async def test_a_client_that_gives_up_leaves_no_connection_behind(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with trio.open_nursery() as nursery:
        network = Network(Script([SSE, PING, Wait(9_999)]), nursery)
        async with network.client() as client:
            with trio.move_on_after(5):
                await client.get("http://twin.test/")
        await trio.testing.wait_all_tasks_blocked()
        left_over = len(nursery.child_tasks)

    assert left_over == 0


async def test_a_server_error_without_a_retry_is_told_as_it_is(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async def use(client: AsyncAnthropic) -> None:
        with pytest.raises(InternalServerError) as caught:
            await create(client.with_options(max_retries=0))
        assert caught.value.status_code == 529

    await with_client(Script(OVERLOADED), use)


async def test_http_2_with_prior_knowledge_works(autojump_clock: trio.testing.MockClock) -> None:
    app = Script(OK, [SSE, FIRST, Wait(3), PING, End()])

    async with trio.open_nursery() as nursery:
        network = Network(app, nursery)
        transport = network.transport(http1=False, http2=True)
        async with httpx2.AsyncClient(transport=transport) as client:
            first = await client.get("http://twin.test/")
            second = await client.get("http://twin.test/")

    assert (first.http_version, first.content) == ("HTTP/2", JSON)
    assert second.content == FIRST.data + PING.data
    assert app.ordinals == [(1, 1), (1, 2)]
