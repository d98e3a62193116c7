"""What the API takes as a request."""

from __future__ import annotations

from typing import Any

import pytest
from asking import ANSWERED, RESULT, doc_of, turn

from simtwin.api.errors import Rejected
from simtwin.api.request.parse import MessagesRequest, parse, parse_count, parsing
from simtwin.api.request.thinking import BETA, Thinking
from simtwin.api.request.tools import Tool, ToolChoice
from simtwin.api.version import OLDER

GO: dict[str, Any] = {"name": "go", "input_schema": {"type": "object"}}


def _parsed(**fields: Any) -> MessagesRequest:
    return parse(doc_of(**fields), OLDER, ())


def test_a_request_is_read() -> None:
    doc = doc_of(
        model="claude-sonnet-4-5",
        max_tokens=100,
        stream=True,
        stop_sequences=["END"],
        tools=[GO],
        tool_choice={"type": "tool", "name": "go"},
        system="Be brief.",
    )

    request = parse(doc, OLDER, ())

    assert request.doc is doc
    assert request.model.id == "claude-sonnet-4-5-20250929"
    assert request.model_name == "claude-sonnet-4-5"
    assert request.max_tokens == 100
    assert request.stream
    assert request.stop_sequences == ("END",)
    assert request.tools == (Tool("go", {"type": "object"}),)
    assert request.tool_choice == ToolChoice("tool", "go")
    assert request.thinking is None
    assert not request.last_is_tool_result


def test_the_last_turn_of_the_assistant_may_be_empty() -> None:
    messages = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": ""}]

    request = _parsed(model="claude-sonnet-4-5", messages=messages)

    assert request.doc["messages"] == messages


def test_no_tokens_at_all_only_warm_the_cache() -> None:
    assert _parsed(max_tokens=0).max_tokens == 0


def test_a_null_is_an_absent_field() -> None:
    request = _parsed(stop_sequences=None, tools=None, tool_choice=None, thinking=None, speed=None)

    assert request.stop_sequences == ()
    assert request.tools == ()


def test_typed_tools_are_taken_and_never_called() -> None:
    request = _parsed(tools=[{"type": "web_search_20250305", "name": "web_search"}, GO])

    assert [tool.name for tool in request.tools] == ["go"]


def test_odd_schemas_that_the_sdk_tests_send_are_taken() -> None:
    """`properties: {"location": "bar"}` is in the SDK's own tests against a mock server."""
    schema = {"type": "object", "properties": {"location": "bar"}, "required": ["location"]}

    assert _parsed(tools=[{"name": "go", "input_schema": schema}]).tools[0].input_schema == schema


@pytest.mark.parametrize(
    ("after", "answers_a_call"),
    [
        ([turn(RESULT)], True),
        ([turn({"type": "text", "text": "Hi"}, RESULT)], True),
        ([turn(RESULT), {"role": "system", "content": "Be brief."}], True),
        ([turn(RESULT), {"role": "user", "content": "And?"}], False),
        ([turn(RESULT, role="user"), {"role": "assistant", "content": ""}], False),
    ],
)
def test_the_last_turn_is_a_tool_result_or_not(
    after: list[dict[str, Any]], answers_a_call: bool
) -> None:
    system = after[-1]["role"] == "system"
    model = "claude-opus-4-8" if system else "claude-sonnet-4-5"

    request = _parsed(model=model, messages=[*ANSWERED[:2], *after])

    assert request.last_is_tool_result is answers_a_call


@pytest.mark.parametrize(
    ("fields", "betas", "thinking"),
    [
        ({}, (), None),
        ({}, (BETA,), Thinking()),
        ({"thinking": {"type": "disabled"}}, (BETA,), None),
        ({"thinking": {"type": "between_tools"}}, (), None),
        ({"thinking": {"type": "adaptive"}}, (), Thinking()),
        ({"thinking": {"type": "adaptive", "display": "omitted"}}, (), Thinking(shown=False)),
        (
            {"thinking": {"type": "adaptive"}, "output_config": {"effort": "low"}},
            (),
            None,
        ),
        (
            {"thinking": {"type": "enabled", "budget_tokens": 1024}, "max_tokens": 2000},
            (),
            Thinking(budget=1024),
        ),
    ],
)
def test_whether_the_answer_begins_with_thinking(
    fields: dict[str, Any], betas: tuple[str, ...], thinking: Thinking | None
) -> None:
    assert parse(doc_of(**fields), OLDER, betas).thinking == thinking


def test_a_count_needs_no_max_tokens_and_takes_none() -> None:
    request = parse_count(doc_of(max_tokens=...), OLDER, ())

    with pytest.raises(Rejected) as caught:
        parse_count(doc_of(), OLDER, ())

    assert request.model.id == "claude-sonnet-4-6"
    assert caught.value.error.message == "max_tokens: Extra inputs are not permitted"


def test_a_long_conversation_is_validated_with_pauses() -> None:
    messages = [turn(*[{"type": "text", "text": "Hi"}] * 9)] * 1_000

    pauses = sum(1 for _ in parsing(doc_of(messages=messages), OLDER, ()))

    assert pauses >= 4
