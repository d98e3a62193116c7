"""When a tool is called, and what with."""

from __future__ import annotations

import json
from typing import Any

import attrs
import jsonschema
import pytest
from asking import TOOL, reply_to, spec_of

from simtwin.api.reply.blocks import Call, Text
from simtwin.api.reply.reply import CALL_TOKENS, compose_reply
from simtwin.api.tokens import count

SEARCH = {"type": "web_search_20250305", "name": "web_search"}


def _kinds(**fields: Any) -> list[type]:
    return [type(block) for block in reply_to(**fields).blocks]


def _call(**fields: Any) -> Call:
    block = reply_to(**fields).blocks[-1]
    assert isinstance(block, Call)
    return block


def test_a_tool_that_is_offered_is_called_after_a_sentence() -> None:
    reply = reply_to(tools=[TOOL])
    call = _call(tools=[TOOL])

    assert _kinds(tools=[TOOL]) == [Text, Call]
    assert reply.stop_reason == "tool_use"
    assert call.name == "get_weather"
    jsonschema.validate(call.input, TOOL["input_schema"])
    assert json.loads("".join(call.pieces)) == call.input
    assert call.opening == CALL_TOKENS + count("get_weather")


def test_a_call_costs_its_opening_and_its_json() -> None:
    reply = reply_to(tools=[TOOL], tool_choice={"type": "any"})
    (call,) = reply.blocks

    assert isinstance(call, Call)
    assert reply.output_tokens == call.opening + len(call.pieces)


@pytest.mark.parametrize(
    "choice", [{"type": "any"}, {"type": "tool", "name": "get_weather"}], ids=str
)
def test_a_forced_call_is_all_there_is(choice: dict[str, Any]) -> None:
    assert _kinds(tools=[TOOL], tool_choice=choice) == [Call]


def test_the_tool_that_is_asked_for_is_called() -> None:
    tools = [TOOL, {**TOOL, "name": "other"}]

    names = {
        _call(seed=seed, tools=tools, tool_choice={"type": "tool", "name": "other"}).name
        for seed in range(9)
    }

    assert names == {"other"}


def test_any_of_the_tools_may_be_called() -> None:
    tools = [TOOL, {**TOOL, "name": "other"}]

    names = {_call(seed=seed, tools=tools).name for seed in range(20)}

    assert names == {"get_weather", "other"}


RESULT_TURN = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t"}]}


@pytest.mark.parametrize(
    "fields",
    [
        {"tools": [TOOL], "tool_choice": {"type": "none"}},
        {"tools": [TOOL], "messages": [RESULT_TURN]},
        {"tools": [SEARCH]},
        {"tools": [SEARCH], "tool_choice": {"type": "any"}},
        {"tools": [{**TOOL, "defer_loading": True}]},
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
        "tool_choice": {"type": "any"},
        "messages": [RESULT_TURN],
    }

    assert _kinds(**fields) == [Call]


@pytest.mark.parametrize("most", range(1, 60, 3))
def test_max_tokens_cuts_the_json_of_a_call(most: int) -> None:
    fields: dict[str, Any] = {"tools": [TOOL], "tool_choice": {"type": "any"}}
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
    whole = spec_of(tools=[TOOL])
    sentence = compose_reply(whole).blocks[0]

    reply = compose_reply(attrs.evolve(whole, max_tokens=len(sentence.pieces)))

    assert reply.blocks == (sentence,)
    assert reply.stop_reason == "max_tokens"


def test_a_call_without_arguments_has_no_json_at_all() -> None:
    tool = {"name": "go", "input_schema": {"type": "object"}}

    call = _call(tools=[tool])

    assert call.input == {}
    assert call.pieces == ()
