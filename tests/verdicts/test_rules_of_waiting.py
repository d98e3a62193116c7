"""V1 to V7: when a client comes back. One that is right, one that is wrong, one that looks wrong."""

from __future__ import annotations

from random import Random

import pytest
from made_up import BODY, answered, asking, lost, made, said, tries

from simtwin.core.entry import Entry
from simtwin.verdicts.thresholds import Thresholds

TWO = {"retry-after": "2"}


def refused(wait: float, **told: str) -> list[Entry]:
    return [made(1, 0, told=told or TWO, status=429), answered(2, 1 + wait)]


# V1


@pytest.mark.parametrize("wait", [1.99, 2.0, 5.0])
def test_whoever_waits_as_told_is_right(wait: float) -> None:
    assert said("V1", *refused(wait)).value == "pass"


def test_whoever_comes_early_is_wrong() -> None:
    verdict = said("V1", *refused(0.5))

    assert (verdict.value, verdict.severity) == ("fail", "error")
    assert [each.request for each in verdict.findings[0].evidence] == ["req_1", "req_2"]
    assert "0.500 s, told to wait 2 s" in verdict.findings[0].text


def test_whoever_goes_elsewhere_or_gives_up_is_not_early() -> None:
    failover = made(2, 1.1, status=200, key="another")
    other_model = made(2, 1.1, status=200, body={**BODY, "model": "n"})

    for second in (failover, other_model):
        assert said("V1", refused(9)[0], second).value == "pass"
    assert said("V1", refused(9)[0]).value == "pass"


def test_a_date_is_told_in_whole_seconds() -> None:
    date = {"retry-after": "Thu, 01 Jan 1970 00:00:04 GMT"}

    assert said("V1", *refused(2.2, **date)).value == "pass"
    assert said("V1", *refused(1.5, **date)).value == "fail"


def test_in_virtual_time_a_millisecond_is_early() -> None:
    exact = Thresholds(early_seconds=0.001, early_share=0.0)

    assert said("V1", *refused(1.99), thresholds=exact).value == "fail"
    assert said("V1", *refused(2.0), thresholds=exact).value == "pass"


def test_without_a_retry_after_nothing_is_said_of_it() -> None:
    verdict = said("V1", made(1, 0), answered(2, 3))

    assert verdict.value == "not_exercised"
    assert verdict.missing == "a refusal with retry-after"


# V2


@pytest.mark.parametrize(("wait", "value"), [(3, "pass"), (31, "pass"), (50, "fail")])
def test_whoever_comes_back_long_after_is_told_so(wait: float, value: str) -> None:
    verdict = said("V2", *refused(wait))

    assert verdict.value == value
    assert verdict.severity in (None, "info")


# V3


def in_form(call: int, header: str, value: str, wait: float) -> list[Entry]:
    body = asking(f"call {call}")
    return [
        made(2 * call, 100 * call, told={header: value}, body=body),
        answered(2 * call + 1, 100 * call + 1 + wait, body=body),
    ]


def test_a_form_that_is_not_read_is_seen_beside_one_that_is() -> None:
    seconds, ms = in_form(1, "retry-after", "3", 3), in_form(2, "retry-after-ms", "3000", 0.5)

    verdict = said("V3", *seconds, *ms)

    assert verdict.value == "fail"
    assert verdict.findings[0].text == "heeds a retry-after in seconds, and none in milliseconds"


def test_whoever_reads_all_forms_is_right_and_one_form_shows_nothing() -> None:
    seconds, ms = in_form(1, "retry-after", "3", 3), in_form(2, "retry-after-ms", "3000", 3)

    assert said("V3", *seconds, *ms).value == "pass"
    assert said("V3", *seconds).value == "not_exercised"


def test_whoever_heeds_none_has_no_trouble_with_forms() -> None:
    seconds, ms = in_form(1, "retry-after", "3", 0), in_form(2, "retry-after-ms", "3000", 0)

    assert said("V3", *seconds, *ms).value != "fail"


# V4


def calls_that_wait(*waits: list[float]) -> list[Entry]:
    return [e for n, each in enumerate(waits, 1) for e in tries(n, 100.0 * n, each)]


def test_whoever_doubles_is_right_and_whoever_does_not_is_wrong() -> None:
    doubling = calls_that_wait(*[[0.5, 1.0, 2.0]] * 5)
    constant = calls_that_wait(*[[1.0, 1.0, 1.0]] * 5)

    assert said("V4", *doubling).value == "pass"
    assert (said("V4", *constant).value, said("V4", *constant).severity) == ("fail", "warning")


def test_full_jitter_often_looks_constant_and_is_right() -> None:
    alarms = 0
    for seed in range(100):
        rng = Random(seed)
        waits = [[rng.uniform(0, 0.5), rng.uniform(0, 1)] for _ in range(5)]
        alarms += said("V4", *calls_that_wait(*waits)).value == "fail"

    # One in a thousand is what the threshold is meant to allow.
    assert alarms <= 1


def test_a_backoff_that_has_come_to_its_cap_grows_no_more() -> None:
    assert said("V4", *calls_that_wait(*[[4.0, 8.0, 8.0, 8.0]] * 6)).value == "pass"


def test_four_calls_say_nothing_of_backoff() -> None:
    assert said("V4", *calls_that_wait(*[[1.0, 1.0]] * 4)).value == "not_exercised"


# V5


@pytest.mark.parametrize(
    ("waits", "severity"),
    [([0.5], None), ([0.0], "warning"), ([0.0] * 2, "warning"), ([0.0] * 3, "error")],
)
def test_a_loop_without_a_wait_is_wrong(waits: list[float], severity: str | None) -> None:
    assert said("V5", *tries(1, 0, waits)).severity == severity


def test_a_connection_that_died_at_rest_may_be_replaced_at_once() -> None:
    died = lost(1, 0, request_on_connection=2)

    assert said("V5", died, answered(2, 1.001)).value == "not_exercised"
    assert said("V5", lost(1, 0), answered(2, 1.001)).value == "fail"


def test_what_was_told_to_wait_and_what_is_final_are_matters_of_other_rules() -> None:
    for first in ({"told": TWO}, {"status": 400}):
        assert said("V5", made(1, 0, **first), answered(2, 1.0)).value == "not_exercised"


# V6


def workers(waits: list[float], **changes: object) -> list[Entry]:
    return [e for n, wait in enumerate(waits, 1) for e in tries(n, 0.0, [wait], **changes)]


def test_waits_that_are_all_the_same_are_no_jitter() -> None:
    rng = Random(5)
    sdk = [0.5 * rng.uniform(0.75, 1) for _ in range(30)]

    assert said("V6", *workers([1.0] * 30)).severity == "warning"
    assert said("V6", *workers(sdk)).value == "pass"


@pytest.mark.parametrize("waits", [20, 50])
def test_the_law_of_the_sdk_is_jitter_enough(waits: int) -> None:
    alarms = 0
    for seed in range(20):
        rng = Random(seed)
        drawn = [0.5 * rng.uniform(0.75, 1) for _ in range(waits)]
        alarms += said("V6", *workers(drawn)).value == "fail"

    assert alarms == 0


def test_two_waits_to_choose_from_are_no_jitter() -> None:
    assert said("V6", *workers([1.0, 2.0] * 30)).value == "fail"


def test_short_waits_few_waits_and_waits_that_were_told_say_nothing_of_jitter() -> None:
    assert said("V6", *workers([0.1] * 30)).value == "not_exercised"
    assert said("V6", *workers([1.0] * 19)).value == "not_exercised"
    assert said("V6", *workers([2.0] * 30, told=TWO)).value == "not_exercised"


# V7


def test_workers_that_come_back_together_are_a_herd() -> None:
    verdict = said("V7", *workers([2.0] * 30, told=TWO))

    assert (verdict.value, verdict.severity) == ("fail", "warning")
    assert (
        "of 30 that were told to wait 2 s, 30 came back within 100 ms" in verdict.findings[0].text
    )


def test_workers_that_spread_are_none_nor_is_a_single_client() -> None:
    spread = workers([2.0 + 0.05 * n for n in range(30)], told=TWO)
    alone = [e for n in range(1, 9) for e in tries(n, 10.0 * n, [2.0], told=TWO)]

    assert said("V7", *spread).value == "pass"
    assert said("V7", *alone).value == "not_exercised"
