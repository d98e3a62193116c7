"""Sessions by the real SDK, in virtual time: what is said to one, and heard of it, and when."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anthropic
import httpx2
import pytest
import trio
from anthropic import AsyncAnthropic
from virtual import Stage, staged

pytestmark = pytest.mark.usefixtures("virtual_time")

TURN = [
    "user.message",
    "session.status_running",
    "span.model_request_start",
    "agent.message",
    "span.model_request_end",
    "session.status_idle",
]


def hello(text: str = "Hello") -> Any:
    return {"type": "user.message", "content": [{"type": "text", "text": text}]}


@asynccontextmanager
async def a_session(**options: Any) -> AsyncIterator[tuple[Stage, AsyncAnthropic, str]]:
    async with staged("asgi", **options) as stage:
        client = stage.anthropic()
        agent = await client.beta.agents.create(model="claude-opus-4-8", name="Ada")
        environment = await client.beta.environments.create(name="Here")
        session = await client.beta.sessions.create(agent=agent.id, environment_id=environment.id)
        yield stage, client, session.id


async def heard(client: AsyncAnthropic, session: str) -> list[tuple[float, Any]]:
    """What a stream brings until its session is deleted, with the moment of each event."""
    async with await client.beta.sessions.events.stream(session) as stream:
        return [(trio.current_time(), event) async for event in stream]


async def test_a_session_runs_until_its_agent_has_answered() -> None:
    async with a_session(pace="steady") as (_, client, session):
        before = await client.beta.sessions.retrieve(session)
        await client.beta.sessions.events.send(session, events=[hello()])
        during = await client.beta.sessions.retrieve(session)
        said_so_far = [each.type async for each in client.beta.sessions.events.list(session)]
        await trio.sleep(10)
        after = await client.beta.sessions.retrieve(session)
        said = [each.type async for each in client.beta.sessions.events.list(session, limit=2)]

    assert (before.status, during.status, after.status) == ("idle", "running", "idle")
    assert said_so_far == TURN[:3]
    assert said == TURN
    assert during.usage.output_tokens == 0
    assert after.usage.output_tokens
    assert after.usage.output_tokens > 10
    assert after.stats.active_seconds
    assert 0.3 < after.stats.active_seconds < 3


async def test_an_open_stream_hears_events_as_they_come() -> None:
    async with a_session(pace="steady") as (_, client, session), trio.open_nursery() as nursery:
        told: list[tuple[float, Any]] = []

        async def listen() -> None:
            told.extend(await heard(client, session))

        await client.beta.sessions.events.send(session, events=[hello("Before")])
        await trio.sleep(60)
        nursery.start_soon(listen)
        await trio.sleep(100)
        sent = trio.current_time()
        await client.beta.sessions.events.send(session, events=[hello("Now")])
        await trio.sleep(60)
        await client.beta.sessions.delete(session)

    assert [event.type for _, event in told] == TURN
    assert [round(at - sent, 3) for at, event in told if event.type in TURN[:3]] == [0, 0, 0]
    message, at = next((event, at) for at, event in told if event.type == "agent.message")
    assert at - sent > 0.3
    assert len(message.content[0].text.split()) > 3


async def test_the_same_question_has_the_same_answer() -> None:
    texts = []
    for _ in range(2):
        async with a_session() as (_stage, client, session):
            await client.beta.sessions.events.send(session, events=[hello(), hello("Else")])
            events = [each async for each in client.beta.sessions.events.list(session)]
            texts.append([e.content[0].text for e in events if e.type == "agent.message"])  # type: ignore[union-attr]  # it is a text

    assert texts[0] == texts[1]
    assert texts[0][0] != texts[0][1]


async def test_an_interrupt_ends_the_turn() -> None:
    async with a_session(pace="steady") as (_, client, session):
        await client.beta.sessions.events.send(session, events=[hello()])
        await client.beta.sessions.events.send(session, events=[{"type": "user.interrupt"}])
        after = await client.beta.sessions.retrieve(session)
        await trio.sleep(60)
        said = [each.type async for each in client.beta.sessions.events.list(session)]

    assert after.status == "idle"
    assert said == [*TURN[:3], "user.interrupt", "session.status_idle"]


async def test_a_stream_pings_and_ends_with_its_session() -> None:
    async with a_session() as (stage, client, session), trio.open_nursery() as nursery:
        lines: list[str] = []

        async def listen() -> None:
            path = f"/v1/sessions/{session}/events/stream"
            async with stage.client.stream("GET", path, headers=stage.headers()) as response:
                lines.extend([line async for line in response.aiter_lines()])

        nursery.start_soon(listen)
        await trio.sleep(50)
        await client.beta.sessions.delete(session)

    assert lines == ["event: ping", 'data: {"type": "ping"}', ""] * 3


async def test_who_leaves_a_stream_leaves_nothing_behind() -> None:
    async with a_session() as (stage, client, session):
        with trio.move_on_after(5):
            await heard(client, session)
        await trio.sleep(1)
        entries = await stage.entries()

    streams = [each for each in entries if each["endpoint"] == "sessions_events_stream"]
    assert [(each["status"], each["ended"]) for each in streams] == [(200, "left")]


async def test_a_stalled_stream_hears_nothing_for_as_long_as_the_fault_says() -> None:
    rule = {
        "match": {"endpoint": "sessions_events_stream"},
        "stall": {"before_event": "agent.message", "seconds": 30},
    }
    async with a_session(settings={"rules": [rule]}) as (_, client, session):
        told: list[tuple[float, Any]] = []

        async def listen() -> None:
            told.extend(await heard(client, session))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(listen)
            await trio.sleep(1)
            began = trio.current_time()
            await client.beta.sessions.events.send(session, events=[hello()])
            await trio.sleep(60)
            await client.beta.sessions.delete(session)

    assert [round(at - began, 3) for at, _ in told] == [0, 0, 0, 30, 30, 30]


async def test_a_stream_that_is_cut_is_told_by_the_client() -> None:
    rule = {
        "match": {"endpoint": "sessions_*stream"},
        "disconnect": {"after_events": 2, "reset": True},
    }
    async with a_session(settings={"rules": [rule]}) as (_, client, session):
        broken: list[Exception] = []

        async def listen() -> None:
            with pytest.raises(httpx2.ReadError) as cut:
                await heard(client, session)
            broken.append(cut.value)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(listen)
            await trio.sleep(1)
            await client.beta.sessions.events.send(session, events=[hello()])

    assert len(broken) == 1


async def test_a_session_is_of_an_agent_and_an_environment_that_there_are() -> None:
    async with staged("asgi") as stage:
        beta = stage.anthropic().beta
        agent = await beta.agents.create(model="claude-opus-4-8", name="Ada")
        with pytest.raises(anthropic.NotFoundError, match="Environment not found"):
            await beta.sessions.create(agent=agent.id, environment_id="env_1")
        with pytest.raises(anthropic.NotFoundError, match="Agent not found"):
            await beta.sessions.create(agent="agent_1", environment_id="env_1")


async def test_a_deployment_runs_as_a_session() -> None:
    async with staged("asgi") as stage:
        beta = stage.anthropic().beta
        agent = await beta.agents.create(model="claude-opus-4-8", name="Ada")
        environment = await beta.environments.create(name="Here")
        deployment = await beta.deployments.create(
            agent=agent.id, environment_id=environment.id, initial_events=[hello()], name="Daily"
        )
        paused = await beta.deployments.pause(deployment.id)
        run = await beta.deployments.run(deployment.id)
        listed = [each.id async for each in beta.deployment_runs.list()]
        assert run.session_id is not None
        said = [each.type async for each in beta.sessions.events.list(run.session_id)]

    assert (deployment.status, paused.status) == ("active", "paused")
    assert listed == [run.id]
    assert said == TURN


async def test_what_a_memory_said_before_is_kept() -> None:
    async with staged("asgi") as stage:
        stores = stage.anthropic().beta.memory_stores
        store = await stores.create(name="Notes")
        memory = await stores.memories.create(store.id, content="one", path="/a.md")
        changed = await stores.memories.update(memory.id, memory_store_id=store.id, content="three")
        await stores.memories.delete(memory.id, memory_store_id=store.id)
        versions = [each async for each in stores.memory_versions.list(store.id)]

    assert (memory.content_size_bytes, changed.content_size_bytes) == (3, 5)
    assert [(each.operation, each.content) for each in versions] == [
        ("deleted", None),
        ("modified", "three"),
        ("created", "one"),
    ]


async def test_events_that_nobody_sends_are_refused() -> None:
    async with a_session() as (_, client, session):
        with pytest.raises(anthropic.BadRequestError, match=r"events\.1\.type"):
            await client.beta.sessions.events.send(
                session,
                events=[hello(), {"type": "agent.message", "content": []}],  # type: ignore[list-item,misc]  # on purpose
            )
        said = [each.type async for each in client.beta.sessions.events.list(session)]

    assert said == []
