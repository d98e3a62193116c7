"""What faults and refusals say, in OpenAI's words."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest
from any_fault import chains
from hypothesis import given
from plans import JSON, PING, STREAM, STREAM_HEAD, json_head

from simtwin.api.errors import ApiError, error_plan, event
from simtwin.api.openai.spoken import Spoken, all_spoken, spoken
from simtwin.core.chance import draw
from simtwin.core.fault import Fired, compose, make
from simtwin.core.plan import Chunk, End, Head, Step, Wait
from simtwin_faults import KINDS

HEADERS = (("date", "Sat, 21 Nov 2026 12:00:00 GMT"), ("request-id", "req_1"))


def refused(error: ApiError, *more: tuple[str, str]) -> tuple[Head, dict[str, Any]]:
    head, body, _ = spoken(error_plan(error, (*HEADERS, *more)))
    assert isinstance(head, Head)
    assert isinstance(body, Chunk)
    assert head.header("content-length") == str(len(body.data))
    return head, json.loads(body.data)


@pytest.mark.parametrize("status", [400, 404, 413, 429, 500, 529])
def test_an_error_has_the_apis_type_for_its_code(status: int) -> None:
    error = ApiError.of(status, "no")
    head, doc = refused(error)

    assert head.status == status
    assert doc == {
        "error": {
            "code": error.type,
            "message": "no",
            "type": "invalid_request_error",
            "param": None,
        }
    }


def test_a_bad_key_is_called_so_whatever_was_wrong_with_it() -> None:
    _, doc = refused(ApiError.of(401, "x-api-key header is required"))

    assert doc["error"]["code"] == "authentication_error"
    assert doc["error"]["message"] == "Invalid Anthropic API Key"


def test_headers_that_tell_a_client_what_to_do_stay() -> None:
    head, _ = refused(ApiError.of(529, headers=(("retry-after", "3"),)))

    assert head.header("retry-after") == "3"
    assert head.header("x-should-retry") == "true"
    assert head.header("openai-version") == "2020-10-01"


def test_limits_are_told_in_openais_headers_too() -> None:
    head, _ = refused(
        ApiError.of(429),
        ("anthropic-ratelimit-requests-limit", "50"),
        ("anthropic-ratelimit-requests-remaining", "0"),
        ("anthropic-ratelimit-requests-reset", "2026-11-21T12:00:59Z"),
        ("anthropic-ratelimit-tokens-limit", "9000"),
        ("anthropic-ratelimit-tokens-reset", "2026-11-21T12:02:05Z"),
    )

    told = {name: value for name, value in head.headers if name.startswith("x-ratelimit-")}
    assert told == {
        "x-ratelimit-limit-requests": "50",
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-requests": "59s",
        "x-ratelimit-limit-tokens": "9000",
        "x-ratelimit-reset-tokens": "2m5s",
    }


def test_an_error_in_a_stream_stands_alone_without_a_name() -> None:
    frame = event(ApiError.of(529), "req_1")
    _, told, _ = spoken((STREAM_HEAD, frame, End()))

    assert isinstance(told, Chunk)
    assert told.event == "error"
    assert told.data.startswith(b'data: {"error":{"code":"overloaded_error","message":"Overloaded"')
    assert told.data.endswith(b"}\n\n")


def test_an_error_that_is_no_json_only_loses_its_name() -> None:
    _, told, _ = spoken((STREAM_HEAD, Chunk(b"event: error\ndata: no\n\n", "error"), End()))

    assert told == Chunk(b"data: no\n\n", "error")


def test_a_ping_is_a_comment() -> None:
    _, told, _ = spoken((STREAM_HEAD, PING, End()))

    assert told == Chunk(b": ping\n\n", "ping")


@pytest.mark.parametrize("plan", [STREAM[2:], JSON[1:], (Wait(3), End()), ()])
def test_what_is_no_error_stays_as_it_is(plan: tuple[Step, ...]) -> None:
    head = json_head(18)
    said = [step for step in spoken((head, *plan)) if not isinstance(step, Head)]

    assert said == [Chunk(b": ping\n\n", "ping") if step == PING else step for step in plan]


def test_once_translated_it_stays_as_it_is() -> None:
    plan = tuple(spoken(error_plan(ApiError.of(529), HEADERS)))

    assert tuple(spoken(plan)) == plan


@given(fired=chains())
def test_no_fault_says_an_error_in_the_apis_own_words(fired: list[Fired]) -> None:
    plan = compose(JSON, all_spoken(tuple(fired)), partial(draw, 7, "1", 1))
    frames = [step for _, step in zip(range(200), plan, strict=False) if isinstance(step, Chunk)]

    assert not any(frame.data.startswith(b'{"type":"error","error"') for frame in frames[:1])


def test_a_fault_still_says_whether_it_replaces_the_answer() -> None:
    assert Spoken(make(KINDS, "refuse", {"status": 529})).replaces
    assert not Spoken(make(KINDS, "stall", {"seconds": 1})).replaces
