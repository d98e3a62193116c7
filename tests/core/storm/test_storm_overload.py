"""Whether an overload outlives its cause, by what was counted."""

from __future__ import annotations

import pytest

from simtwin.core.storm.overload import Overload, judged, patience

#: So many served in a window that chance is less than a tenth of a tenth of them.
MANY = 10_000
#: Windows of ten seconds: ten minutes before a cause of one minute, and what comes after it.
BEFORE, DURING = [MANY] * 60, [0] * 6
CAUSE = (600.0, 660.0)


def found(served: list[int], in_vain: list[int] | None = None, *, seconds: float = 300) -> Overload:
    series = BEFORE + DURING + served
    vain = [0] * len(series) if in_vain is None else [0] * 60 + [MANY] * 6 + in_vain
    attempts = [each + other for each, other in zip(series, vain, strict=True)]
    return judged(series, attempts, vain, CAUSE, seconds)


def test_what_is_served_again_at_once_has_recovered_at_once() -> None:
    overload = found([MANY] * 40)

    assert (overload.state, overload.recovered_seconds, overload.before) == (
        "recovered",
        0,
        MANY / 10,
    )
    assert overload.at_the_end == 1


def test_the_time_to_recover_ends_where_the_first_good_minute_begins() -> None:
    # The minute from the third window on is the first with fewer than a tenth missing.
    assert found([0, 0, 0] + [MANY] * 40).recovered_seconds == 30


def test_who_falls_back_recovers_only_after_that() -> None:
    assert found([MANY] * 10 + [0] * 6 + [MANY] * 30).recovered_seconds == 160


def test_who_recovers_after_patience_was_metastable_and_was_not_for_ever() -> None:
    overload = found([0] * 40 + [MANY] * 40)

    assert (overload.state, overload.recovered_seconds) == ("metastable", 400)


def test_what_happens_long_after_it_recovered_is_another_story() -> None:
    assert found([MANY] * 40 + [0] * 6 + [MANY] * 40).recovered_seconds == 0


@pytest.mark.parametrize(("windows", "state"), [(29, "unknown"), (30, "metastable")])
def test_an_overload_is_metastable_once_patience_is_over(windows: int, state: str) -> None:
    overload = found([MANY // 10] * windows)

    assert overload.state == state
    assert overload.recovered_seconds is None
    assert overload.at_the_end == 0.1


def test_all_served_but_at_a_second_attempt_is_an_overload_still() -> None:
    overload = found([MANY] * 40, [MANY] * 40)

    assert (overload.state, overload.at_the_end) == ("metastable", 1)


def test_one_in_twenty_attempts_in_vain_is_none() -> None:
    assert found([MANY] * 40, [MANY // 20] * 40).state == "recovered"


def test_few_clients_are_no_alarm_by_chance() -> None:
    # Five a minute: three standard errors are more than there is to lose.
    series = ([1, 1, 1, 1, 1, 0] * 12)[:66] + [1, 0, 0, 0, 0, 0] * 7

    assert judged(series, series, [0] * len(series), CAUSE, 300).state == "recovered"


@pytest.mark.parametrize(
    ("served", "cause", "why"),
    [
        ([100] * 60, (90.0, 120.0), "the cause begins before 120 s, with nothing to compare to"),
        ([0] * 60, (200.0, 260.0), "it was overloaded before"),
        ([100] * 60, (500.0, 550.0), "it ends within a minute after the cause"),
    ],
)
def test_what_cannot_be_told_is_said(
    served: list[int], cause: tuple[float, float], why: str
) -> None:
    overload = judged(served, served, [0] * len(served), cause, 300)

    assert (overload.state, overload.why) == ("unknown", why)


def test_nothing_outlives_a_cause_that_was_none() -> None:
    assert judged([1] * 60, [9] * 60, [8] * 60, None, 300).state == "no_cause"


@pytest.mark.parametrize(
    ("every", "wait", "seconds"), [(1, 8, 300), (60, 8, 600), (1, 3_600, 7_200)]
)
def test_patience_is_longer_than_what_clients_wait(
    every: float, wait: float, seconds: float
) -> None:
    assert patience(every, wait) == seconds
