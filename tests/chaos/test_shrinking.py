"""Making a failing schedule small."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simtwin.chaos.shrink.schedule import (
    Met,
    Part,
    Schedule,
    doc_of,
    fates_of,
    schedule_of,
    size,
)
from simtwin.chaos.shrink.shrinking import shrink
from simtwin.chaos.shrink.simpler import simpler
from simtwin_faults import KINDS

#: Each example is a hundred schedules and more, every one read as a token is.
FEW = settings(max_examples=25)
PARTS = st.sampled_from(
    [
        Part("refuse", {"status": 529}),
        Part("refuse", {"status": 429, "retry_after": 8}, "limits"),
        Part("stall", {"seconds": 6, "after_events": 5}),
        Part("truncate", {"after_events": 9}),
        Part("disconnect", {"before_event": "message_stop", "reset": True}),
        Part("error_event", {"after_events": 4, "message": "no"}),
        Part("latency", {"seconds": 2.5, "jitter": 0.5}, "late"),
    ]
)


def met(ordinal: int, *parts: Part, lane: str = "", charge: bool = False) -> Met:
    return Met("1/1", lane, ordinal, parts, charge)


def schedule(*mets: Met, **changes: Any) -> Schedule:
    return attrs.evolve(Schedule(7, {}, mets), **changes)


def effective(parts: list[Part]) -> list[Part]:
    """Those that have an effect: before one that takes the place of the answer none has."""
    last = max((at for at, part in enumerate(parts) if part.kind == "refuse"), default=0)
    return parts[last:]


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    parts = st.lists(PARTS, min_size=1, max_size=2).map(effective)
    ordinals = sorted(draw(st.sets(st.integers(0, 30), min_size=1, max_size=8)))
    return schedule(
        *(met(ordinal, *draw(parts), charge=draw(st.booleans())) for ordinal in ordinals)
    )


def has(*needed: tuple[str, str]) -> Callable[[Schedule], bool]:
    """Whether of each kind there is one with that setting."""

    def fails(of: Schedule) -> bool:
        parts = [part for each in of.mets for part in each.parts]
        return all(
            any(part.kind == kind and name in part.settings for part in parts)
            for kind, name in needed
        )

    return fails


#: What fails, for reasons that want more or less of a schedule.
FAILS: dict[str, Callable[[Schedule], bool]] = {
    "anything": lambda of: bool(of.mets),
    "a status": has(("refuse", "status")),
    "a place": has(("truncate", "after_events")),
    "two": has(("refuse", "status"), ("stall", "seconds")),
    "late in an answer": lambda of: any(
        part.settings.get("after_events", 0) >= 3 for each in of.mets for part in each.parts
    ),
    "late in the run": lambda of: any(each.ordinal >= 4 for each in of.mets),
    "two requests": lambda of: len(of.mets) > 1,
}


@FEW
@given(of=schedules(), why=st.sampled_from(sorted(FAILS)))
def test_what_is_left_fails_is_no_larger_and_no_change_makes_it_smaller(
    of: Schedule, why: str
) -> None:
    fails = FAILS[why]
    if not fails(of):
        return
    found = shrink(of, fails, KINDS)

    assert found.complete
    assert fails(found.schedule)
    assert size(found.schedule) <= size(of)
    assert not any(fails(each) for each in simpler(found.schedule, KINDS))


@FEW
@given(of=schedules(), why=st.sampled_from(sorted(FAILS)), most=st.integers(0, 12))
def test_within_a_budget_what_is_left_fails_all_the_same(of: Schedule, why: str, most: int) -> None:
    fails = FAILS[why]
    if not fails(of):
        return
    found = shrink(of, fails, KINDS, most)

    assert found.asked <= most
    assert fails(found.schedule)
    assert size(found.schedule) <= size(of)


@FEW
@given(of=schedules(), why=st.sampled_from(sorted(FAILS)))
def test_no_schedule_is_asked_about_twice_and_the_same_ones_each_time(
    of: Schedule, why: str
) -> None:
    asked: list[Schedule] = []

    def fails(candidate: Schedule) -> bool:
        asked.append(candidate)
        return FAILS[why](candidate)

    first = shrink(of, fails, KINDS)
    before, asked = asked, []
    again = shrink(of, fails, KINDS)

    assert (first, before) == (again, asked)
    assert all(one not in asked[:at] for at, one in enumerate(asked))
    assert of not in asked


@FEW
@given(of=schedules())
def test_every_schedule_that_is_tried_is_one_that_a_token_can_tell(of: Schedule) -> None:
    assert schedule_of(fates_of(of, KINDS)) == of
    for each in islice(simpler(of, KINDS), 30):
        assert size(each) < size(of)
        assert schedule_of(fates_of(each, KINDS)) == each


def test_of_twelve_faults_the_one_that_matters_is_found_in_few_runs() -> None:
    cut = Part("truncate", {"after_events": 9})
    others = [Part("refuse", {"status": 529}), Part("stall", {"seconds": 3.0, "after_events": 2})]
    of = schedule(*(met(n, cut if n == 7 else others[n % 2]) for n in range(12)))

    found = shrink(of, has(("truncate", "after_events")), KINDS)

    assert found.schedule.mets == (met(0, Part("truncate", {"after_events": 0})),)
    assert found.asked < 40


@pytest.mark.parametrize(
    ("part", "left"),
    [
        (Part("stall", {"seconds": 3, "at_byte": 7}, "r"), Part("refuse", {"status": 500})),
        (Part("refuse", {"status": 500, "retry_after": 9}), Part("refuse", {"status": 500})),
    ],
)
def test_what_nothing_hangs_on_becomes_the_plainest_refusal(part: Part, left: Part) -> None:
    of = schedule(met(5, part, charge=True), profiles={"p": 'summary = "s"\ngood_client = "g"\n'})

    assert shrink(of, FAILS["anything"], KINDS).schedule == schedule(met(0, left))


def test_a_request_is_not_moved_to_where_another_one_meets_something() -> None:
    of = schedule(met(0, Part("disconnect", {})), met(1, Part("disconnect", {})))

    for each in simpler(of, KINDS):
        places = [(one.lane, one.ordinal) for one in each.mets]
        assert len(set(places)) == len(places)
        assert doc_of(each)
