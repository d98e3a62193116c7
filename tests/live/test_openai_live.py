"""OpenAI's own client on real sockets, unmodified, as most programs have it: blocking."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import openai
import pytest
from live.served import Key

HELLO: dict[str, Any] = {
    "model": "claude-sonnet-4-6",
    "messages": [{"role": "user", "content": "Hello"}],
}


@pytest.fixture
def chat(key: Key) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(
        api_key=key.api_key, base_url=f"{key.base_url}/v1", max_retries=1, timeout=30
    ) as client:
        yield client


def test_it_answers_and_streams(chat: openai.OpenAI) -> None:
    whole = chat.chat.completions.create(**HELLO)
    stream = chat.chat.completions.create(**HELLO, stream=True)

    parts = [chunk.choices[0].delta.content or "" for chunk in stream]
    assert "".join(parts) == whole.choices[0].message.content


def test_a_refusal_is_tried_again_at_once_where_it_says_so(key: Key, chat: openai.OpenAI) -> None:
    key.set(script="429(retry_after=0.01, retry_after_form=ms); ok")

    chat.chat.completions.create(**HELLO)

    assert [entry["status"] for entry in key.requests()] == [429, 200]


def test_a_stream_that_is_reset_is_an_error_of_the_connection(
    key: Key, chat: openai.OpenAI
) -> None:
    key.set(script="disconnect(after_events=3, reset=true)")

    with pytest.raises(openai.APIConnectionError):
        list(chat.chat.completions.create(**HELLO, stream=True))

    (entry,) = key.requests()
    assert [fault["outcome"] for fault in entry["fired"]] == ["reached"]
