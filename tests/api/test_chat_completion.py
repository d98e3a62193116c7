"""Replies as chat completions of OpenAI's."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from asking import ASKED, IDS, TOOL, reply_to
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from simtwin.api.openai.completion import chunks, chunks_with_usage, completion
from simtwin.api.reply.message import message
from simtwin.api.reply.reply import Reply
from simtwin.core.plan import Chunk

every_answer = pytest.mark.parametrize("fields", ASKED, ids=str)


def streamed(reply: Reply) -> list[Chunk]:
    return list(chunks(reply, IDS, Random(0)))


def docs(frames: list[Chunk]) -> list[dict[str, Any]]:
    """The JSON of all frames but the last."""
    return [json.loads(frame.data.removeprefix(b"data: ")) for frame in frames[:-1]]


def heard(frames: list[Chunk]) -> dict[str, Any]:
    """The message that a client puts together."""
    said: dict[str, Any] = {"role": None, "content": "", "tool_calls": []}
    for doc in docs(frames):
        for choice in doc["choices"]:
            delta = choice["delta"]
            said["role"] = delta.get("role", said["role"])
            said["content"] += delta.get("content", "")
            for call in delta.get("tool_calls", ()):
                if "id" in call:
                    assert call["index"] == len(said["tool_calls"])
                    said["tool_calls"].append(call)
                else:
                    function = said["tool_calls"][call["index"]]["function"]
                    function["arguments"] += call["function"]["arguments"]
    return said


@every_answer
def test_a_completion_is_one_to_the_client(fields: dict[str, Any]) -> None:
    read = ChatCompletion.model_validate(completion(reply_to(**fields), IDS))

    assert len(read.choices) == 1
    assert read.choices[0].finish_reason in ("stop", "length", "tool_calls")


@every_answer
def test_a_stream_says_what_the_whole_answer_says(fields: dict[str, Any]) -> None:
    reply = reply_to(**fields)
    whole = completion(reply, IDS)["choices"][0]["message"]

    said = heard(streamed(reply))

    assert said["role"] == "assistant"
    assert said["content"] == (whole["content"] or "")
    calls = [
        {name: value for name, value in call.items() if name != "index"}
        for call in said["tool_calls"]
    ]
    assert calls == whole.get("tool_calls", [])


@every_answer
def test_every_frame_is_a_chunk_to_the_client_and_the_last_one_says_so(
    fields: dict[str, Any],
) -> None:
    frames = streamed(reply_to(**fields))

    assert frames[-1] == Chunk(b"data: [DONE]\n\n", "message_stop", frames[-1].tokens)
    for doc in docs(frames):
        ChatCompletionChunk.model_validate(doc)
    assert not any(b"event:" in frame.data for frame in frames)


@every_answer
def test_tokens_of_a_stream_add_up_also_those_of_what_is_not_told(fields: dict[str, Any]) -> None:
    reply = reply_to(**fields)

    assert sum(frame.tokens for frame in streamed(reply)) == reply.output_tokens


def test_a_call_has_the_arguments_that_the_message_has() -> None:
    reply = reply_to(tools=[TOOL], tool_choice={"type": "any"})
    (call,) = completion(reply, IDS)["choices"][0]["message"]["tool_calls"]
    (block,) = message(reply, IDS)["content"]

    assert (call["id"], call["function"]["name"]) == (block["id"], block["name"])
    assert json.loads(call["function"]["arguments"]) == block["input"]


def test_each_chunk_is_known_by_the_event_that_it_came_of() -> None:
    events = [frame.event for frame in streamed(reply_to())]

    assert events[0] == "message_start"
    assert events[-2:] == ["message_delta", "message_stop"]
    assert set(events[1:-2]) == {"content_block_delta"}


def test_usage_is_told_at_the_end_of_a_stream_where_it_was_asked_for() -> None:
    reply = reply_to()
    frames = list(chunks_with_usage(reply, IDS, Random(0)))
    *others, last = docs(frames)

    assert last["choices"] == []
    assert last["usage"] == completion(reply, IDS)["usage"]
    assert last["usage"]["completion_tokens"] == reply.output_tokens
    assert not any("usage" in doc for doc in others)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, "stop"),
        ({"max_tokens": 3}, "length"),
        ({"stop_sequences": ["the"]}, "stop"),
        ({"tools": [TOOL], "tool_choice": {"type": "any"}}, "tool_calls"),
    ],
)
def test_why_it_ends_is_told_in_openais_words(fields: dict[str, Any], reason: str) -> None:
    reply = reply_to(**fields)

    assert completion(reply, IDS)["choices"][0]["finish_reason"] == reason
    reasons = [doc["choices"][0]["finish_reason"] for doc in docs(streamed(reply))]
    assert reasons[-1] == reason
    assert set(reasons[:-1]) == {None}
