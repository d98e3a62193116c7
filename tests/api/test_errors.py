"""Errors: types, texts, envelope, the plan of an error."""

from __future__ import annotations

import json

import pytest

from simtwin.api.errors import (
    STATUS_TYPES,
    ApiError,
    Rejected,
    envelope,
    error_plan,
    event,
    invalid,
    should_retry,
)
from simtwin.core.plan import Chunk, End, Head

HEADERS = (("request-id", "req_1"), ("anthropic-organization-id", "org"))


@pytest.mark.parametrize(
    ("status", "type_", "message"),
    [
        (401, "authentication_error", "invalid x-api-key"),
        (404, "not_found_error", "Not found"),
        (405, "invalid_request_error", "Method Not Allowed"),
        (413, "request_too_large", "Request exceeds the maximum size"),
        (418, "invalid_request_error", "I'm a Teapot"),
        (499, "invalid_request_error", "Bad Request"),
        (500, "api_error", "Internal server error"),
        (503, "api_error", "Service Unavailable"),
        (529, "overloaded_error", "Overloaded"),
        (599, "api_error", "Internal server error"),
    ],
)
def test_a_bare_status_says_what_the_real_api_says(status: int, type_: str, message: str) -> None:
    error = ApiError.of(status)

    assert error == ApiError(status, type_, message)


def test_every_documented_status_has_its_own_type() -> None:
    types = {ApiError.of(status).type for status in STATUS_TYPES}

    assert len(types) == len(STATUS_TYPES)


def test_the_envelope_is_compact_and_names_the_request() -> None:
    body = envelope(ApiError.of(529), "req_1")

    assert body == (
        b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},'
        b'"request_id":"req_1"}'
    )


def test_an_error_code_is_told_in_the_details() -> None:
    error = ApiError.of(429, "Too fast.", error_code="ramp_limit_exceeded")

    body = json.loads(envelope(error, "req_1"))

    assert body["error"]["message"] == "Too fast."
    assert body["error"]["details"] == {"error_code": "ramp_limit_exceeded"}


@pytest.mark.parametrize(
    ("status", "told"), [(529, "true"), (400, "false"), (429, None), (500, None)]
)
def test_x_should_retry_is_sent_where_the_real_api_sends_it(status: int, told: str | None) -> None:
    head, _, _ = error_plan(ApiError.of(status), HEADERS)

    assert should_retry(status) == told
    assert isinstance(head, Head)
    assert head.header("x-should-retry") == told


def test_the_plan_of_an_error_is_a_whole_json_answer() -> None:
    error = ApiError.of(529, headers=(("retry-after", "3"),))

    plan = error_plan(error, HEADERS)

    body = envelope(error, "req_1")
    assert list(plan) == [
        Head(
            529,
            (
                ("content-type", "application/json"),
                ("content-length", str(len(body))),
                *HEADERS,
                ("retry-after", "3"),
                ("x-should-retry", "true"),
            ),
        ),
        Chunk(body),
        End(),
    ]


def test_headers_of_the_error_win_over_those_of_every_answer() -> None:
    error = ApiError.of(529, headers=(("x-should-retry", "false"), ("request-id", "req_2")))

    head, _, _ = error_plan(error, HEADERS)

    assert isinstance(head, Head)
    assert [v for k, v in head.headers if k == "x-should-retry"] == ["false"]
    assert [v for k, v in head.headers if k == "request-id"] == ["req_2"]


def test_an_error_event_is_one_frame_that_carries_the_envelope() -> None:
    chunk = event(ApiError.of(529), "req_1")

    assert chunk.event == "error"
    assert chunk.data == b"event: error\ndata: " + envelope(ApiError.of(529), "req_1") + b"\n\n"
    assert chunk.tokens == 0


def test_a_rejection_says_what_it_will_answer() -> None:
    rejected = invalid("max_tokens: Field required")

    assert isinstance(rejected, Rejected)
    assert rejected.error == ApiError.of(400, "max_tokens: Field required")
    assert str(rejected) == "400 invalid_request_error: max_tokens: Field required"
