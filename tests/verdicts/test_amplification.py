"""The curve of requests a call: what its windows hold, and how it is drawn as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from made_up import answered, asking, fired, tries, verdict

from simtwin.core.entry import Entry
from simtwin.verdicts.amplification import Amplification
from simtwin.verdicts.figures import MOST_ROWS, amplified, chart, merged

FAULT: dict[str, Any] = {"fired": fired("refuse", status=529)}


CALM: dict[str, Any] = {}


def curve(*entries: Entry) -> Amplification:
    return verdict(*entries).amplification


def outage() -> list[Entry]:
    """Ten calls that are refused twice in the first ten seconds, and ten that are answered later."""
    storm = [each for n in range(10) for each in tries(n + 1, 0.5 * n, (0.5, 1.0), **FAULT)]
    calm = [answered(9_000 + n, 31.0 + n / 10, body=asking(f"late {n}")) for n in range(10)]
    return storm + calm


def test_windows_in_which_faults_fired_are_told_apart() -> None:
    found = curve(*outage())

    assert [(each.at, each.ratio, each.faulted) for each in found.windows] == [
        (0.0, 3.0, 30),
        (30.0, 1.0, 0),
    ]
    assert found.with_faults is not None
    assert found.without is not None
    assert (found.with_faults.ratio, found.without.ratio, found.overall.ratio) == (3.0, 1.0, 2.0)
    assert amplified(found) == (
        "2.00 requests a call over the run;"
        " 3.00 in the windows of 10 s in which faults fired, 1.00 in the others"
    )


def test_a_run_whose_every_window_had_faults_has_nothing_to_compare_with() -> None:
    found = curve(*tries(1, 0, (0.5,), **FAULT))

    assert amplified(found) == (
        "2.00 requests a call over the run; faults fired in every window of 10 s"
    )


def test_a_call_that_goes_on_counts_in_both_windows_and_begins_in_one() -> None:
    [first, second] = curve(*tries(1, 8.0, (15.0,))).windows

    assert (first.calls, second.calls) == (1, 1)
    assert (first.begun, second.begun) == (1, 0)


def test_a_run_of_nothing_has_a_curve_of_nothing() -> None:
    found = curve()

    assert (found.overall.ratio, found.windows) == (0.0, ())
    assert (found.with_faults, found.without) == (None, None)
    assert chart(found) == []


def test_the_chart_has_a_line_a_window_that_says_in_words_what_it_draws() -> None:
    head, storm, calm = chart(curve(*outage()))

    assert head.startswith("requests a call, in windows of 10 s")
    assert storm == f" 0 s  {'█' * 24}  3.00  30 requests of 10 calls, 30 with faults"
    assert calm == f"30 s  {'█' * 8:<24}  1.00  10 requests of 10 calls"


@st.composite
def runs(draw: st.DrawFn) -> Sequence[Entry]:
    waits = st.lists(st.floats(0, 90), max_size=4)
    calls = draw(st.lists(st.tuples(st.floats(0, 5_000), waits, st.booleans()), max_size=12))
    return [
        each
        for number, (began, between, is_fault) in enumerate(calls, 1)
        for each in tries(number, began, between, **(FAULT if is_fault else CALM))
    ]


@given(runs())
def test_the_windows_add_up_to_the_run(entries: Sequence[Entry]) -> None:
    found = curve(*entries)
    sums = [sum(getattr(each, name) for each in found.windows) for name in _ADDED]

    assert sums == [getattr(found.overall, name) for name in _ADDED]
    assert found.overall.begun == found.overall.calls


@given(runs())
def test_windows_that_are_put_together_add_up_as_well(entries: Sequence[Entry]) -> None:
    found = curve(*entries)
    width, rows = merged(found, 5)

    assert len(rows) <= 5
    assert [each.at % width for each in rows] == [0] * len(rows)
    assert sum(each.attempts for each in rows) == found.overall.attempts
    assert len(chart(found)) <= MOST_ROWS + 1


_ADDED = ("attempts", "begun", "faulted")
