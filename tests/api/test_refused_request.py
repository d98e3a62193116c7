"""What the API says of a request that it does not take."""

from __future__ import annotations

from typing import Any

import pytest
from asking import RESULT, doc_of, turn

from simtwin.api.errors import ApiError, Rejected
from simtwin.api.request.content import MOST_MESSAGES
from simtwin.api.request.parse import parse
from simtwin.api.request.phrases import OBJECT
from simtwin.api.version import NEWER, OLDER

GO: dict[str, Any] = {"name": "go", "input_schema": {"type": "object"}}


def _said(fields: dict[str, Any], version: str = OLDER) -> str:
    with pytest.raises(Rejected) as caught:
        parse(doc_of(**fields), version, ())
    assert caught.value.error.status == 400
    return caught.value.error.message


@pytest.mark.parametrize("field", ["model", "messages", "max_tokens"])
def test_a_missing_field_is_named(field: str) -> None:
    assert _said({field: ...}) == f"{field}: Field required"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("model", 7, "model: Input should be a valid string"),
        ("model", "m" * 257, "model: String should have at most 256 characters"),
        ("model", "", "model: String should have at least 1 character"),
        ("max_tokens", "5", "max_tokens: Input should be a valid integer"),
        ("max_tokens", True, "max_tokens: Input should be a valid integer"),
        ("max_tokens", 1.5, "max_tokens: Input should be a valid integer"),
        ("max_tokens", None, "max_tokens: Input should be a valid integer"),
        ("max_tokens", -1, "max_tokens: Input should be greater than or equal to 0"),
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
        ("messages", [turn("Hi")], f"messages.0.content.0: {OBJECT}"),
        ("messages", [turn({"text": "Hi"})], "messages.0.content.0.type: Field required"),
        (
            "messages",
            [turn({"type": "text"})],
            "messages.0.content.0.text.text: Field required",
        ),
        (
            "messages",
            [turn({"type": "text", "text": 7})],
            "messages.0.content.0.text.text: Input should be a valid string",
        ),
        (
            "messages",
            [turn({"type": "tool_use", "id": "t", "name": "go", "input": "{}"})],
            "messages.0.content.0.tool_use.input: Input should be a valid dictionary",
        ),
        (
            "messages",
            [turn({**RESULT, "content": [{"type": "text"}]})],
            "messages.0.content.0.tool_result.content.0.text.text: Field required",
        ),
        ("stop_sequences", "", "stop_sequences: Input should be a valid list"),
        ("stop_sequences", "END", "stop_sequences: Input should be a valid list"),
        ("stop_sequences", ["a", 7], "stop_sequences.1: Input should be a valid string"),
        (
            "stop_sequences",
            [" "],
            "stop_sequences: each stop sequence must contain non-whitespace",
        ),
        ("stream", "yes", "stream: Input should be a valid boolean"),
        ("system", 7, "system: Input should be a valid list"),
        ("system", None, "system: Input should be a valid list"),
        ("system", [{"type": "image"}], "system.0.type: Input should be 'text'"),
        ("metadata", [], "metadata: Input should be a valid dictionary"),
        ("tools", {}, "tools: Input should be a valid list"),
        ("tools", ["go"], f"tools.0: {OBJECT}"),
        ("tools", [{"input_schema": {}}], "tools.0.custom.name: Field required"),
        (
            "tools",
            [{**GO, "name": "get.it"}],
            "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'",
        ),
        (
            "tools",
            [{**GO, "name": "x" * 129}],
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
        ("tools", [GO, GO], "tools: Tool names must be unique."),
        (
            "tool_choice",
            {"type": "any"},
            "tool_choice may only be specified while providing tools.",
        ),
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
    assert _said({field: value}) == said


@pytest.mark.parametrize(
    ("field", "value", "beginning"),
    [
        (
            "messages",
            [turn({"type": "image_url"})],
            (
                "messages.0.content.0: Input tag 'image_url' found using 'type' does not match any of "
                "the expected tags: 'advisor_tool_result', "
            ),
        ),
        (
            "messages",
            [turn({"type": ["text"]})],
            "messages.0.content.0: Input tag '['text']' found using 'type'",
        ),
        ("tools", [{"type": "function"}], "tools.0: Input tag 'function' found using 'type'"),
        ("tools", [{"type": {"a": 1}}], "tools.0: Input tag "),
        (
            "tool_choice",
            {"type": "required"},
            (
                "tool_choice: Input tag 'required' found using 'type' does not match any of the "
                "expected tags: 'any', 'auto', 'none', 'tool'"
            ),
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
    assert _said({field: value}).startswith(beginning)


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        (
            [{"role": "user", "content": ""}, {"role": "assistant", "content": "x"}],
            (
                "messages.0: all messages must have non-empty content except for the optional final "
                "assistant message"
            ),
        ),
        (
            [turn()],
            (
                "messages.0: all messages must have non-empty content except for the optional final "
                "assistant message"
            ),
        ),
        (
            [turn({"type": "text", "text": ""})],
            "messages: text content blocks must be non-empty",
        ),
        (
            [{"role": "user", "content": " \n"}],
            "messages: text content blocks must contain non-whitespace text",
        ),
    ],
)
def test_a_turn_that_says_nothing_is_refused(messages: list[Any], said: str) -> None:
    assert _said({"messages": messages}) == said


def test_more_messages_than_the_api_takes_are_refused() -> None:
    messages = [{"role": "user", "content": "Hi"}] * (MOST_MESSAGES + 1)

    assert _said({"messages": messages}).startswith(
        "messages: List should have at most 100000 items"
    )


def test_the_shape_of_a_field_is_told_before_what_it_says() -> None:
    assert _said({"messages": [], "stream": "yes"}) == "stream: Input should be a valid boolean"


def test_an_unknown_model_is_the_real_404() -> None:
    with pytest.raises(Rejected) as caught:
        parse(doc_of(model="claude-does-not-exist"), OLDER, ())

    assert caught.value.error == ApiError.of(404, "model: claude-does-not-exist")


def test_more_tokens_than_the_model_has_are_refused() -> None:
    said = _said({"model": "claude-3-opus-20240229", "max_tokens": 21_333})

    assert said == (
        "max_tokens: 21333 > 4096, which is the maximum allowed number of output tokens for "
        "claude-3-opus-20240229"
    )


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"type": "tool", "name": "stop"}, "Tool 'stop' not found in provided tools"),
        ("auto", f"tool_choice: {OBJECT}"),
    ],
)
def test_a_choice_must_be_one_of_the_tools(choice: object, said: str) -> None:
    assert _said({"tools": [GO], "tool_choice": choice}) == said


def test_thinking_must_leave_room_for_an_answer() -> None:
    said = _said({"thinking": {"type": "enabled", "budget_tokens": 2000}, "max_tokens": 2000})

    assert said.startswith("`max_tokens` must be greater than `thinking.budget_tokens`.")


def test_what_a_message_quotes_is_short_and_shallow() -> None:
    deep: list[Any] = []
    for _ in range(5_000):
        deep = [deep]

    assert len(_said({"x" * 10_000: 1})) < 300
    assert len(_said({"thinking": {"type": deep}})) < 300
    assert len(_said({"messages": [turn({"type": "x" * 10_000})]})) < 1_000


@pytest.mark.parametrize("field", ["temperature", "top_p", "top_k"])
def test_sampling_parameters_ended_with_the_edition_of_2026(field: str) -> None:
    assert parse(doc_of(**{field: 1}), OLDER, ()).doc[field] == 1
    assert _said({field: 1}, NEWER) == f"{field}: Extra inputs are not permitted"
