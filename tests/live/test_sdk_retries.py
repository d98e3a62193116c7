"""How long the SDK waits and how often it asks again, when a status tells it what is the matter."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import Any

import anthropic
import pytest
from anthropic import Anthropic, APIStatusError, BadRequestError, OverloadedError, RateLimitError
from live.served import SLACK, Key
from live.ways import ASKED, Attempts, Outcome, ask, ask_async, async_client, client

ANSWERED = Outcome(stop_reason="end_turn")

#: The SDK's own backoff: half a second, then twice as much, each less up to a quarter of it.
FIRST, SECOND = (0.375, 0.5), (0.75, 1.0)


def between(seconds: float, least: float, most: float) -> bool:
    """Whether that was the wait. No sleep is ever too short; the machine may make it longer."""
    return least <= seconds <= most + SLACK


def test_the_sdk_waits_as_long_as_a_429_says_and_is_then_answered(key: Key) -> None:
    key.set(script="429(retry_after=1); ok")

    with client(key, attempts := Attempts()) as sdk:
        outcome, _ = ask(sdk, "create")

    assert outcome == ANSWERED
    assert [entry["status"] for entry in key.requests()] == [429, 200]
    assert between(attempts.waits[0], 1.0, 1.0)


async def test_so_does_the_asynchronous_one(key: Key) -> None:
    key.set(script="429(retry_after=1); ok")

    async with async_client(key, attempts := Attempts()) as sdk:
        outcome, _ = await ask_async(sdk, "create")

    assert outcome == ANSWERED
    assert [entry["status"] for entry in key.requests()] == [429, 200]
    assert between(attempts.waits[0], 1.0, 1.0)


def test_two_529s_are_waited_out_by_the_backoff(key: Key) -> None:
    key.set(script="529*2; ok")

    with client(key, attempts := Attempts()) as sdk:
        outcome, _ = ask(sdk, "create")

    entries = key.requests()
    assert outcome == ANSWERED
    assert [entry["status"] for entry in entries] == [529, 529, 200]
    assert [entry["stainless"]["retry-count"] for entry in entries] == ["0", "1", "2"]
    assert between(attempts.waits[0], *FIRST)
    assert between(attempts.waits[1], *SECOND)


async def test_so_they_are_by_the_asynchronous_one(key: Key) -> None:
    key.set(script="529*2; ok")

    async with async_client(key, attempts := Attempts()) as sdk:
        outcome, _ = await ask_async(sdk, "helper")

    assert outcome == ANSWERED
    assert [entry["status"] for entry in key.requests()] == [529, 529, 200]
    assert between(attempts.waits[0], *FIRST)
    assert between(attempts.waits[1], *SECOND)


@pytest.mark.parametrize(
    ("script", "error", "requests"),
    [
        ("529(x_should_retry=false)", OverloadedError, 1),
        ("429(x_should_retry=false, retry_after=1)", RateLimitError, 1),
        ("400(x_should_retry=true, retry_after=0.01)", BadRequestError, 3),
        ("400(retry_after=0.01)", BadRequestError, 1),
    ],
)
async def test_the_sdk_does_as_x_should_retry_says(
    script: str, error: type[Exception], requests: int, key: Key
) -> None:
    key.set(script=f"{script}*9")

    with client(key) as sdk:
        outcome, _ = ask(sdk, "create")
    async with async_client(key) as async_sdk:
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

    assert outcome == Outcome(getattr(anthropic, name))
    assert isinstance(error, APIStatusError)
    assert error.status_code == status
    assert [entry["status"] for entry in key.requests()] == [status] * requests


@pytest.mark.parametrize(
    ("settings", "least", "most"),
    [
        ("retry_after=1.5", 1.5, 1.5),
        ("retry_after=0.2, retry_after_form=ms", 0.2, 0.2),
        # These the SDK takes for nothing; read in another way they were five seconds, or years.
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
    settings: str, least: float, most: float, key: Key
) -> None:
    key.set(script=f"429({settings}); ok")

    with client(key, attempts := Attempts()) as sdk:
        outcome, _ = ask(sdk, "create")

    assert outcome == ANSWERED
    assert attempts.statuses == [429, 200]
    assert between(attempts.waits[0], least, most)


def test_a_date_is_waited_for(key: Key) -> None:
    key.set(script="429(retry_after=2, retry_after_form=date); ok")
    asked = time.time()

    with client(key, attempts := Attempts()) as sdk:
        outcome, _ = ask(sdk, "create")

    told = parsedate_to_datetime(attempts.retry_after[0] or "").timestamp()
    left = told - attempts.dates[0]
    assert outcome == ANSWERED
    assert attempts.statuses == [429, 200]
    # Two seconds after the date of the answer, which has whole seconds and is a second old at most.
    assert asked + 1 < told <= attempts.dates[0] + 2
    # The clock that sleeps and the one that tells the time may be a little apart.
    assert between(attempts.waits[0], left - 0.01, left)


def test_whoever_waits_as_a_full_bucket_of_requests_says_is_admitted(key: Key) -> None:
    key.set(limits={"tier": "tier1"})

    with client(key, attempts := Attempts()) as sdk:
        while 429 not in attempts.statuses:
            outcome, _ = ask(sdk, "create")

    # One comes back every 1.2 s, so the wait that is told is a second or two.
    admitted = attempts.statuses.index(429)
    took = attempts.heads[admitted] - attempts.sent[0]
    assert 50 <= admitted <= 50 + took / 1.2
    assert outcome == ANSWERED
    assert attempts.statuses[admitted:] == [429, 200]
    assert waited_as_told(attempts, range(1, 3))


def test_so_is_whoever_waits_as_a_bucket_of_tokens_says(key: Key) -> None:
    key.set(limits={"tier": "tier1"})

    with client(key, attempts := Attempts()) as sdk:
        sizes = [sdk.messages.create(**long(words)).usage.input_tokens for words in (26_000, 5_000)]

    # Of 30,000 a minute the first leaves 4,000; the 1,000 that the second lacks take two seconds,
    # of which a slow machine may have used up one when it asks.
    assert sizes == [pytest.approx(26_000, abs=50), pytest.approx(5_000, abs=50)]
    assert attempts.statuses == [200, 429, 200]
    assert waited_as_told(attempts, range(1, 4))


def waited_as_told(attempts: Attempts, expected: range) -> bool:
    """Whether the wait before the last attempt was what `retry-after` said, in whole seconds."""
    told = int(attempts.retry_after[-2] or "0")
    return told in expected and between(attempts.waits[-1], told, told)


def long(words: int) -> dict[str, Any]:
    """A request of about so many tokens."""
    return {**ASKED, "messages": [{"role": "user", "content": "twin " * words}]}
