"""Replies as streams of events."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from asking import ASKED, IDS, TOOL, reply_to
from assembling import data_of
from hypothesis import given
from hypothesis import strategies as st

from simtwin.api.reply.form.events import frames
from simtwin.api.reply.reply import Reply
from simtwin.api.sse import accepts
from simtwin.core.plan import Chunk

every_answer = pytest.mark.parametrize("fields", ASKED, ids=str)


def _stream(reply: Reply, rng: Random | None = None) -> list[Chunk]:
    return list(frames(reply, IDS, rng or Random(0)))


@every_answer
def test_a_stream_is_accepted_by_the_table(fields: dict[str, Any]) -> None:
    chunks = _stream(reply_to(**fields))

    assert accepts(chunk.event for chunk in chunks if chunk.event)
    assert all(chunk.event == "ping" or data_of(chunk)["type"] == chunk.event for chunk in chunks)


def test_a_stream_begins_as_recorded() -> None:
    start, block, ping, delta, *_ = _stream(reply_to())
    message = data_of(start)["message"]

    assert message["content"] == []
    assert message["stop_reason"] is None
    assert 1 <= message["usage"]["output_tokens"] <= 8
    assert data_of(block) == {
        "type": "content_block_start",
        "index": 0,
        "content_block": {"type": "text", "text": ""},
    }
    assert ping.data == b'event: ping\ndata: {"type": "ping"}\n\n'
    assert delta.data.startswith(
        b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,'
        b'"delta":{"type":"text_delta","text":"'
    )


def test_a_call_is_streamed_as_recorded() -> None:
    reply = reply_to(tools=[TOOL], tool_choice={"type": "any"})
    start, block, ping, first, *rest = _stream(reply)

    assert data_of(block)["content_block"] == {
        "type": "tool_use",
        "id": "toolu_0",
        "name": "get_weather",
        "input": {},
        "caller": {"type": "direct"},
    }
    assert ping.event == "ping"
    assert data_of(first)["delta"] == {"type": "input_json_delta", "partial_json": ""}
    assert len([chunk for chunk in rest if chunk.event == "content_block_delta"]) > 1
    assert start.event == "message_start"


def test_thinking_that_is_not_shown_is_its_signature_alone() -> None:
    reply = reply_to(thinking={"type": "adaptive", "display": "omitted"})

    _, block, _, delta, stop, *_ = _stream(reply)

    assert data_of(block)["content_block"] == {"type": "thinking", "thinking": "", "signature": ""}
    assert data_of(delta)["delta"]["type"] == "signature_delta"
    assert delta.tokens == reply.thinking_tokens > 0
    assert stop.event == "content_block_stop"


@given(st.integers(0, 2_000))
def test_sixty_four_tokens_are_twelve_events_or_more(seed: int) -> None:
    reply = reply_to(seed, max_tokens=64)

    chunks = _stream(reply)

    deltas = [chunk.tokens for chunk in chunks if chunk.event == "content_block_delta"]
    assert all(1 <= tokens <= 6 for tokens in deltas)
    assert len(chunks) >= 6 + reply.output_tokens / 6


def test_padding_alone_comes_from_the_callers_source() -> None:
    reply = reply_to()

    one, other = _stream(reply, Random(1)), _stream(reply, Random(2))

    assert one == _stream(reply, Random(1))
    assert one != other
    assert [chunk.data.replace(b" ", b"") for chunk in one] == [
        chunk.data.replace(b" ", b"") for chunk in other
    ]
