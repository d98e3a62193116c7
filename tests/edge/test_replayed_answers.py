"""Recorded answers, played to those who ask again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from taped import ASKED, MESSAGE, STREAM, row
from virtual import Stage, staged

from simtwin.api.replay.cassette import recordings
from simtwin.api.replay.shelf import Replay, Shelf

STREAMED = {**ASKED, "stream": True}


def replay(*rows: dict[str, Any], answers_misses: bool = False) -> Replay:
    return Replay(Shelf(recordings(list(rows), "tape.yaml")), answers_misses)


async def ask(stage: Stage, asked: dict[str, Any], path: str = "/v1/messages") -> Any:
    return await stage.client.post(path, headers=stage.headers(), json=asked)


async def test_a_recorded_request_gets_the_recorded_answer(front: str) -> None:
    async with staged(front, replay=replay(row(), row(STREAMED))) as stage:
        whole = await ask(stage, {**ASKED, "metadata": {"user_id": "me"}})
        streamed = await ask(stage, STREAMED, "/v1/messages?beta=true")

    assert (whole.status_code, whole.json()) == (200, MESSAGE)
    assert whole.headers["content-type"] == "application/json"
    assert whole.headers["retry-after"] == "12"
    assert (streamed.status_code, streamed.text) == (200, STREAM)
    assert streamed.headers["content-type"] == "text/event-stream; charset=utf-8"


async def test_the_sdk_reads_a_replayed_stream(front: str) -> None:
    async with (
        staged(front, replay=replay(row(STREAMED))) as stage,
        stage.anthropic() as client,
        client.messages.stream(
            model="claude-sonnet-4-6",
            max_tokens=64,
            messages=[{"role": "user", "content": "Hello"}],
        ) as stream,
    ):
        said = await stream.get_final_text()

    assert said == "Hi, recorded."


async def test_headers_of_one_connection_are_the_twins_own(front: str) -> None:
    async with staged(front, replay=replay(row())) as stage:
        headers = (await ask(stage, ASKED)).headers
        tenant = stage.tenant.tenant_id

    assert headers["anthropic-organization-id"] == tenant
    assert headers["anthropic-ratelimit-requests-remaining"] != "17"
    assert headers["request-id"] == "req_011Crecorded"
    assert headers["date"].startswith("Sat, 21 Nov 2026")
    assert len(headers["cf-ray"]) == 20
    assert not [value for value in headers.values() if "sk-ant-secret" in value]


async def test_a_recorded_failure_comes_first_and_for_each_key(front: str) -> None:
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    tape = replay(row(answer=error, status=529), row())
    async with staged(front, replay=tape) as stage:
        other = (await stage.add_key())["api_key"]
        mine = [(await ask(stage, ASKED)).status_code for _ in range(3)]
        theirs = await stage.client.post("/v1/messages", headers=stage.headers(other), json=ASKED)

    assert mine == [529, 200, 200]
    assert (theirs.status_code, theirs.json()) == (529, error)


async def test_a_recorded_refusal_is_played_although_the_twin_would_word_it_otherwise(
    front: str,
) -> None:
    asked = {"messages": [], "max_tokens": "many"}
    error = {"type": "error", "error": {"type": "invalid_request_error", "message": "As it was"}}
    async with staged(front, replay=replay(row(asked, error, 400))) as stage:
        answer = await ask(stage, asked)

    assert (answer.status_code, answer.json()) == (400, error)


async def test_a_miss_is_an_error_that_says_what_differs_and_is_not_retried(front: str) -> None:
    async with staged(front, replay=replay(row())) as stage:
        answer = await ask(stage, {**ASKED, "max_tokens": 65})
        (entry,) = await stage.entries()

    error = answer.json()
    assert (answer.status_code, error["error"]["type"]) == (404, "not_found_error")
    assert error["error"]["message"] == (
        "No recorded exchange answers this request. The nearest of 1 is tape.yaml, which differs:"
        " max_tokens is 65, recorded is 64."
    )
    assert error["request_id"] == answer.headers["request-id"]
    assert answer.headers["x-should-retry"] == "false"
    assert answer.headers["x-simtwin-cause"] == entry["cause"] == "own"


async def test_a_miss_can_be_answered_by_the_twin(front: str) -> None:
    async with staged(front, replay=replay(row(), answers_misses=True)) as stage:
        await stage.configure(replies=[{"text": "Scripted."}])
        recorded = await ask(stage, ASKED)
        other = await ask(stage, {**ASKED, "max_tokens": 65})

    assert recorded.json() == MESSAGE
    assert other.json()["content"] == [{"type": "text", "text": "Scripted."}]


async def test_what_asks_no_model_is_answered_by_the_twin(front: str) -> None:
    listing = row({}, {"data": []}, method="GET", path="/v1/models/claude-opus-4-8")
    async with staged(front, replay=replay(listing)) as stage:
        headers = stage.headers()
        listed = await stage.client.get("/v1/models", headers=headers)
        one = await stage.client.get("/v1/models/claude-opus-4-8", headers=headers)
        unknown = await stage.client.get("/v1/nothing", headers=headers)

    assert len(listed.json()["data"]) > 3
    assert one.json() == {"data": []}
    assert unknown.status_code == 404


async def test_a_replayed_answer_costs_what_it_says(front: str) -> None:
    tight = {"tier": "scale", "pools": {"claude-sonnet-4.x": {"rpm": 2}}}
    async with staged(front, replay=replay(row()), settings={"limits": tight}) as stage:
        answers = [await ask(stage, ASKED) for _ in range(3)]
        (used,) = await stage.usage()

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    left = [each.headers["anthropic-ratelimit-requests-remaining"] for each in answers]
    assert left == ["1", "0", "0"]
    assert (used["input_tokens"], used["output_tokens"]) == (16, 24)


@pytest.mark.parametrize(("pace", "takes"), [("real", 2.0), ("real*4", 0.5), ("instant", 0.0)])
async def test_an_answer_comes_when_it_came_scaled_by_the_pace(
    front: str, pace: str, takes: float
) -> None:
    taped = row(STREAMED, event_seconds=[1, 1, 1.5, 1.5, 2, 2, 2], seconds=2)
    async with staged(front, pace=pace, replay=replay(taped)) as stage:
        before = stage.elapsed
        await ask(stage, STREAMED)
        took = stage.elapsed - before
        (entry,) = await stage.entries()

    assert took == pytest.approx(takes, abs=1e-6)
    assert entry["head_at"] - entry["first_byte_at"] == pytest.approx(takes / 2, abs=1e-5)
    assert (entry["sent_events"], entry["sent_tokens"], entry["ended"]) == (7, 12, "end")


async def test_faults_worsen_recorded_answers_too(front: str) -> None:
    async with staged(front, replay=replay(row(STREAMED))) as stage:
        await stage.configure(script="529; truncate(before_event=message_stop)")
        refused = await ask(stage, STREAMED)
        cut = await ask(stage, STREAMED)

    assert refused.status_code == 529
    assert cut.text == STREAM[: STREAM.index("event: message_stop")]


async def test_a_count_is_replayed(front: str) -> None:
    asked = {name: value for name, value in ASKED.items() if name != "max_tokens"}
    tape = row(asked, {"input_tokens": 14}, path="/v1/messages/count_tokens?beta=true")
    async with staged(front, replay=replay(tape)) as stage:
        counted = await ask(stage, asked, "/v1/messages/count_tokens")

    assert json.loads(counted.text) == {"input_tokens": 14}
