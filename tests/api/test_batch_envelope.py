"""What is refused of a batch when it is made, and what is left until its turn comes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simtwin.api.batches.envelope import AT_ONCE_BYTES, MOST_REQUESTS, Envelope, parts
from simtwin.api.errors import Rejected
from simtwin.api.request.steps import run

LARGE = {"x": "y" * AT_ONCE_BYTES}


def added(*requests: Any, large: bool = False) -> Envelope:
    envelope = Envelope()
    for request in requests:
        if large and isinstance(request.get("params"), dict):
            request["params"] |= LARGE
        run(envelope.adding(json.dumps(request).encode()))
    return envelope


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"params": {}}, "requests.0.custom_id: Field required"),
        ({"custom_id": "a"}, "requests.0.params: Field required"),
        ({"custom_id": "a", "params": {}, "b": 1}, "requests.0.b: Extra inputs are not permitted"),
        ({"custom_id": 1, "params": {}}, "requests.0.custom_id: Input should be a valid string"),
        ({"custom_id": "a", "params": []}, "requests.0.params: Input should be a valid dictionary"),
        (
            {"custom_id": "a.b", "params": {}},
            "requests.0.custom_id: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'",
        ),
        (
            {"custom_id": "", "params": {}},
            "requests.0.custom_id: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'",
        ),
        (
            {"custom_id": "a" * 65, "params": {}},
            "requests.0.custom_id: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'",
        ),
        (
            {"custom_id": "a", "params": {"stream": True}},
            "requests.0.params.stream: Streaming is not supported in batch requests",
        ),
        (
            {"custom_id": "a", "params": {"speed": "fast"}},
            "requests.0.params.speed: Extra inputs are not permitted",
        ),
        (
            {"custom_id": "a", "params": {"max_tokens": 0}},
            "requests.0.params.max_tokens: Input should be greater than or equal to 1",
        ),
    ],
)
def test_what_is_looked_at_at_once_is_refused_at_once(
    request_: dict[str, Any], message: str, large: bool
) -> None:
    with pytest.raises(Rejected) as told:
        added(request_, large=large)

    assert told.value.error.message == message


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize(
    "params", [{}, {"model": 5}, {"stream": False}, {"speed": None}, {"max_tokens": "many"}]
)
def test_whatever_else_is_in_params_is_left_until_its_turn_comes(
    params: dict[str, Any], large: bool
) -> None:
    envelope = added({"custom_id": "a", "params": params}, large=large)
    envelope.close()

    assert envelope.requests == 1


def test_an_id_is_used_once() -> None:
    with pytest.raises(Rejected, match=r"requests\.1\.custom_id: custom_id must be unique"):
        added({"custom_id": "a", "params": {}}, {"custom_id": "a", "params": {}})


def test_there_is_one_request_at_least_and_a_hundred_thousand_at_most() -> None:
    with pytest.raises(Rejected, match="requests: List should have at least 1 item"):
        Envelope().close()
    full = Envelope()
    full.requests = MOST_REQUESTS
    with pytest.raises(Rejected, match="requests: List should have at most 100000 items"):
        run(full.adding(b'{"custom_id": "a", "params": {}}'))


def test_a_request_that_is_no_json_is_refused_in_the_words_of_the_api() -> None:
    with pytest.raises(Rejected, match="The request body is not valid JSON: "):
        run(Envelope().adding(b'{"custom_id": "a", "params": {"x": tru}}'))


def test_params_are_the_json_that_was_sent_and_of_a_large_request_their_document() -> None:
    small = run(parts(b'{"params": {"a":  1.0}, "custom_id": "x"}'))
    large = run(parts(json.dumps({"params": LARGE, "custom_id": "x"}).encode()))

    assert small == ("x", b'{"a":  1.0}')
    assert large == ("x", LARGE)
