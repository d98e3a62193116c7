"""When a tool is called, and what with."""

from __future__ import annotations

import json
from typing import Any

import attrs
import jsonschema
import pytest
from asking import ANSWERED, TOOL, reply_to, spec_of

from simtwin.api.reply.blocks import Call, Text
from simtwin.api.reply.reply import compose_reply
from simtwin.api.reply.writing import CALL_TOKENS
from simtwin.api.tokens import count

ONE = {"type": "auto", "disable_parallel_tool_use": True}
FORCED = {"type": "any", "disable_parallel_tool_use": True}


def _kinds(**fields: Any) -> list[type]:
    return [type(block) for block in reply_to(**fields).blocks]


def _call(**fields: Any) -> Call:
    block = reply_to(**fields).blocks[-1]
    assert isinstance(block, Call)
    return block


def test_a_tool_that_is_offered_is_called_after_a_sentence() -> None:
    reply = reply_to(tools=[TOOL], tool_choice=ONE)
    call = _call(tools=[TOOL], tool_choice=ONE)

    assert _kinds(tools=[TOOL], tool_choice=ONE) == [Text, Call]
    assert reply.stop_reason == "tool_use"
    assert call.name == "get_weather"
    jsonschema.validate(call.input, TOOL["input_schema"])
    assert json.loads("".join(call.pieces)) == call.input
    assert call.opening == CALL_TOKENS + count("get_weather")


def test_a_call_costs_its_opening_and_its_json() -> None:
    reply = reply_to(tools=[TOOL], tool_choice=FORCED)
    (call,) = reply.blocks

    assert isinstance(call, Call)
    assert reply.output_tokens == call.opening + len(call.pieces)


@pytest.mark.parametrize("choice", [FORCED, {"type": "tool", "name": "get_weather"}], ids=str)
def test_a_forced_call_is_all_there_is(choice: dict[str, Any]) -> None:
    assert _kinds(tools=[TOOL], tool_choice=choice) == [Call]


def test_the_tool_that_is_asked_for_is_called() -> None:
    tools = [TOOL, {**TOOL, "name": "other"}]

    names = {
        _call(seed=seed, tools=tools, tool_choice={"type": "tool", "name": "other"}).name
        for seed in range(9)
    }

    assert names == {"other"}


def test_several_calls_are_made_at_once_now_and_then() -> None:
    counts = {
        _kinds(seed=seed, tools=[TOOL], tool_choice={"type": "any"}).count(Call)
        for seed in range(60)
    }

    assert counts == {1, 2, 3}


def test_calls_at_once_are_never_the_same() -> None:
    for seed in range(60):
        calls = [block for block in reply_to(seed, tools=[TOOL]).blocks if isinstance(block, Call)]

        assert all(calls.count(call) == 1 for call in calls)


def test_no_two_calls_are_made_at_once_where_that_is_off() -> None:
    counts = {_kinds(seed=seed, tools=[TOOL], tool_choice=FORCED).count(Call) for seed in range(60)}

    assert counts == {1}


def test_any_of_the_tools_may_be_called() -> None:
    tools = [TOOL, {**TOOL, "name": "other"}]

    names = {_call(seed=seed, tools=tools).name for seed in range(20)}

    assert names == {"get_weather", "other"}


@pytest.mark.parametrize(
    "fields",
    [
        {"tools": [TOOL], "tool_choice": {"type": "none"}},
        {"tools": [TOOL], "messages": ANSWERED},
        {"tools": [TOOL, {**TOOL, "name": "late", "defer_loading": True}], "messages": ANSWERED},
        {"tools": []},
    ],
    ids=str,
)
def test_otherwise_there_is_text(fields: dict[str, Any]) -> None:
    assert _kinds(**fields) == [Text]
    assert reply_to(**fields).stop_reason == "end_turn"


def test_a_forced_call_follows_even_a_tool_result() -> None:
    fields: dict[str, Any] = {
        "tools": [TOOL],
        "tool_choice": FORCED,
        "messages": ANSWERED,
    }

    assert _kinds(**fields) == [Call]


@pytest.mark.parametrize("most", range(1, 60, 3))
def test_max_tokens_cuts_the_json_of_a_call(most: int) -> None:
    fields: dict[str, Any] = {"tools": [TOOL], "tool_choice": FORCED}
    whole = spec_of(**fields)
    (uncut,) = compose_reply(whole).blocks

    reply = compose_reply(attrs.evolve(whole, max_tokens=most))

    (call,) = reply.blocks
    assert isinstance(call, Call)
    assert isinstance(uncut, Call)
    assert uncut.pieces[: len(call.pieces)] == call.pieces
    if reply.stop_reason == "max_tokens":
        assert reply.output_tokens == most
        assert call.input == {}
    else:
        assert call == uncut


def test_a_call_that_has_no_room_is_not_begun() -> None:
    whole = spec_of(tools=[TOOL], tool_choice=ONE)
    sentence = compose_reply(whole).blocks[0]
    assert isinstance(sentence, Text)

    reply = compose_reply(attrs.evolve(whole, max_tokens=len(sentence.pieces)))

    assert reply.blocks == (sentence,)
    assert reply.stop_reason == "max_tokens"


def test_a_call_without_arguments_has_no_json_at_all() -> None:
    tool = {"name": "go", "input_schema": {"type": "object"}}

    call = _call(tools=[tool])

    assert call.input == {}
    assert call.pieces == ()
