"""Replies as plans."""

from __future__ import annotations

import json
from functools import partial
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from anthropic.types import Message
from asking import ASKED, IDS, reply_to
from assembling import assembled, chunks_of
from hypothesis import given
from hypothesis import strategies as st

from simtwin.api.answer import PING_SECONDS, curve, json_answer, message_json, sse_answer
from simtwin.api.pacing import INSTANT, STEADY, Pace
from simtwin.api.reply.reply import Reply
from simtwin.api.sse import accepts
from simtwin.core.bucket import NS
from simtwin.core.plan import Chunk, End, Head, Wait

HEAD = Head(200, (("request-id", "req_1"),))

every_answer = pytest.mark.parametrize("fields", ASKED, ids=str)


def _stream(reply: Reply, rng: Random | None = None) -> list[Chunk]:
    return chunks_of(sse_answer(reply, INSTANT, HEAD, IDS, rng or Random(0)))


def _message(reply: Reply) -> dict[str, Any]:
    (chunk,) = chunks_of(json_answer(reply, INSTANT, HEAD, partial(message_json, reply, IDS)))
    message: dict[str, Any] = json.loads(chunk.data)
    return message


@every_answer
def test_streamed_and_whole_answers_say_the_same(fields: dict[str, Any]) -> None:
    reply = reply_to(**fields)

    assert assembled(_stream(reply)) == _message(reply)


@every_answer
def test_the_tokens_of_the_frames_are_those_of_the_usage(fields: dict[str, Any]) -> None:
    reply = reply_to(**fields)

    streamed = sum(chunk.tokens for chunk in _stream(reply))
    whole = sum(
        chunk.tokens
        for chunk in chunks_of(json_answer(reply, INSTANT, HEAD, partial(message_json, reply, IDS)))
    )

    assert streamed == whole == reply.output_tokens
    assert _message(reply)["usage"]["output_tokens"] == reply.output_tokens


@every_answer
def test_a_message_is_one_that_the_sdk_reads(fields: dict[str, Any]) -> None:
    message = _message(reply_to(**fields))

    read = Message.model_validate(message, strict=True)

    assert read.id == "msg_1"
    assert [block.type for block in read.content] == [block["type"] for block in message["content"]]


def test_keys_are_in_the_order_of_the_newest_recordings() -> None:
    message = _message(reply_to())

    assert list(message) == [
        "model",
        "id",
        "type",
        "role",
        "content",
        "stop_reason",
        "stop_sequence",
        "stop_details",
        "usage",
    ]
    assert list(message["usage"])[:5] == [
        "input_tokens",
        "cache_creation_input_tokens",
        "cache_read_input_tokens",
        "cache_creation",
        "output_tokens",
    ]


def test_a_stream_that_is_silent_for_long_pings() -> None:
    reply = reply_to(max_tokens=12)
    slow = Pace("slow", 0.1, 0.1)

    plan = list(sse_answer(reply, slow, HEAD, IDS, Random(0)))[2:]

    waits = [step.seconds for step in plan if isinstance(step, Wait)]
    pings = [chunk for chunk in chunks_of(plan) if chunk.event == "ping"]
    assert max(waits) <= PING_SECONDS
    assert len(pings) > 1
    assert accepts(chunk.event for chunk in chunks_of(plan) if chunk.event)


def test_an_instant_answer_waits_for_nothing() -> None:
    reply = reply_to()

    plans = [
        list(json_answer(reply, INSTANT, HEAD, partial(message_json, reply, IDS))),
        list(sse_answer(reply, INSTANT, HEAD, IDS, Random(0))),
    ]

    for plan in plans:
        assert plan[0] == HEAD
        assert plan[-1] == End()
        assert not any(isinstance(step, Wait) for step in plan)


def test_a_whole_answer_waits_for_all_of_it_before_the_head() -> None:
    reply = reply_to()

    wait, head, _, end = json_answer(reply, STEADY, HEAD, partial(message_json, reply, IDS))

    assert wait == Wait(0.3 + reply.output_tokens / 80)
    assert head == HEAD
    assert end == End()


def test_a_stream_waits_for_its_head_and_then_for_the_tokens_of_each_delta() -> None:
    reply = reply_to()

    plan = list(sse_answer(reply, STEADY, HEAD, IDS, Random(0)))

    assert plan[:2] == [Wait(0.3), HEAD]
    waits = [(step.seconds, after) for step, after in pairwise(plan[2:]) if isinstance(step, Wait)]
    assert all(
        isinstance(after, Chunk) and seconds == after.tokens / 80 for seconds, after in waits
    )
    assert sum(seconds for seconds, _ in waits) == pytest.approx(reply.output_tokens / 80)


@given(st.integers(0, 10**12), st.integers(0, 500))
def test_the_curve_is_how_the_plan_produces_its_tokens(now: int, seed: int) -> None:
    reply = reply_to(seed)
    expected = curve(reply, STEADY, now)

    due, sent = 0.0, 0
    for step in sse_answer(reply, STEADY, HEAD, IDS, Random(0)):
        if isinstance(step, Wait):
            due += step.seconds
        if isinstance(step, Chunk):
            sent += step.tokens
            # A wait is a float: it may end a nanosecond before the curve has the token.
            assert abs(expected.produced(now + round(due * NS)) - sent) <= 1

    assert expected.tokens == sent
    assert expected.end == pytest.approx(now + due * NS, abs=10)


def test_an_instant_curve_is_all_there_at_once() -> None:
    reply = reply_to()

    assert curve(reply, INSTANT, 5).produced(5) == reply.output_tokens


def test_a_plan_is_made_as_it_is_read() -> None:
    """The waits and the head are passed on before anything of the body is made."""
    plan = json_answer(reply_to(), STEADY, HEAD, partial(message_json, reply_to(), IDS))

    begun = [next(plan), next(plan)]

    assert [type(step) for step in begun] == [Wait, Head]
