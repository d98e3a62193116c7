"""Text completions: requests, and replies to them."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from asking import IDS, reply_to

from simtwin.api.complete.completion import completion, events
from simtwin.api.complete.request import translate
from simtwin.api.errors import Rejected
from simtwin.api.request.parse import parse
from simtwin.api.version import OLDER

ASKED: dict[str, Any] = {
    "model": "claude-2.1",
    "max_tokens_to_sample": 100,
    "prompt": "\n\nHuman: Hi\n\nAssistant:",
}
KEYS = ["type", "id", "completion", "stop_reason", "model", "stop", "log_id"]


def test_a_prompt_is_a_conversation() -> None:
    prompt = "Be brief.\n\nHuman: Hi\n\nAssistant: Hello.\n\nHuman: Why?\n\nAssistant: Be"
    asked = translate({**ASKED, "prompt": prompt, "stop_sequences": ["x"], "top_k": 3})

    assert asked == {
        "model": "claude-2.1",
        "max_tokens": 100,
        "system": "Be brief.",
        "stop_sequences": ["x"],
        "top_k": 3,
        "messages": [
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hello."},
            {"role": "user", "content": "Why?"},
            {"role": "assistant", "content": "Be"},
        ],
    }
    parse(asked, OLDER, ())


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"prompt": ...}, "prompt: Field required"),
        ({"prompt": 3}, "prompt: Input should be a valid string"),
        ({"max_tokens_to_sample": ...}, "max_tokens_to_sample: Field required"),
        (
            {"max_tokens_to_sample": 0},
            "max_tokens_to_sample: Input should be greater than or equal to 1",
        ),
        ({"max_tokens_to_sample": 10**9}, "max_tokens_to_sample: 1000000000 > "),
        ({"max_tokens": 3}, "max_tokens: Extra inputs are not permitted"),
        ({"temperature": 2}, "temperature: range: 0..1"),
        ({"prompt": "Hi"}, 'prompt must start with "\\n\\nHuman:" turn'),
        ({"prompt": "\n\nAssistant: Hi"}, 'prompt must start with "\\n\\nHuman:" turn'),
        ({"prompt": "\n\nHuman: Hi"}, 'prompt must end with "\\n\\nAssistant:" turn'),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(fields: dict[str, Any], message: str) -> None:
    doc = {name: value for name, value in {**ASKED, **fields}.items() if value is not ...}
    with pytest.raises(Rejected) as rejected:
        translate(doc)

    assert rejected.value.error.message.startswith(message)


def test_a_completion_has_the_keys_that_were_recorded() -> None:
    doc = completion(reply_to(), IDS)

    assert list(doc) == KEYS
    assert doc["id"] == doc["log_id"] == "compl_1"
    assert (doc["stop_reason"], doc["stop"]) == ("stop_sequence", "\n\nHuman:")
    assert doc["completion"].startswith(" ")


@pytest.mark.parametrize(
    ("fields", "ending"),
    [
        ({"max_tokens": 3}, ("max_tokens", None)),
        ({"stop_sequences": ["the"]}, ("stop_sequence", "the")),
    ],
)
def test_why_it_ends_is_told_as_it_was_then(fields: dict[str, Any], ending: Any) -> None:
    doc = completion(reply_to(**fields), IDS)

    assert (doc["stop_reason"], doc["stop"]) == ending


@pytest.mark.parametrize("fields", [{}, {"max_tokens": 3}, {"max_tokens": 0}])
def test_a_stream_is_written_as_recorded_and_says_the_same(fields: dict[str, Any]) -> None:
    reply = reply_to(**fields)
    whole = completion(reply, IDS)
    frames = list(events(reply, IDS, Random(0)))

    docs = []
    for frame in frames:
        name, data, *end = frame.data.split(b"\r\n")
        assert name == b"event: %s" % (frame.event or "").encode()
        assert end == [b"", b""]
        if frame.event == "completion":
            docs.append(json.loads(data.removeprefix(b"data: ")))
    assert all(list(doc) == KEYS for doc in docs)
    assert "".join(doc["completion"] for doc in docs) == whole["completion"]
    assert docs[-1] == {**whole, "completion": ""}
    assert sum(frame.tokens for frame in frames) == reply.output_tokens
