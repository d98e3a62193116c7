"""What two clean runs say that a run has to print."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin.chaos.trial.output import Free, expected

LINES = st.lists(st.sampled_from(["a", "b", "c", "", "at 7"]), max_size=8)


def said(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


@given(first=LINES, second=LINES, any_order=st.booleans())
def test_both_clean_runs_print_what_is_expected(
    first: list[str], second: list[str], any_order: bool
) -> None:
    of = expected(said(*first), said(*second), any_order=any_order)

    assert of.difference(said(*first)) is None
    assert of.difference(said(*second)) is None


@given(clean=LINES, other=LINES)
def test_where_clean_runs_agree_every_line_and_its_place_count(
    clean: list[str], other: list[str]
) -> None:
    in_order = expected(said(*clean), said(*clean))
    in_any_order = expected(said(*clean), said(*clean), any_order=True)

    assert (in_order.difference(said(*other)) is None) is (clean == other)
    assert (in_any_order.difference(said(*other)) is None) is (sorted(clean) == sorted(other))


@pytest.mark.parametrize(
    ("output", "difference"),
    [
        (said("begun", "at 5", "done"), None),
        (said("begun", "done"), "it stopped printing after line 2"),
        (said("begun", "at 5", "gone"), "line 3 is 'gone' and was 'done'"),
        (said("begun", "at 5", "done", "done"), "it printed 4 lines"),
        (said("done", "at 5", "begun"), "the same lines in another order (see --any-order)"),
        (b"", "it stopped printing after line 0"),
        (said("begun", "\xff", "done"), None),
    ],
)
def test_a_line_that_differs_from_run_to_run_may_be_anything(
    output: bytes, difference: str | None
) -> None:
    of = expected(said("begun", "at 1", "done"), said("begun", "at 2", "done"))
    found = of.difference(output)

    assert of.lines == ("begun", Free.ONE, "done")
    assert (found is None) if difference is None else (found is not None and difference in found)


def test_where_their_number_differs_so_may_it_in_every_run() -> None:
    of = expected(said("begun", "done"), said("begun", "waiting", "waiting", "done"))

    assert of.difference(said("begun", *["waiting"] * 7, "done")) is None
    assert of.difference(said("begun", "waiting")) is not None
