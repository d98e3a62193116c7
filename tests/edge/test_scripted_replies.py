"""Replies that settings script."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from anthropic.types import ToolParam
from virtual import staged

WEATHER: ToolParam = {
    "name": "get_weather",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
}
CALL = {"name": "get_weather", "input": {"city": "Oslo"}}


def says(response: httpx2.Response) -> list[str]:
    """The texts of a message."""
    assert response.status_code == 200, response.text
    return [block["text"] for block in response.json()["content"] if block["type"] == "text"]


def user(text: str) -> list[dict[str, Any]]:
    return [{"role": "user", "content": text}]


async def test_a_rule_says_what_it_is_told_to(front: str) -> None:
    async with staged(front) as stage:
        await stage.configure(replies=[{"match": {"text": "weather"}, "text": "It rains."}])
        scripted = await stage.create(messages=user("How is the weather?"))
        other = await stage.create(messages=user("How are you?"))

    assert says(scripted) == ["It rains."]
    assert scripted.json()["stop_reason"] == "end_turn"
    assert says(other) != ["It rains."]


async def test_a_streamed_answer_says_the_same(front: str) -> None:
    async with staged(front) as stage:
        await stage.configure(
            replies=[{"thinking": "Rain?", "text": "It rains in Oslo today.", "calls": [CALL]}]
        )
        whole = (await stage.create(tools=[WEATHER])).json()
        async with (
            stage.anthropic() as client,
            client.messages.stream(
                model="claude-sonnet-4-6",
                max_tokens=1_000,
                messages=[{"role": "user", "content": "Hello"}],
                tools=[WEATHER],
            ) as stream,
        ):
            streamed = await stream.get_final_message()

    assert [block["type"] for block in whole["content"]] == ["thinking", "text", "tool_use"]
    assert whole["content"][0]["thinking"] == "Rain?"
    assert whole["content"][2]["input"] == {"city": "Oslo"}
    assert whole["stop_reason"] == streamed.stop_reason == "tool_use"
    for block, other in zip(whole["content"], streamed.to_dict()["content"], strict=True):  # type: ignore[call-overload]  # a list of blocks
        assert {**block, "id": "", "signature": ""} == {**other, "id": "", "signature": ""}


async def test_an_echo_says_what_the_user_said_last(front: str) -> None:
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "12 degrees"}
    called = {"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {}}
    turns = [
        *user("Weather?"),
        {"role": "assistant", "content": [called]},
        {"role": "user", "content": [result]},
    ]
    async with staged(front) as stage:
        await stage.configure(replies=[{"echo": True}])
        said = [
            says(await stage.create(messages=user("Hello, Wörld!"))),
            says(await stage.create(messages=turns, tools=[WEATHER])),
        ]

    assert said == [["Hello, Wörld!"], ["12 degrees"]]


async def test_an_agent_loop_can_be_scripted_by_turn(front: str) -> None:
    replies = [{"match": {"tool": "get_weather"}, "turns": [{"calls": [CALL]}, {"text": "Rain."}]}]
    async with staged(front) as stage:
        await stage.configure(replies=replies)
        messages = user("How is the weather in Oslo?")
        first = (await stage.create(messages=messages, tools=[WEATHER])).json()
        (call,) = first["content"]
        result = {"type": "tool_result", "tool_use_id": call["id"], "content": "rain"}
        messages += [
            {"role": "assistant", "content": [call]},
            {"role": "user", "content": [result]},
        ]
        second = await stage.create(messages=messages, tools=[WEATHER])

    assert (first["stop_reason"], call["name"], call["input"]) == (
        "tool_use",
        "get_weather",
        {"city": "Oslo"},
    )
    assert says(second) == ["Rain."]


async def test_times_are_counted_for_each_key(front: str) -> None:
    lines = [{"text": "one"}, {"text": "two"}, {"text": "three"}]
    async with staged(front) as stage:
        await stage.configure(replies=[{"times": lines}])
        other = (await stage.add_key())["api_key"]
        mine = [says(await stage.create()) for _ in range(4)]
        theirs = [says(await stage.create(key=other)) for _ in range(2)]

    assert mine == [["one"], ["two"], ["three"], ["three"]]
    assert theirs == [["one"], ["two"]]


async def test_an_answer_that_a_fault_or_a_limit_takes_the_place_of_uses_up_no_line(
    front: str,
) -> None:
    tight = {"tier": "scale", "pools": {"claude-sonnet-4.x": {"rpm": 1}}}
    lines = [{"text": "one"}, {"text": "two"}]
    async with staged(front) as stage:
        await stage.configure(replies=[{"times": lines}], script="529; ok; ok; loop")
        failed = await stage.create()
        first = await stage.create()
        await stage.configure(replies=[{"times": lines}], limits=tight)
        await stage.control("POST", "/reset", doc={"scope": "tenant"})
        again = await stage.create()
        refused = await stage.create()
        await stage.configure(replies=[{"times": lines}])
        second = await stage.create()

    assert (failed.status_code, refused.status_code) == (529, 429)
    assert [says(first), says(again), says(second)] == [["one"], ["one"], ["two"]]


@pytest.mark.parametrize("stream", [False, True])
async def test_max_tokens_and_stop_sequences_hold_for_scripted_text(
    front: str, stream: bool
) -> None:
    text = "The quick brown fox jumps over the lazy dog. " * 20
    async with staged(front) as stage:
        await stage.configure(replies=[{"text": text}])
        cut = await stage.create(max_tokens=10, stream=stream)
        stopped = await stage.create(max_tokens=500, stop_sequences=["fox"], stream=stream)

    if stream:
        assert '"stop_reason":"max_tokens"' in cut.text
        assert '"stop_sequence":"fox"' in stopped.text
    else:
        assert cut.json()["stop_reason"] == "max_tokens"
        assert cut.json()["usage"]["output_tokens"] == 10
        assert text.startswith(says(cut)[0])
        assert stopped.json()["stop_sequence"] == "fox"
        assert says(stopped) == ["The quick brown "]


async def test_a_stop_reason_can_be_scripted(front: str) -> None:
    async with staged(front) as stage:
        await stage.configure(
            replies=[
                {"match": {"turn": 1, "text": "bomb"}, "stop_reason": "refusal"},
                {"text": "More", "stop_reason": "pause_turn"},
            ]
        )
        refused = (await stage.create(messages=user("A bomb!"))).json()
        paused = (await stage.create()).json()

    assert (refused["stop_reason"], refused["content"]) == ("refusal", [])
    assert refused["stop_details"]["type"] == "refusal"
    assert paused["stop_reason"] == "pause_turn"


async def test_the_nearest_scope_that_sets_replies_is_asked(front: str) -> None:
    async with staged(front, settings={"replies": [{"text": "started"}]}) as stage:
        started = await stage.create()
        await stage.configure(replies=[{"text": "tenant"}])
        tenant = await stage.create()
        await stage.configure_key(replies=[{"match": {"turn": 2}, "text": "key"}])
        key = await stage.create()
        told = await stage.control("GET", "/settings")

    assert [says(started), says(tenant)] == [["started"], ["tenant"]]
    assert says(key) not in (["started"], ["tenant"], ["key"])
    assert told["in_force"]["replies"] == [{"text": "tenant"}]
    assert told["from"]["replies"] == "tenant"


async def test_replies_that_cannot_be_are_refused_with_their_place(front: str) -> None:
    async with staged(front) as stage:
        answer = await stage.client.put(
            "/_twin/settings",
            headers=stage.auth,
            json={"replies": [{"text": "x"}, {"match": {"turn": "1"}, "text": "y"}]},
        )

    assert answer.status_code == 400
    assert json.loads(answer.text)["error"].startswith("replies[1].match.turn: must be a whole")
