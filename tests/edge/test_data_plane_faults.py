"""Each kind of fault as it looks on the wire, and as the SDK takes it, to the millisecond."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
import trio
from anthropic import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    OverloadedError,
    RateLimitError,
)
from hearing import Heard, hear
from virtual import HELLO, Stage, staged

from simtwin.api.sse import accepts

TOKENS = 52


async def met(front: str, rule: dict[str, Any], **fields: Any) -> tuple[Heard, dict[str, Any]]:
    """What is heard of HELLO under one rule, and what the journal says of it."""
    async with staged(front, settings={"rules": [rule]}, max_wait=100) as stage:
        heard = await hear(stage, **fields)
        (entry,) = await stage.entries()
    return heard, entry


def fired(entry: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["kind"], each["outcome"]) for each in entry["fired"]]


async def create(stage: Stage, **options: Any) -> None:
    async with stage.anthropic(**options) as client:
        await client.messages.create(**HELLO)


async def read(stage: Stage, **options: Any) -> list[str]:
    """The events of a stream that the SDK gives on, until it raises."""
    async with stage.anthropic(**options) as client:
        return [event.type async for event in await client.messages.create(**HELLO, stream=True)]


async def test_refuse_answers_with_the_error_instead(front: str) -> None:
    heard, entry = await met(front, {"refuse": {"status": 529}})

    assert (heard.status, heard.headers["x-should-retry"]) == (529, "true")
    assert b'"error":{"type":"overloaded_error","message":"Overloaded"}' in heard.body
    assert "retry-after" not in heard.headers
    assert (fired(entry), entry["status"]) == ([("refuse", "reached")], 529)


async def test_the_sdk_waits_exactly_what_a_refusal_tells_it(front: str) -> None:
    rule = {"when": {"first": 2}, "refuse": {"status": 429, "retry_after": 2.5}}
    async with staged(front, settings={"rules": [rule]}) as stage:
        await create(stage, max_retries=2)
        took = stage.elapsed

    assert took == 5


@pytest.mark.parametrize(
    ("settings", "error"),
    [({"status": 529}, OverloadedError), ({"status": 429}, RateLimitError)],
)
async def test_the_sdk_raises_what_it_raises_for_the_status(
    front: str, settings: dict[str, Any], error: type[APIStatusError]
) -> None:
    async with staged(front, settings={"rules": [{"refuse": settings}]}) as stage:
        with pytest.raises(error) as raised:
            await create(stage)

    assert raised.value.status_code == settings["status"]
    assert raised.value.request_id == raised.value.response.headers["request-id"]


async def test_an_error_event_fails_inside_the_200(front: str) -> None:
    rule = {"error_event": {"after_events": 5}}

    heard, entry = await met(front, rule, stream=True)

    assert (heard.status, heard.error) == (200, None)
    assert (heard.events[-1], len(heard.events)) == ("error", 6)
    assert accepts(heard.events, prefix=True)
    assert heard.headers["request-id"].encode() in heard.body
    assert (fired(entry), entry["status"]) == ([("error_event", "reached")], 200)


async def test_the_sdk_raises_the_error_of_an_event(front: str) -> None:
    async with staged(front, settings={"rules": [{"error_event": {"at_token": 9}}]}) as stage:
        with pytest.raises(APIStatusError) as raised:
            await read(stage, max_retries=3)
        entries = await stage.entries()

    assert isinstance(raised.value.body, dict)
    assert raised.value.body["error"]["type"] == "overloaded_error"
    assert len(entries) == 1


@pytest.mark.parametrize(
    ("reset", "error"), [(True, httpx2.ReadError), (False, httpx2.RemoteProtocolError)]
)
async def test_a_disconnect_cuts_a_stream_after_so_many_events(
    front: str, reset: bool, error: type[Exception]
) -> None:
    rule = {"disconnect": {"after_events": 4, "reset": reset}}

    heard, entry = await met(front, rule, stream=True)

    assert isinstance(heard.error, error)
    assert (len(heard.events), entry["sent_events"]) == (4, 4)
    assert (entry["ended"], entry["closed_by"]) == ("hangup", "twin")


@pytest.mark.parametrize("stream", [True, False])
async def test_a_disconnect_can_cut_inside_a_frame(front: str, stream: bool) -> None:
    heard, entry = await met(front, {"disconnect": {"at_byte": 500}}, stream=stream)

    assert heard.error is not None
    assert len(heard.body) == entry["sent_bytes"] == 500


async def test_a_disconnect_without_a_place_comes_before_the_head(front: str) -> None:
    heard, entry = await met(front, {"disconnect": {"reset": True}})

    assert (heard.status, heard.body) == (None, b"")
    assert isinstance(heard.error, httpx2.ReadError)
    assert (entry["status"], entry["head_at"]) == (None, None)


async def test_the_sdk_tries_a_connection_that_was_cut_again_on_a_new_one(front: str) -> None:
    rule = {"when": {"first": 2}, "disconnect": {}}
    async with staged(front, settings={"rules": [rule]}) as stage:
        await create(stage, max_retries=2)
        connections = [entry["connection"] for entry in await stage.entries()]

    assert connections == [1, 2, 3]


@pytest.mark.parametrize("stream", [True, False])
async def test_latency_comes_before_the_head(front: str, stream: bool) -> None:
    heard, entry = await met(front, {"latency": {"seconds": 3.5}}, stream=stream)

    assert heard.times == [3.5]
    assert entry["head_at"] - entry["body_at"] == 3.5


async def test_a_pace_makes_a_stream_as_slow_as_it_says(front: str) -> None:
    heard, entry = await met(front, {"pace": {"tokens_per_second": 4}}, stream=True)

    assert heard.times[0] == 0
    assert all(time * 4 == int(time * 4) for time in heard.times)
    assert heard.times[-1] == entry["last_byte_at"] - entry["head_at"] == TOKENS / 4


async def test_a_pace_holds_a_whole_answer_back_until_all_of_it_is_written(front: str) -> None:
    heard, _ = await met(front, {"pace": {"tokens_per_second": 4}})

    assert heard.times == [TOKENS / 4]


async def test_a_stall_goes_silent_in_mid_stream_and_then_goes_on(front: str) -> None:
    heard, entry = await met(front, {"stall": {"after_events": 3, "seconds": 42}}, stream=True)

    before = [data for time, data in heard.pieces if time == 0]
    assert heard.times == [0, 42]
    assert b"".join(before).count(b"\n\n") == 3
    assert (accepts(heard.events), entry["sent_tokens"]) == (True, TOKENS)


async def test_the_sdk_gives_up_on_a_stall_that_outlasts_its_patience(front: str) -> None:
    rule = {"stall": {"after_events": 3, "seconds": 42}}
    async with staged(front, settings={"rules": [rule]}) as stage:
        with pytest.raises((APITimeoutError, httpx2.ReadTimeout)):
            await read(stage, timeout=10)
        took = stage.elapsed
        await trio.testing.wait_all_tasks_blocked()
        (entry,) = await stage.entries()

    assert took == 10
    assert (entry["ended"], entry["closed_by"], entry["sent_events"]) == ("left", "client", 3)


@pytest.mark.parametrize(("settings", "seconds"), [({}, 100), ({"seconds": 7}, 7)])
async def test_a_hang_says_nothing_until_it_hangs_up(
    front: str, settings: dict[str, Any], seconds: float
) -> None:
    heard, entry = await met(front, {"hang": settings})

    assert (heard.status, heard.over) == (None, seconds)
    assert isinstance(heard.error, httpx2.RemoteProtocolError)
    assert (entry["ended"], entry["status"], fired(entry)) == (
        "hangup",
        None,
        [("hang", "reached")],
    )


async def test_the_sdk_times_out_on_a_hang_and_asks_again(front: str) -> None:
    rule = {"when": {"nth": 1}, "hang": {}}
    async with staged(front, settings={"rules": [rule]}) as stage:
        await create(stage, timeout=10, max_retries=1)
        took = stage.elapsed
        first, second = await stage.entries()

    assert 10.375 <= took <= 10.5
    assert (first["ended"], second["status"]) == ("left", 200)


async def test_what_is_truncated_ends_early_and_cleanly(front: str) -> None:
    heard, entry = await met(front, {"truncate": {"before_event": "message_delta"}}, stream=True)

    assert heard.error is None
    assert heard.events[-1] == "content_block_stop"
    assert entry["ended"] == "end"
    assert fired(entry) == [("truncate", "reached")]


async def test_a_whole_answer_can_be_truncated_at_a_byte(front: str) -> None:
    heard, _ = await met(front, {"truncate": {"at_byte": 17}})

    assert (heard.error, heard.body) == (None, b'{"model":"claude-')


async def test_the_sdk_takes_a_connection_that_is_always_cut_for_what_it_is(front: str) -> None:
    async with staged(front, settings={"rules": [{"disconnect": {"reset": True}}]}) as stage:
        with pytest.raises(APIConnectionError):
            await create(stage, max_retries=1)
        statuses = [entry["status"] for entry in await stage.entries()]

    assert statuses == [None, None]
