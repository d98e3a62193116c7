"""OpenAI's requests as requests for a message."""

from __future__ import annotations

import json
from typing import Any

import pytest
from asking import doc_of

from simtwin.api.errors import Rejected
from simtwin.api.models import resolve
from simtwin.api.openai.request import reading, translate
from simtwin.api.request.parse import parse
from simtwin.api.version import OLDER

#: What the compatibility layer is documented to ignore.
IGNORED: dict[str, Any] = {
    "logprobs": True,
    "metadata": {"a": "b"},
    "response_format": {"type": "json_object"},
    "prediction": {"type": "content", "content": "x"},
    "presence_penalty": 1,
    "frequency_penalty": 1,
    "seed": 3,
    "service_tier": "flex",
    "audio": {"voice": "x"},
    "logit_bias": {"1": 2},
    "store": True,
    "user": "me",
    "modalities": ["text"],
    "top_logprobs": 3,
    "reasoning_effort": "high",
    "a field that nobody knows": 1,
}
FUNCTION = {"name": "go", "description": "Goes.", "parameters": {"type": "object"}, "strict": True}
TOOL = {"type": "function", "function": FUNCTION}
READ_TOOL = {"name": "go", "description": "Goes.", "input_schema": {"type": "object"}}
HI = {"role": "user", "content": "Hi"}
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg=="


def call(id_: str = "call_a", arguments: str = '{"x": 1}') -> dict[str, Any]:
    return {"id": id_, "type": "function", "function": {"name": "go", "arguments": arguments}}


def translated(**fields: Any) -> dict[str, Any]:
    return dict(translate(doc_of(**fields)).doc)


def turns(*messages: Any) -> Any:
    return translated(messages=list(messages))["messages"]


def refusal(**fields: Any) -> str:
    """What is said of a request, by the translation or by the validation after it."""
    with pytest.raises(Rejected) as rejected:
        parse(translate(doc_of(**fields)).doc, OLDER, ())
    assert rejected.value.error.status == 400
    return rejected.value.error.message


def test_a_plain_request_is_the_same_in_both_forms() -> None:
    assert translated() == doc_of()


def test_what_is_documented_as_ignored_and_what_nobody_knows_is_left_out() -> None:
    assert translated(**IGNORED) == doc_of()


def test_null_says_nothing() -> None:
    nothing = dict.fromkeys(("n", "stop", "temperature", "tools", "tool_choice", "stream_options"))

    assert translated(**nothing) == doc_of()


def test_system_and_developer_messages_are_hoisted_and_joined_by_single_line_breaks() -> None:
    parts = [{"type": "text", "text": "three"}]
    asked = translated(
        messages=[
            {"role": "system", "content": "one"},
            HI,
            {"role": "developer", "content": "two"},
            {"role": "system", "content": parts},
        ]
    )

    assert asked["system"] == "one\ntwo\nthree"
    assert asked["messages"] == [HI]


@pytest.mark.parametrize(
    ("fields", "name", "value"),
    [
        ({"max_completion_tokens": 5}, "max_tokens", 5),
        ({"temperature": 1.7}, "temperature", 1),
        ({"temperature": 0.3}, "temperature", 0.3),
        ({"top_p": 0.5}, "top_p", 0.5),
        ({"stop": "x"}, "stop_sequences", ["x"]),
        ({"stop": ["x", "y"]}, "stop_sequences", ["x", "y"]),
        ({"stream": True}, "stream", True),
        ({"thinking": {"type": "adaptive"}}, "thinking", {"type": "adaptive"}),
        ({"tools": [TOOL]}, "tools", [READ_TOOL]),
        ({"functions": [FUNCTION]}, "tools", [READ_TOOL]),
        (
            {"tools": [{"type": "function", "function": {"name": "go"}}]},
            "tools",
            [{"name": "go", "input_schema": {"type": "object", "properties": {}}}],
        ),
        ({"tools": [TOOL], "tool_choice": "required"}, "tool_choice", {"type": "any"}),
        ({"tools": [TOOL], "tool_choice": "none"}, "tool_choice", {"type": "none"}),
        (
            {
                "tools": [TOOL],
                "tool_choice": {"type": "function", "function": {"name": "go"}},
                "parallel_tool_calls": False,
            },
            "tool_choice",
            {"type": "tool", "name": "go", "disable_parallel_tool_use": True},
        ),
        (
            {"functions": [FUNCTION], "function_call": {"name": "go"}},
            "tool_choice",
            {"type": "tool", "name": "go"},
        ),
        (
            {"tools": [TOOL], "parallel_tool_calls": False},
            "tool_choice",
            {"type": "auto", "disable_parallel_tool_use": True},
        ),
    ],
)
def test_each_field_has_its_counterpart(fields: dict[str, Any], name: str, value: object) -> None:
    asked = translated(**fields)

    assert asked[name] == value
    assert asked.keys() - doc_of().keys() <= {name, "tools"}
    parse(asked, OLDER, ())


def test_without_a_limit_it_is_that_of_the_model() -> None:
    model = resolve("claude-opus-4-1")
    assert model is not None

    assert translated(model="claude-opus-4-1", max_tokens=...)["max_tokens"] == model.max_tokens


def test_auto_is_what_is_chosen_anyway() -> None:
    assert "tool_choice" not in translated(tools=[TOOL], tool_choice="auto")
    assert "tool_choice" not in translated(parallel_tool_calls=False)


def test_only_a_stream_that_asks_for_usage_is_told_it() -> None:
    asked = doc_of(stream=True, stream_options={"include_usage": True})

    assert translate(asked).tells_usage
    assert not translate(doc_of(stream=True)).tells_usage
    assert not translate(doc_of(stream_options={"include_usage": False})).tells_usage


def test_calls_and_their_answers_are_blocks_and_the_answers_of_one_turn_are_one_turn() -> None:
    assistant = {"role": "assistant", "content": "", "tool_calls": [call(), call("call_b")]}
    answers = [
        {"role": "tool", "tool_call_id": id_, "content": id_} for id_ in ("call_a", "call_b")
    ]

    said, answered, after = turns(HI, assistant, *answers, HI)[1:]

    uses = [
        {"type": "tool_use", "id": id_, "name": "go", "input": {"x": 1}}
        for id_ in ("call_a", "call_b")
    ]
    assert said == {"role": "assistant", "content": uses}
    assert [each["tool_use_id"] for each in answered["content"]] == ["call_a", "call_b"]
    assert after == HI
    parse(translate(doc_of(messages=[HI, assistant, *answers, HI])).doc, OLDER, ())


def test_text_before_a_call_stays() -> None:
    _, said = turns(HI, {"role": "assistant", "content": "Let me see.", "tool_calls": [call()]})

    assert [block["type"] for block in said["content"]] == ["text", "tool_use"]


def test_the_call_of_a_function_is_answered_by_its_name() -> None:
    called = {"role": "assistant", "content": None, "function_call": call()["function"]}
    answered = {"role": "function", "name": "go", "content": "done"}
    asked = translated(messages=[HI, called, answered])

    use, result = (each["content"][0] for each in asked["messages"][1:])
    assert use["id"] == result["tool_use_id"]
    parse(asked, OLDER, ())


def test_images_are_read_from_data_or_fetched_and_what_cannot_be_heard_is_stripped() -> None:
    parts = [
        {"type": "text", "text": "What is it?"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}},
        {"type": "image_url", "image_url": {"url": "https://example.com/a.png", "detail": "low"}},
        {"type": "input_audio", "input_audio": {"data": "", "format": "wav"}},
        {"type": "file", "file": {"file_id": "x"}},
    ]
    asked = translated(messages=[{"role": "user", "content": parts}])

    assert asked["messages"][0]["content"] == [
        {"type": "text", "text": "What is it?"},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}},
        {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}},
    ]
    parse(asked, OLDER, ())


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"n": 2}, "n: must be exactly 1"),
        ({"model": ...}, "model: Field required"),
        ({"messages": ...}, "messages: Field required"),
        ({"messages": 3}, "messages: Input should be a valid list"),
        ({"messages": [HI, 3]}, "messages.1: Input should be a valid dictionary"),
        ({"temperature": -1}, "temperature: range: 0..1"),
        ({"temperature": "hot"}, "temperature: Input should be a valid number"),
        ({"stop": [" "]}, "stop_sequences: each stop sequence must contain non-whitespace"),
        ({"tools": 3}, "tools: Input should be a valid list"),
        ({"tools": [{"type": "custom"}]}, "tools.0.type: Input should be 'function'"),
        ({"tools": [{"type": "function"}]}, "tools.0.function: Field required"),
        ({"functions": [3]}, "functions.0: Input should be a valid dictionary"),
        ({"tools": [TOOL], "tool_choice": "go"}, "tool_choice: Input should be 'auto', 'none' or"),
        ({"tool_choice": {}}, "tool_choice.function.name: Field required"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]},
            "messages.0.content.0.image_url.url: Field required",
        ),
        (
            {"messages": [HI, {"role": "assistant", "tool_calls": [call(arguments="")]}]},
            "Failed to parse JSON: ",
        ),
        (
            {"messages": [HI, {"role": "assistant", "tool_calls": [{"id": "a"}]}]},
            "messages.1.tool_calls.0.function: Field required",
        ),
        (
            {"messages": [HI, {"role": "assistant", "tool_calls": 3}]},
            "messages.1.tool_calls: Input should be a valid list",
        ),
        (
            {"messages": [HI, {"role": "assistant", "function_call": {"name": "go"}}]},
            "messages.1.function_call.arguments: Field required",
        ),
        (
            {"messages": [HI, {"role": "tool", "tool_call_id": "nobody", "content": "x"}]},
            "messages.1.content.0: unexpected `tool_use_id` found in `tool_result` blocks: nobody",
        ),
    ],
    ids=lambda value: json.dumps(value, default=str)[:60],
)
def test_what_cannot_be_is_refused_with_its_place(fields: dict[str, Any], message: str) -> None:
    said = refusal(**fields)

    assert said.startswith(message) or message in said


def test_a_request_of_many_turns_is_translated_with_pauses() -> None:
    many = doc_of(messages=[HI] * 5_000)

    assert sum(1 for _ in reading(many)) >= 5
