"""How limits are told: the twelve headers, and the 429."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin.api.ratelimits import headers, refusal
from simtwin.core.bucket import MINUTE, NS
from simtwin.core.pools import (
    Ask,
    Curve,
    Gauge,
    Gauges,
    Granted,
    Impossible,
    Pools,
    Quota,
    Refused,
    unlimited_gauges,
)

ORG = "ef36bf5a-434a-4c52-b7a0-ba958aef9dfd"
PREFIX = "anthropic-ratelimit-"
TWELVE = [
    f"{PREFIX}{measure}-{part}"
    for measure in ("input-tokens", "output-tokens", "requests", "tokens")
    for part in ("limit", "remaining", "reset")
]
# 2025-04-14T15:52:39Z on the loop's zero.
EPOCH = 1_744_645_959


def wall(now: int) -> float:
    return EPOCH + now / NS


def told(gauges: Gauges) -> dict[str, str]:
    """The headers without what they all begin with."""
    return {name.removeprefix(PREFIX): value for name, value in headers(gauges, wall)}


def gauges(*, left: tuple[int, int, int], full_at: tuple[int, int, int] = (0, 0, 0)) -> Gauges:
    requests, source, output = left
    return Gauges(
        Gauge(50, requests, full_at[0]),
        Gauge(30_000, source, full_at[1]),
        Gauge(8_000, output, full_at[2]),
    )


def test_the_headers_are_the_twelve() -> None:
    names = [name for name, _ in headers(gauges(left=(50, 30_000, 8_000)), wall)]

    assert names == TWELVE


def test_a_pool_that_counts_requests_alone_tells_of_requests_alone() -> None:
    counting = unlimited_gauges(Quota(100), 0)

    assert told(counting) == {
        "requests-limit": "100",
        "requests-remaining": "100",
        "requests-reset": "2025-04-14T15:52:39Z",
    }


@pytest.mark.parametrize(
    ("left", "shown"),
    [
        ((50, 30_000, 8_000), ("50", "30000", "8000", "38000")),
        ((49, 29_500, 7_499), ("49", "30000", "7000", "37000")),
        ((49, 29_499, 7_500), ("49", "29000", "8000", "37000")),
        ((1, 500, 499), ("1", "1000", "0", "1000")),
        ((0, 0, -40_000), ("0", "0", "0", "0")),
    ],
)
def test_what_is_left_of_tokens_is_told_in_thousands(
    left: tuple[int, int, int], shown: tuple[str, str, str, str]
) -> None:
    values = told(gauges(left=left))

    assert shown == (
        values["requests-remaining"],
        values["input-tokens-remaining"],
        values["output-tokens-remaining"],
        values["tokens-remaining"],
    )


def test_rounding_never_tells_more_than_the_limit() -> None:
    small = Gauges(Gauge(1, 1, 0), Gauge(1_700, 1_700, 0), Gauge(300, 300, 0))

    values = told(small)

    assert values["input-tokens-remaining"] == "1700"
    assert values["output-tokens-remaining"] == "0"


@pytest.mark.parametrize(
    ("full_at", "resets"),
    [
        ((0, 0, 0), ("39", "39", "39", "39")),
        ((1_000, NS, NS + 1_000), ("40", "40", "41", "40")),
        ((20 * NS, 5 * NS, 2 * NS), ("59", "44", "41", "41")),
    ],
)
def test_a_reset_is_the_second_by_which_all_is_there_again(
    full_at: tuple[int, int, int], resets: tuple[str, str, str, str]
) -> None:
    # `tokens` has the earlier of the two, as all 31 recorded answers do.
    values = told(gauges(left=(0, 0, 0), full_at=full_at))

    assert resets == tuple(
        values[f"{measure}-reset"].removeprefix("2025-04-14T15:52:").removesuffix("Z")
        for measure in ("requests", "input-tokens", "output-tokens", "tokens")
    )


def test_limits_of_tokens_add_up() -> None:
    values = told(gauges(left=(50, 30_000, 8_000)))

    assert [values[f"{name}-limit"] for name in ("input-tokens", "output-tokens", "tokens")] == [
        "30000",
        "8000",
        "38000",
    ]
    assert values["requests-limit"] == "50"


@given(st.integers(0, 10**6), st.integers(-(10**6), 30_000), st.integers(0, 10**6 * NS))
def test_every_value_is_of_its_form(requests: int, tokens: int, full_at: int) -> None:
    values = told(gauges(left=(requests, tokens, tokens), full_at=(full_at, full_at, full_at)))

    for name, value in values.items():
        form = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ" if name.endswith("-reset") else r"\d+"
        assert re.fullmatch(form, value)


@pytest.mark.parametrize(
    ("quota", "used", "words", "retry_after"),
    [
        (Quota(50, 30_000, 8_000), 30_000, "30,000 input tokens", "1"),
        (Quota(1, 30_000, 8_000), 0, "1 requests", "60"),
        (Quota(50, 600, 8_000), 600, "600 input tokens", "1"),
    ],
)
def test_a_refusal_is_the_429_of_the_real_api(
    quota: Quota, used: int, words: str, retry_after: str
) -> None:
    pools, _ = Pools.empty().take(Ask("claude-sonnet-4.x", "req_1", used, None), quota, 0)
    _, verdict = pools.take(Ask("claude-sonnet-4.x", "req_2", min(used, 10), None), quota, 1)

    assert isinstance(verdict, Refused)
    error = refusal(verdict, org=ORG, model="claude-sonnet-4-20250514")

    assert (error.status, error.type, error.error_code) == (429, "rate_limit_error", None)
    assert error.headers == (("retry-after", retry_after),)
    assert error.message == (
        f"This request would exceed your organization's rate limit of {words} per minute (org: "
        f"{ORG}, model: claude-sonnet-4-20250514). For details, refer to: "
        "https://docs.claude.com/en/api/rate-limits. You can see the response headers for current "
        "usage. Please reduce the prompt length or the maximum tokens requested, or try again "
        "later. You may also contact sales at https://claude.com/contact-sales to discuss your "
        "options for a rate limit increase."
    )


def test_output_tokens_are_called_so() -> None:
    refused = Refused("output_tokens", 8_000, 1, gauges(left=(1, 1, -1)))

    message = refusal(refused, org=ORG, model="claude-opus-5").message

    assert "rate limit of 8,000 output tokens per minute" in message


@pytest.mark.parametrize(("wait", "seconds"), [(1, "1"), (NS, "1"), (NS + 1, "2"), (MINUTE, "60")])
def test_retry_after_is_the_wait_in_whole_seconds_rounded_up(wait: int, seconds: str) -> None:
    refused = Refused("requests", 50, wait, gauges(left=(0, 0, 0)))

    assert dict(refusal(refused, org=ORG, model="m").headers)["retry-after"] == seconds


@given(st.integers(1, 100), st.integers(0, 600), st.integers(0, 60), st.integers(0, MINUTE))
def test_whoever_waits_what_retry_after_says_is_admitted(
    rpm: int, tokens: int, seconds: int, pause: int
) -> None:
    quota = Quota(rpm, 600, 600)
    pools, now = Pools.empty(), 0
    asked = Ask("claude-opus-5", "req_new", tokens, None)
    for number in range(3):
        curve = Curve(now, now + seconds * NS, 400)
        pools, _ = pools.take(Ask("claude-opus-5", f"req_{number}", 250, curve), quota, now)
        now += pause // 4
    after, verdict = pools.take(asked, quota, now)

    if isinstance(verdict, Refused):
        error = refusal(verdict, org=ORG, model="claude-opus-5")
        now += int(dict(error.headers)["retry-after"]) * NS
        after, verdict = after.take(asked, quota, now)

    assert isinstance(verdict, Granted)


def test_what_can_never_fit_is_told_so_and_not_to_be_retried() -> None:
    verdict = Impossible("input_tokens", 30_000, 41_000, gauges(left=(50, 30_000, 8_000)))

    error = refusal(verdict, org=ORG, model="claude-opus-5")

    assert (error.status, error.type) == (429, "rate_limit_error")
    assert error.headers == (("x-should-retry", "false"),)
    for named in ("30,000 input tokens per minute", "41,000 input tokens", "claude-opus-5", ORG):
        assert named in error.message
