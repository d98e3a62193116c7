"""What each policy says after a failed attempt."""

from __future__ import annotations

import random
from random import Random
from typing import cast

import anthropic
import httpx2
import pytest
from anthropic._models import FinalRequestOptions
from hypothesis import given
from hypothesis import strategies as st
from storms import policy

from simtwin.core.bucket import NS
from simtwin.core.fault import SettingsError
from simtwin.core.storm.policies import POLICIES, parse
from simtwin.core.storm.policy import Given, Holding, Policy, PolicyError


def waits(text: str, attempts: int, told: float | None = None) -> list[float | None]:
    client, rng = policy(text).client(), Random(7)
    return [client.wait(each, 529, told, 0.0, rng) for each in range(1, attempts + 1)]


@pytest.mark.parametrize("told", [None, "0", "3", "1.5", "-1", "5000000"])
def test_the_sdks_policy_waits_what_the_sdk_waits(told: str | None) -> None:
    sdk = anthropic.Anthropic(api_key="none", max_retries=9)
    asked = FinalRequestOptions(method="post", url="/v1/messages")
    headers = httpx2.Headers({} if told is None else {"retry-after": told})
    random.seed(7)
    real = [sdk._calculate_retry_timeout(9 - n, asked, headers) for n in range(9)]

    assert waits("sdk(retries=9)", 9, None if told is None else float(told)) == real


def test_the_sdk_gives_a_call_up_after_its_third_attempt() -> None:
    sdk = anthropic.Anthropic(api_key="none")

    assert [wait is None for wait in waits("sdk", 4)] == [False, False, True, True]
    assert sdk.max_retries == 2
    assert policy("sdk").timeout_seconds == cast("httpx2.Timeout", sdk.timeout).read


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no-backoff(retries=2)", [0.0, 0.0, None]),
        ("constant(seconds=1.5, retries=2)", [1.5, 1.5, None]),
        ("full-jitter(retries=0)", [None]),
    ],
)
def test_a_law_without_chance_is_what_it_is(text: str, said: list[float | None]) -> None:
    assert waits(text, len(said)) == said


@given(seed=st.integers(0, 2**32), attempt=st.integers(1, 2_000))
def test_jitter_stays_below_its_exponential_and_its_cap(seed: int, attempt: int) -> None:
    client = policy("full-jitter(base_seconds=1, cap_seconds=60, retries=5000)").client()

    wait = client.wait(attempt, None, None, 0.0, Random(seed))

    assert wait is not None
    assert 0 <= wait < min(60, 2.0 ** min(attempt - 1, 60))


def test_decorrelated_jitter_is_between_its_base_and_three_times_the_wait_before() -> None:
    said = cast(
        "list[float]", waits("decorrelated(base_seconds=1, cap_seconds=20, retries=50)", 50)
    )

    assert all(
        1 <= wait <= min(20, 3 * before) for before, wait in zip([1.0, *said], said, strict=False)
    )
    assert max(said) == 20


@given(
    name=st.sampled_from([name for name in POLICIES if name != "no-backoff"]),
    told=st.floats(0.001, 3_600),
    attempt=st.integers(1, 10),
    seed=st.integers(0, 2**32),
)
def test_whoever_is_told_to_wait_waits_that_long_or_gives_up(
    name: str, told: float, attempt: int, seed: int
) -> None:
    wait = policy(name).client().wait(attempt, 429, told, 0.0, Random(seed))

    assert wait is None or wait >= told


def test_a_budget_spends_on_retries_what_answers_bring() -> None:
    client = cast("Holding", policy("budget(tokens=2, ratio=0.5)").client())

    def retries() -> bool:
        return client.wait(1, 529, None, 0.0, Random(7)) is not None

    spent = [retries() for _ in range(4)]
    client.answered()
    half = retries()
    client.answered()
    whole = retries()

    assert spent == [True, True, False, False]
    assert (half, whole) == (False, True)


def test_aimd_halves_its_rate_at_a_failure_and_adds_to_it_at_an_answer() -> None:
    client = cast("Holding", policy("aimd(rate=1, increase=0.25)").client())
    sent = [client.may_send(0), client.may_send(0)]
    client.failed(NS)
    sent.append(client.may_send(NS))
    client.answered()
    client.answered()
    sent.append(client.may_send(3 * NS))

    # One a second; after a failure one in two; two answers later one a second again.
    assert sent == [0, NS, 3 * NS, 4 * NS]


def test_a_breaker_sends_nothing_for_a_while_after_failures_in_a_row() -> None:
    client = cast("Holding", policy("breaker(failures=2, open_seconds=30)").client())
    client.failed(0)
    one = client.may_send(0)
    client.failed(NS)
    shut = [client.may_send(at * NS) for at in (1, 30, 31)]
    client.failed(31 * NS)
    again = client.may_send(32 * NS)
    client.answered()
    client.failed(99 * NS)

    assert one == 0
    assert shut == [None, None, 31 * NS]
    assert again is None
    assert client.may_send(99 * NS) == 99 * NS


def test_a_list_of_policies_is_read_with_their_settings_and_functions() -> None:
    mine = Given("mine:wait", lambda *_: 1.0)
    found = parse("sdk, full-jitter(retries=3, cap_seconds=60),mine:wait", {mine.name: mine}.get)  # type: ignore[arg-type]  # it is there

    assert [text for text, _ in found] == [
        "sdk",
        "full-jitter(retries=3, cap_seconds=60)",
        "mine:wait",
    ]
    assert found[1][1] == policy("full-jitter(cap_seconds=60, retries=3)")
    assert found[2][1] is mine


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "expected a policy (sdk, no-backoff, constant, full-jitter, decorrelated, budget, aimd, breaker, module:function) at its end"),
        ("sdks", "there is no policy 'sdks'; there are sdk, no-backoff, constant, full-jitter, decorrelated, budget, aimd, breaker, module:function"),
        ("sdk,", "expected a policy (sdk, no-backoff, constant, full-jitter, decorrelated, budget, aimd, breaker, module:function) at its end"),
        ("sdk aimd", "expected ',' or the end at 'aimd'"),
        ("sdk(retries)", "expected a setting, as in retries=5 at ')'"),
        ("sdk(retries=5", "expected ',' or ')' at its end"),
        ("sdk(retries=)", "expected a number at ')'"),
        ("sdk(retries=1, retries=2)", "retries is given twice"),
        ("sdk(retry=1)", "sdk: there is no 'retry'; there are timeout_seconds, retries"),
        ("sdk(retries=-1)", "sdk.retries: must be a whole number from 0 to 1,000,000,000, not -1"),
        ("constant(seconds=soon)", "constant.seconds: must be a number from 0 to 1,000,000,000, not 'soon'"),
        ("x" * 501, "has at most 500 characters, not 501"),
    ],
)  # fmt: skip
def test_what_is_no_policy_is_told_in_one_line(text: str, said: str) -> None:
    def never(name: str) -> Policy:
        raise AssertionError(name)

    with pytest.raises(SettingsError) as error:
        parse(text, never)

    assert str(error.value) == said


@pytest.mark.parametrize(
    ("says", "words"),
    [
        (-1, "seconds from 0 up or None are wanted, not -1"),
        (float("nan"), "seconds from 0 up or None are wanted, not nan"),
        (float("inf"), "seconds from 0 up or None are wanted, not inf"),
        ("soon", "seconds from 0 up or None are wanted, not 'soon'"),
        (10**12, "seconds from 0 up or None are wanted, not 1000000000000"),
    ],
)
def test_a_function_that_says_what_cannot_be_is_named(says: object, words: str) -> None:
    mine = Given("mine:wait", lambda *_: says)  # type: ignore[arg-type]  # it is wrong

    with pytest.raises(PolicyError) as error:
        mine.wait(2, None, None, 0.0, Random(7))

    assert str(error.value) == f"mine:wait, after attempt 2 with status null: {words}"


def test_a_function_that_raises_is_named() -> None:
    def wait(*_: object) -> float:
        raise KeyError("base")

    with pytest.raises(PolicyError) as error:
        Given("mine:wait", wait).wait(1, 529, None, 0.0, Random(7))

    assert str(error.value) == "mine:wait, after attempt 1 with status 529: KeyError: 'base'"
