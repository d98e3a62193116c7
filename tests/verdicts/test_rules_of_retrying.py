"""V8 to V11 and V15 to V17: what is tried again, how often, and by how many layers."""

from __future__ import annotations

from typing import Any

import pytest
from made_up import BODY, answered, asking, cut, fired, lost, made, said, tries

from simtwin.core.entry import Entry
from simtwin.verdicts.thresholds import Thresholds

# V8


@pytest.mark.parametrize(
    ("attempts", "severity"), [(3, None), (4, "info"), (7, "warning"), (11, "error")]
)
def test_a_call_has_a_budget_of_attempts(attempts: int, severity: str | None) -> None:
    assert said("V8", *tries(1, 0, [1.0] * (attempts - 1))).severity == severity


def test_a_budget_of_ones_own_is_kept_to() -> None:
    five = tries(1, 0, [1.0] * 4)

    assert said("V8", *five, thresholds=Thresholds(max_attempts=5)).value == "pass"
    assert said("V8", *five, thresholds=Thresholds(max_attempts=4)).severity == "error"


def test_whoever_waits_long_because_it_was_told_to_does_not_try_for_long() -> None:
    hour = {"retry-after": "3600"}

    assert said("V8", *tries(1, 0, [3600.0, 3600.0], told=hour)).value == "pass"
    assert said("V8", *tries(1, 0, [59.0] * 6)).severity == "error"


# V9

FINAL = [400, 402, 403, 404, 405, 413, 415, 422, 431, 501, 505]


@pytest.mark.parametrize("status", FINAL)
def test_what_is_final_is_not_tried_again(status: int) -> None:
    refusal = made(1, 0, status=status)

    assert said("V9", refusal).value == "pass"
    assert said("V9", refusal, answered(2, 2)).severity == "error"


def test_a_wait_of_milliseconds_is_told_as_none() -> None:
    refusal = made(1, 0, status=400)

    [soon] = said("V9", refusal, answered(2, 1.002)).findings
    [later] = said("V9", refusal, answered(2, 1.5)).findings

    assert (soon.text, later.text) == (
        "tried a 400 again, at once",
        "tried a 400 again, after 500 ms",
    )


@pytest.mark.parametrize("status", [408, 409, 429, 500, 503, 529])
def test_what_passes_may_be(status: int) -> None:
    assert said("V9", made(1, 0, status=status), answered(2, 2)).value == "not_exercised"


def test_the_server_has_the_last_word() -> None:
    no, yes = {"x-should-retry": "false"}, {"x-should-retry": "true"}

    assert said("V9", made(1, 0, told=no), answered(2, 2)).severity == "error"
    assert said("V9", made(1, 0, status=400, told=yes), answered(2, 2)).value == "not_exercised"


def test_a_limit_of_money_is_lifted_by_no_waiting() -> None:
    spent = fired("refuse", status=429, error_code="enforced_spend_limit_reached")
    account = fired("account", state="spend_limit")

    for each in (spent, account):
        assert said("V9", made(1, 0, status=429, fired=each), answered(2, 9)).severity == "error"


def test_a_fresh_token_is_worth_one_try() -> None:
    one = [made(1, 0, status=401), answered(2, 2)]
    two = [made(1, 0, status=401), made(2, 2, status=401), made(3, 4, status=401)]

    assert said("V9", *one).value == "pass"
    assert len(said("V9", *two).findings) == 1


def test_a_question_that_somebody_asks_again_later_is_no_retry() -> None:
    by_hand = [made(1, 0, status=400), answered(2, 700)]
    named = [made(1, 0, status=400, call="a"), answered(2, 2, call="b")]
    corrected = [made(1, 0, status=400), answered(2, 2, body={**BODY, "max_tokens": 9})]

    for entries in (by_hand, named, corrected):
        assert said("V9", *entries).value == "pass"


# V10


def test_whoever_gives_up_at_the_first_failure_is_told_so_but_not_too_soon() -> None:
    later = answered(9, 100, body=asking("something else"))

    assert said("V10", made(1, 0), later).severity == "info"
    assert said("V10", lost(1, 0), later).severity == "info"
    assert said("V10", made(1, 0), answered(9, 10, body=asking("else"))).value == "not_exercised"
    assert said("V10", made(1, 0), answered(2, 2), later).value == "pass"
    assert said("V10", made(1, 0, status=400), later).value == "not_exercised"


# V11


def test_what_was_answered_is_not_asked_again_by_the_same_call() -> None:
    counted = [answered(n + 1, 3 * n, stainless={"retry-count": str(n)}) for n in range(2)]
    named = [answered(n + 1, 3 * n, call="a") for n in range(2)]

    for entries in (counted, named):
        assert said("V11", *entries).severity == "warning"


def test_samples_of_one_prompt_are_legal() -> None:
    assert said("V11", answered(1, 0), answered(2, 3), answered(3, 5)).value == "pass"


# V15


def storm(calls: int, attempts: int, gap: float = 100.0) -> list[Entry]:
    waits = [1.0] * (attempts - 1)
    return [e for n in range(1, calls + 1) for e in tries(n, gap * n, waits)]


@pytest.mark.parametrize(("attempts", "severity"), [(3, None), (4, "warning"), (6, "error")])
def test_more_than_the_sdks_worst_case_multiplies_the_load(
    attempts: int, severity: str | None
) -> None:
    assert said("V15", *storm(5, attempts)).severity == severity


def test_one_call_that_tries_often_is_another_rules_matter() -> None:
    assert said("V15", *storm(1, 9)).value == "not_exercised"


def test_an_outage_counts_though_the_day_was_quiet() -> None:
    quiet = [answered(900 + n, 10_000 + n, body=asking(f"quiet {n}")) for n in range(90)]

    verdict = said("V15", *storm(5, 6, gap=0.001), *quiet)

    assert verdict.severity == "error"
    assert "in the 10 s from" in verdict.findings[0].text


# V16, V17


def counting(*counts: Any) -> list[Entry]:
    return [
        made(n, 3.0 * n, stainless={} if count is None else {"retry-count": str(count)})
        for n, count in enumerate(counts)
    ]


def test_a_count_that_begins_anew_betrays_a_second_layer() -> None:
    nested = said("V16", *counting(0, 1, 2, 0, 1, 2, 0, 1, 2))

    assert (nested.value, nested.severity) == ("fail", "warning")
    assert "0, 1, 2, 0, 1, 2, 0, 1, 2" in nested.findings[0].text
    assert len(nested.findings) == 1
    assert said("V16", *counting(0, 1, 2)).value == "pass"


def test_who_asks_again_where_the_sdk_never_does_is_no_second_layer() -> None:
    """It tries nothing again after the head of an answer, so that a cut stream is somebody's to ask for."""
    refused, begun, asked_again = counting(0, 1, 0)
    broken = cut(1, 3.0, stainless=begun.stainless)

    assert said("V16", refused, broken, asked_again).value == "pass"
    assert said("V16", refused, begun, asked_again).value == "fail"


def test_a_user_who_asks_again_after_an_hour_is_no_layer() -> None:
    again = made(9, 3600, stainless={"retry-count": "0"})

    assert said("V16", *counting(0, 1, 2), again).value == "pass"
    assert said("V16", *counting(None, None)).value == "not_exercised"


@pytest.mark.parametrize(
    ("counts", "value"),
    [
        ((0, 1, 2), "pass"),
        ((0, 1, 2, 0), "pass"),
        ((0, 2), "fail"),
        ((0, None), "fail"),
        ((0, "NaN"), "fail"),
        ((None, None), "not_exercised"),
    ],
)
def test_a_count_that_jumps_is_told(counts: tuple[Any, ...], value: str) -> None:
    verdict = said("V17", *counting(*counts))

    assert verdict.value == value
    assert verdict.severity in (None, "info")


def test_a_cut_answer_is_tried_again_like_a_failure() -> None:
    assert said("V8", *[cut(n, 3.0 * n) for n in range(5)]).severity == "info"
