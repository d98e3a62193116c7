"""How long the SDK waits and how often it asks again, when a status tells it what is the matter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anthropic
import httpx2
import pytest
from anthropic import Anthropic, APIStatusError, AsyncAnthropic, OverloadedError, RateLimitError

from live.asking import ASKED, Outcome, ask, ask_async, async_client, client
from live.served import SLACK, Key, waited

ANSWERED = Outcome(stop_reason="end_turn")

#: What a sleep may be short of what was asked for: the journal's times have six digits, and the
#: head of an answer is stamped when its write has returned, which is after the client may have it.
EARLY = 0.02

#: The SDK's own backoff: half a second, then twice as much, each less up to a quarter of it.
FIRST, SECOND = (0.375, 0.5), (0.75, 1.0)


def assert_waited(seconds: float, least: float, most: float) -> None:
    """`seconds` are in the range that the SDK draws from, and what the machine adds to it."""
    assert least - EARLY <= seconds <= most + SLACK


def test_the_sdk_waits_as_long_as_a_429_says_and_is_then_answered(key: Key, sdk: Anthropic) -> None:
    key.set(script="429(retry_after=1); ok")

    outcome, _ = ask(sdk, "create")

    first, second = key.requests()
    assert outcome == ANSWERED
    assert (first["status"], second["status"]) == (429, 200)
    assert_waited(*waited([first, second]), 1.0, 1.0)


async def test_so_does_the_asynchronous_one(key: Key, async_sdk: AsyncAnthropic) -> None:
    key.set(script="429(retry_after=1); ok")

    outcome, _ = await ask_async(async_sdk, "create")

    first, second = key.requests()
    assert outcome == ANSWERED
    assert (first["status"], second["status"]) == (429, 200)
    assert_waited(*waited([first, second]), 1.0, 1.0)


def test_two_529s_are_waited_out_by_the_backoff(key: Key, sdk: Anthropic) -> None:
    key.set(script="529*2; ok")

    outcome, _ = ask(sdk, "create")

    entries = key.requests()
    first, second = waited(entries)
    assert outcome == ANSWERED
    assert [entry["status"] for entry in entries] == [529, 529, 200]
    assert [entry["stainless"]["retry-count"] for entry in entries] == ["0", "1", "2"]
    assert_waited(first, *FIRST)
    assert_waited(second, *SECOND)


async def test_so_they_are_by_the_asynchronous_one(key: Key, async_sdk: AsyncAnthropic) -> None:
    key.set(script="529*2; ok")

    outcome, _ = await ask_async(async_sdk, "helper")

    entries = key.requests()
    first, second = waited(entries)
    assert outcome == ANSWERED
    assert [entry["status"] for entry in entries] == [529, 529, 200]
    assert_waited(first, *FIRST)
    assert_waited(second, *SECOND)


@pytest.mark.parametrize(
    ("script", "error", "requests"),
    [
        ("529(x_should_retry=false)", OverloadedError, 1),
        ("429(x_should_retry=false, retry_after=1)", RateLimitError, 1),
        ("400(x_should_retry=true, retry_after=0.01)", anthropic.BadRequestError, 3),
        ("400(retry_after=0.01)", anthropic.BadRequestError, 1),
    ],
)
async def test_the_sdk_does_as_x_should_retry_says(
    script: str, error: type[Exception], requests: int, key: Key, async_sdk: AsyncAnthropic
) -> None:
    key.set(script=f"{script}*9")

    with client(key) as sdk:
        outcome, _ = ask(sdk, "create")
    again, _ = await ask_async(async_sdk, "create")

    assert outcome == again == Outcome(error)
    assert len(key.requests()) == 2 * requests


@pytest.mark.parametrize(
    ("status", "name", "requests"),
    [
        (400, "BadRequestError", 1),
        (401, "AuthenticationError", 1),
        (402, "PaymentRequiredError", 1),
        (403, "PermissionDeniedError", 1),
        (404, "NotFoundError", 1),
        (405, "APIStatusError", 1),
        (408, "RequestTimeoutError", 3),
        (409, "ConflictError", 3),
        (413, "ContentTooLargeError", 1),
        (418, "APIStatusError", 1),
        (422, "UnprocessableEntityError", 1),
        (425, "APIStatusError", 1),
        (429, "RateLimitError", 3),
        (499, "ClientClosedRequestError", 1),
        (500, "InternalServerError", 3),
        (501, "HTTPNotImplementedError", 3),
        (502, "InternalServerError", 3),
        (503, "ServiceUnavailableError", 3),
        (504, "GatewayTimeoutError", 3),
        (529, "OverloadedError", 3),
        (599, "InternalServerError", 3),
    ],
)
def test_each_status_has_its_class_and_is_retried_or_not(
    status: int, name: str, requests: int, key: Key, sdk: Anthropic
) -> None:
    # So short a wait, of which the status itself says nothing, is for the time that the tests take.
    key.set(script=f"{status}(retry_after=0.01)*9")

    outcome, error = ask(sdk, "create")

    assert outcome == Outcome(getattr(anthropic, name, None) or getattr(_exceptions, name))
    assert isinstance(error, APIStatusError)
    assert error.status_code == status
    assert [entry["status"] for entry in key.requests()] == [status] * requests


@pytest.mark.parametrize(
    ("settings", "least", "most"),
    [
        ("retry_after=1.5", 1.5, 1.5),
        ("retry_after=0.2, retry_after_form=ms", 0.2, 0.2),
        # A date has whole seconds: it is the first of them that is at least so far away from the
        # second that the answer's own date names, up to one second of which is over already.
        ("retry_after=3, retry_after_form=date", 2.0, 3.0),
        # The SDK takes these for nothing, and would otherwise wait for five seconds or an hour.
        ("retry_after=0", *FIRST),
        ('retry_after_raw="-1"', *FIRST),
        ("retry_after_raw=soon", *FIRST),
        ('retry_after_raw="5abc"', *FIRST),
        ("retry_after_raw=nan", *FIRST),
        ('retry_after_raw="Wed, 21 Oct 2015 07:28:00 GMT"', *FIRST),
        ('retry_after_raw="2096-11-21T20:42:28Z"', *FIRST),
    ],
)
def test_each_form_of_retry_after_is_read_as_the_sdk_reads_it(
    settings: str, least: float, most: float, key: Key, sdk: Anthropic
) -> None:
    key.set(script=f"429({settings}); ok")

    outcome, _ = ask(sdk, "create")

    assert outcome == ANSWERED
    assert_waited(*waited(key.requests()), least, most)


class Attempts:
    """What a client of the SDK was told, attempt by attempt."""

    def __init__(self) -> None:
        self.told: list[tuple[int, str | None]] = []

    def __call__(self, response: httpx2.Response) -> None:
        self.told.append((response.status_code, response.headers.get("retry-after")))
