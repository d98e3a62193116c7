"""The way in which a run fails, and whether another one fails the same way."""

from __future__ import annotations

import pytest

from simtwin.chaos.judgement import Ruling
from simtwin.chaos.shrink.way import Shown, Way, WayError, named, way_of
from simtwin.chaos.trial.ending import Ending, Outcome


def shown(outcome: Outcome, status: int | None = 0, *broken: str) -> Shown:
    rulings = tuple(Ruling(rule, "t", "a", "s", "fail") for rule in broken)
    return Shown(Ending(outcome, f"it {outcome}"), status, rulings)


GOOD = shown("survived")


@pytest.mark.parametrize(
    ("first", "clean", "until", "way"),
    [
        (shown("loud", 3, "V5"), GOOD, None, Way("exit", status=3)),
        (shown("silent"), GOOD, None, Way("silent")),
        (shown("hung", None), GOOD, None, Way("hung")),
        # Loudly for what it wrote on stderr: its exit status is no way to know it by.
        (shown("loud", 0, "V5"), GOOD, None, Way("finding", rule="V5")),
        (shown("survived", 0, "V1", "V5"), shown("survived", 0, "V1"), None, Way("finding", rule="V5")),
        (shown("loud", 3, "V5"), GOOD, "finding:V5", Way("finding", rule="V5")),
        (shown("loud", 3), GOOD, "exit", Way("exit", status=3)),
    ],
)  # fmt: skip
def test_the_way_is_the_gravest_that_no_clean_run_fails_in(
    first: Shown, clean: Shown, until: str | None, way: Way
) -> None:
    assert way_of(first, clean, until) == way
    assert first.fails(way)


@pytest.mark.parametrize(
    ("first", "clean", "until", "says"),
    [
        (GOOD, GOOD, None, "TOKEN: the command does not fail: it survived"),
        (GOOD, GOOD, "silent", "TOKEN: the command does not fail so: it survived"),
        (shown("loud", 1), GOOD, "hung", "does not fail so: it loud"),
        (shown("survived", 0, "V1"), shown("survived", 0, "V1"), None, "it broke V1"),
        (shown("survived", 0, "V1"), shown("survived", 0, "V1"), "finding:V1", "so without any fault"),
    ],
)  # fmt: skip
def test_what_does_not_fail_cannot_be_made_smaller(
    first: Shown, clean: Shown, until: str | None, says: str
) -> None:
    with pytest.raises(WayError, match=says):
        way_of(first, clean, until)


def test_another_exit_status_is_another_way() -> None:
    assert not shown("loud", 2).fails(Way("exit", status=3))
    assert not GOOD.fails(Way("exit", status=0))


@pytest.mark.parametrize("until", ["finding:V999", "bogus", "finding:"])
def test_a_way_that_there_is_not_is_told_so(until: str) -> None:
    with pytest.raises(WayError, match="--until: there is no"):
        named(until)
