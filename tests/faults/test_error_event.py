"""Errors inside a 200."""

from __future__ import annotations

import json
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans import FRAMES, JSON, STREAM, STREAM_HEAD, body, streams

from simtwin.core.plan import Chunk, End, Head, Mark, Step
from simtwin_faults.error_event import ErrorEvent


def error_of(chunk: object) -> dict[str, object]:
    """The JSON that an `error` event carries."""
    assert isinstance(chunk, Chunk)
    assert chunk.event == "error"
    name, data, *rest = chunk.data.decode().split("\n")
    assert (name, rest) == ("event: error", ["", ""])
    document: dict[str, object] = json.loads(data.removeprefix("data: "))
    return document


def test_a_stream_fails_after_the_events_it_names_and_then_ends() -> None:
    worse = list(ErrorEvent(after_events=3).rewrite(STREAM, Random(0)))

    assert worse[:5] == [STREAM_HEAD, *FRAMES[:3], Mark()]
    assert error_of(worse[5]) == {
        "type": "error",
        "error": {"type": "overloaded_error", "message": "Overloaded"},
        "request_id": "req_011CYEXr8tVywV7AFBGxgYh2",
    }
    assert worse[6:] == [End()]


def test_without_a_place_the_error_is_the_first_event() -> None:
    worse = list(ErrorEvent().rewrite(STREAM, Random(0)))

    assert worse[:2] == [STREAM_HEAD, Mark()]
    assert error_of(worse[2])["type"] == "error"
    assert worse[3:] == [End()]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (
            ErrorEvent(type="rate_limit_error"),
            {
                "type": "rate_limit_error",
                "message": "This request would exceed your account's rate limit. Please try again later.",
            },
        ),
        (
            ErrorEvent(type="api_error", message="the lights went out"),
            {"type": "api_error", "message": "the lights went out"},
        ),
        (
            ErrorEvent(type="made_up_error"),
            {"type": "made_up_error", "message": "Internal server error"},
        ),
    ],
)
def test_type_and_message_can_be_set(fault: ErrorEvent, error: dict[str, str]) -> None:
    worse = list(fault.rewrite(STREAM, Random(0)))

    assert error_of(worse[2])["error"] == error


@pytest.mark.parametrize(
    ("fault", "frame"),
    [
        (
            ErrorEvent(form="text", message="Internal\nServer Error"),
            b"event: error\ndata: Internal\ndata: Server Error\n\n",
        ),
        (ErrorEvent(form="text", message=""), b"event: error\ndata: \n\n"),
        (ErrorEvent(form="bare"), b'event: error\ndata: {"type":"error"}\n\n'),
        (ErrorEvent(form="bare", event_line=False), b'data: {"type":"error"}\n\n'),
    ],
)
def test_its_data_need_be_no_envelope_and_its_name_can_be_missing(
    fault: ErrorEvent, frame: bytes
) -> None:
    worse = list(fault.rewrite(STREAM, Random(0)))

    assert worse[2] == Chunk(frame, "error")


def test_a_stream_can_fail_after_its_last_event() -> None:
    worse = list(ErrorEvent(before_event="end").rewrite(STREAM, Random(0)))

    assert worse[:8] == [STREAM_HEAD, *FRAMES, Mark()]
    assert error_of(worse[8])["type"] == "error"
    assert worse[9:] == [End()]


def test_an_answer_without_a_request_id_fails_without_one() -> None:
    plan = (Head(200, (("content-type", "text/event-stream"),)), *STREAM[1:])

    worse = list(ErrorEvent().rewrite(plan, Random(0)))

    assert error_of(worse[2])["request_id"] == ""


@given(plan=streams(), at=st.integers(0, 200))
def test_what_comes_before_the_error_is_the_beginning_of_the_stream(
    plan: tuple[Step, ...], at: int
) -> None:
    worse = list(ErrorEvent(at_byte=at).rewrite(plan, Random(0)))

    before = worse[: worse.index(Mark())] if Mark() in worse else worse
    assert body(before) == body(plan)[:at]


@pytest.mark.parametrize("fault", [ErrorEvent(), ErrorEvent(at_byte=4)])
def test_an_answer_that_is_no_stream_has_no_events_to_fail_in(fault: ErrorEvent) -> None:
    assert list(fault.rewrite(JSON, Random(0))) == list(JSON)
