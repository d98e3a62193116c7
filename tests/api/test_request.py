"""What the API takes as a request, and what it says of everything else."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin.api.errors import ApiError, Rejected
from simtwin.api.request.content import MOST_MESSAGES
from simtwin.api.request.parse import MessagesRequest, parse, parse_count, parsing
from simtwin.api.request.thinking import BETA, Thinking
from simtwin.api.request.tools import Tool, ToolChoice
from simtwin.api.version import NEWER, OLDER

TOOL = {"name": "go", "input_schema": {"type": "object"}}
RESULT = {"type": "tool_result", "tool_use_id": "t", "content": "ok"}


def _doc(**fields: Any) -> dict[str, Any]:
    """A valid request with `fields` in it; a field of `...` is left out."""
    doc = {
        "model": "claude-sonnet-4-5",
        "max_tokens": 100,
        "messages": [{"role": "user", "content": "Hi"}],
        **fields,
    }
    return {name: value for name, value in doc.items() if value is not ...}


def _turn(*content: Any, role: str = "user") -> dict[str, Any]:
    return {"role": role, "content": list(content)}


def _parsed(**fields: Any) -> MessagesRequest:
    return parse(_doc(**fields), OLDER, ())


def _said(version: str = OLDER, **fields: Any) -> str:
    with pytest.raises(Rejected) as caught:
        parse(_doc(**fields), version, ())
    assert caught.value.error.status == 400
    return caught.value.error.message


def test_a_request_is_read() -> None:
    doc = _doc(
        stream=True,
        stop_sequences=["END"],
        tools=[TOOL],
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


@pytest.mark.parametrize("field", ["model", "messages", "max_tokens"])
def test_a_missing_field_is_named(field: str) -> None:
    assert _said(**{field: ...}) == f"{field}: Field required"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("model", 7, "model: Input should be a valid string"),
        ("model", "", "model: String should have at least 1 character"),
        ("max_tokens", "5", "max_tokens: Input should be a valid integer"),
        ("max_tokens", True, "max_tokens: Input should be a valid integer"),
        ("max_tokens", 1.5, "max_tokens: Input should be a valid integer"),
        ("max_tokens", None, "max_tokens: Input should be a valid integer"),
        ("max_tokens", -1, "max_tokens: Input should be greater than or equal to 1"),
        ("messages", "Hi", "messages: Input should be a valid list"),
        ("messages", [], "messages: at least one message is required"),
        ("messages", ["Hi"], "messages.0: Input should be a valid dictionary"),
        ("messages", [{"content": "Hi"}], "messages.0.role: Field required"),
        ("messages", [{"role": "user"}], "messages.0.content: Field required"),
        (
            "messages",
            [{"role": "tool", "content": "Hi"}],
            "messages.0.role: Input should be 'user', 'assistant' or 'system'",
        ),
        (
            "messages",
            [{"role": "user", "content": 7}],
            "messages.0.content: Input should be a valid list",
        ),
        (
            "messages",
            [{"role": "user", "content": "Hi", "name": "me"}],
            "messages.0.name: Extra inputs are not permitted",
        ),
        ("messages", [_turn("Hi")], "messages.0.content.0: Input should be a valid dictionary"),
        ("messages", [_turn({"text": "Hi"})], "messages.0.content.0.type: Field required"),
        (
            "messages",
            [_turn({"type": "text"})],
            "messages.0.content.0.text.text: Field required",
        ),
        (
            "messages",
            [_turn({"type": "text", "text": 7})],
            "messages.0.content.0.text.text: Input should be a valid string",
        ),
        (
            "messages",
            [_turn({"type": "tool_use", "id": "t", "name": "go", "input": "{}"})],
            "messages.0.content.0.tool_use.input: Input should be a valid dictionary",
        ),
        (
            "messages",
            [_turn({**RESULT, "content": [{"type": "text"}]})],
            "messages.0.content.0.tool_result.content.0.text.text: Field required",
        ),
        ("stop_sequences", "END", "stop_sequences: Input should be a valid list"),
        ("stop_sequences", ["a", 7], "stop_sequences.1: Input should be a valid string"),
        (
            "stop_sequences",
            [" "],
            "stop_sequences: each stop sequence must contain non-whitespace",
        ),
        ("stream", "yes", "stream: Input should be a valid boolean"),
        ("system", 7, "system: Input should be a valid list"),
        ("system", [{"type": "image"}], "system.0.type: Input should be 'text'"),
        ("metadata", [], "metadata: Input should be a valid dictionary"),
        ("tools", {}, "tools: Input should be a valid list"),
        ("tools", ["go"], "tools.0: Input should be a valid dictionary"),
        ("tools", [{"input_schema": {}}], "tools.0.custom.name: Field required"),
        (
            "tools",
            [{**TOOL, "name": "get.it"}],
            "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'",
        ),
        (
            "tools",
            [{**TOOL, "name": "x" * 129}],
            "tools.0.custom.name: String should have at most 128 characters",
        ),
        ("tools", [{"name": "go"}], "tools.0.custom.input_schema: Field required"),
        (
            "tools",
            [{"name": "go", "input_schema": {}}],
            "tools.0.custom.input_schema.type: Field required",
        ),
        (
            "tools",
            [{"name": "go", "input_schema": {"type": "array"}}],
            "tools.0.custom.input_schema.type: Input should be 'object'",
        ),
        ("tools", [TOOL, TOOL], "tools: Tool names must be unique."),
        ("tool_choice", {"type": "any"}, "tool_choice may only be specified while providing tools."),
        ("tool_choice", {}, "tool_choice.type: Field required"),
        ("tool_choice", {"type": "tool"}, "tool_choice.tool.name: Field required"),
        ("thinking", {}, "thinking.type: Field required"),
        (
            "thinking",
            {"type": "enabled"},
            "thinking.enabled.budget_tokens: Field required",
        ),
        (
            "thinking",
            {"type": "enabled", "budget_tokens": 100},
            "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024",
        ),
        ("n", 1, "n: Extra inputs are not permitted"),
        ("betas", [], "betas: Extra inputs are not permitted"),
    ],
)
def test_the_first_problem_is_told_in_the_words_of_the_api(
    field: str, value: object, said: str
) -> None:
    assert _said(**{field: value}) == said


@pytest.mark.parametrize(
    ("field", "value", "beginning"),
    [
        (
            "messages",
            [_turn({"type": "image_url"})],
            "messages.0.content.0: Input tag 'image_url' found using 'type' does not match any of "
            "the expected tags: 'advisor_tool_result', ",
        ),
        (
            "messages",
            [_turn({"type": ["text"]})],
            "messages.0.content.0: Input tag '['text']' found using 'type'",
        ),
        ("tools", [{"type": "function"}], "tools.0: Input tag 'function' found using 'type'"),
        ("tools", [{"type": {"a": 1}}], "tools.0: Input tag "),
        (
            "tool_choice",
            {"type": "required"},
            "tool_choice: Input tag 'required' found using 'type' does not match any of the "
            "expected tags: 'any', 'auto', 'none', 'tool'",
        ),
        ("thinking", {"type": "on"}, "thinking: Input tag 'on' found using 'type'"),
        (
            "tools",
            [{"name": "go", "input_schema": {"type": "object", "$ref": "https://a/b.json"}}],
            "tools.0.custom.input_schema: JSON schema is invalid.",
        ),
    ],
)
def test_an_unknown_kind_is_told_with_the_known_ones(
    field: str, value: object, beginning: str
) -> None:
    assert _said(**{field: value}).startswith(beginning)


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        (
            [{"role": "user", "content": ""}, {"role": "assistant", "content": "x"}],
            "messages.0: all messages must have non-empty content except for the optional final "
            "assistant message",
        ),
        (
            [_turn()],
            "messages.0: all messages must have non-empty content except for the optional final "
            "assistant message",
        ),
        (
            [_turn({"type": "text", "text": ""})],
            "messages: text content blocks must be non-empty",
        ),
        (
            [{"role": "user", "content": " \n"}],
            "messages: text content blocks must contain non-whitespace text",
        ),
    ],
)
def test_a_turn_that_says_nothing_is_refused(messages: list[Any], said: str) -> None:
    assert _said(messages=messages) == said


def test_the_last_turn_of_the_assistant_may_be_empty() -> None:
    messages = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": ""}]

    assert _parsed(messages=messages).doc["messages"] == messages


def test_more_messages_than_the_api_takes_are_refused() -> None:
    messages = [{"role": "user", "content": "Hi"}] * (MOST_MESSAGES + 1)

    assert _said(messages=messages).startswith("messages: List should have at most 100000 items")


def test_the_shape_of_a_field_is_told_before_what_it_says() -> None:
    assert _said(messages=[], stream="yes") == "stream: Input should be a valid boolean"


def test_an_unknown_model_is_the_real_404() -> None:
    with pytest.raises(Rejected) as caught:
        _parsed(model="claude-does-not-exist")

    assert caught.value.error == ApiError.of(404, "model: claude-does-not-exist")


def test_more_tokens_than_the_model_has_are_refused() -> None:
    said = _said(model="claude-3-opus-20240229", max_tokens=21_333)

    assert said == (
        "max_tokens: 21333 > 4096, which is the maximum allowed number of output tokens for "
        "claude-3-opus-20240229"
    )


def test_no_tokens_at_all_only_warm_the_cache() -> None:
    assert _parsed(max_tokens=0).max_tokens == 0


def test_a_null_is_an_absent_field() -> None:
    request = _parsed(stop_sequences=None, tools=None, tool_choice=None, system=None, thinking=None)

    assert request.stop_sequences == ()
    assert request.tools == ()


@pytest.mark.parametrize("field", ["temperature", "top_p", "top_k"])
def test_sampling_parameters_ended_with_the_edition_of_2026(field: str) -> None:
    assert _parsed(**{field: 1}).doc[field] == 1
    assert _said(NEWER, **{field: 1}) == f"{field}: Extra inputs are not permitted"


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"type": "tool", "name": "stop"}, "Tool 'stop' not found in provided tools"),
        ("auto", "tool_choice: Input should be a valid dictionary"),
    ],
)
def test_a_choice_must_be_one_of_the_tools(choice: object, said: str) -> None:
    assert _said(tools=[TOOL], tool_choice=choice) == said


def test_typed_tools_are_taken_and_never_called() -> None:
    request = _parsed(tools=[{"type": "web_search_20250305", "name": "web_search"}, TOOL])

    assert [tool.name for tool in request.tools] == ["go"]


def test_odd_schemas_that_the_sdk_tests_send_are_taken() -> None:
    """`properties: {"location": "bar"}` is in the SDK's own tests against a mock server."""
    schema = {"type": "object", "properties": {"location": "bar"}, "required": ["location"]}

    assert _parsed(tools=[{"name": "go", "input_schema": schema}]).tools[0].input_schema == schema


@pytest.mark.parametrize(
    ("messages", "answers_a_call"),
    [
        ([_turn(RESULT)], True),
        ([_turn({"type": "text", "text": "Hi"}, RESULT)], True),
        ([_turn(RESULT), {"role": "system", "content": "Be brief."}], True),
        ([_turn(RESULT), {"role": "user", "content": "And?"}], False),
        ([{"role": "system", "content": "Be brief."}], False),
    ],
)
def test_the_last_turn_is_a_tool_result_or_not(
    messages: list[dict[str, Any]], answers_a_call: bool
) -> None:
    assert _parsed(messages=messages).last_is_tool_result is answers_a_call


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
    assert parse(_doc(**fields), OLDER, betas).thinking == thinking


def test_thinking_must_leave_room_for_an_answer() -> None:
    said = _said(thinking={"type": "enabled", "budget_tokens": 2000}, max_tokens=2000)

    assert said.startswith("`max_tokens` must be greater than `thinking.budget_tokens`.")


def test_a_count_needs_no_max_tokens_and_takes_none() -> None:
    request = parse_count(_doc(max_tokens=...), OLDER, ())

    with pytest.raises(Rejected) as caught:
        parse_count(_doc(), OLDER, ())

    assert request.model.id == "claude-sonnet-4-5-20250929"
    assert caught.value.error.message == "max_tokens: Extra inputs are not permitted"


def test_a_long_conversation_is_validated_with_pauses() -> None:
    messages = [_turn(*[{"type": "text", "text": "Hi"}] * 9)] * 1_000

    pauses = sum(1 for _ in parsing(_doc(messages=messages), OLDER, ()))

    assert pauses >= 4


WHOLE = _doc(
    system=[{"type": "text", "text": "Be brief."}],
    messages=[
        _turn({"type": "text", "text": "Hi"}),
        _turn({"type": "tool_use", "id": "t", "name": "go", "input": {}}, role="assistant"),
        _turn(RESULT, {"type": "image", "source": {"type": "url", "url": "https://a/b"}}),
    ],
    tools=[TOOL, {"type": "web_search_20250305", "name": "web_search"}],
    tool_choice={"type": "auto"},
    thinking={"type": "adaptive"},
    stop_sequences=["END"],
    output_config={"effort": "high"},
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        children = list(value.items())
    elif isinstance(value, list):
        children = list(enumerate(value))
    return [path, *(place for key, child in children for place in _places(child, (*path, key)))]


@given(
    place=st.sampled_from([place for place in _places(WHOLE) if place]),
    value=st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.lists(st.integers() | st.text(max_size=3), max_size=2)
    | st.dictionaries(st.sampled_from(["type", "content", "text", "$ref"]), st.text(max_size=4)),
)
def test_a_broken_request_is_never_anything_but_taken_or_refused(
    place: tuple[Any, ...], value: object
) -> None:
    doc = copy.deepcopy(WHOLE)
    holder: Any = doc
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value

    try:
        request = parse(doc, OLDER, ())
    except Rejected as rejected:
        assert rejected.error.status in (400, 404)
    else:
        assert request.doc is doc
