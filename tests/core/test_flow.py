"""A bucket that answers drink from while it is refilled."""

from __future__ import annotations

from itertools import pairwise

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin.core.bucket import MINUTE, NS, Bucket
from simtwin.core.flow import Curve, Flow

START = 1_000 * NS


@st.composite
def curves(draw: st.DrawFn) -> Curve:
    """An answer that starts within two minutes and takes up to three."""
    start = START + draw(st.integers(0, 2 * MINUTE))
    length = draw(st.just(0) | st.integers(0, 3 * MINUTE))
    return Curve(start, start + length, draw(st.integers(0, 3_000)))


@st.composite
def paused(draw: st.DrawFn) -> Curve:
    """An answer of which some is there already."""
    curve = draw(curves())
    return attrs.evolve(curve, before=draw(st.integers(0, curve.tokens)))


limits = st.integers(1, 2_000)
answers = st.lists(curves(), max_size=6)
moments = st.integers(START, START + 6 * MINUTE)


def flow_of(limit: int, under_way: list[Curve]) -> Flow:
    flow = Flow(Bucket.full(limit, START))
    for number, curve in enumerate(under_way):
        flow = flow.begun(f"req_{number}", curve)
    return flow


def level_by_formula(limit: int, under_way: list[Curve], now: int) -> int:
    """The level of a bucket that was full at START, from its whole history at once.

    It is what refilling and drinking leave since the last moment that it was full, and no bucket is
    ever fuller than since any moment: the least over all at which it could have been (the corners).
    """

    def drunk(moment: int) -> int:
        return sum(curve.units(moment) for curve in under_way)

    corners = {START, now}
    for curve in under_way:
        # An end can be a jump: the bucket may be full just before it.
        corners |= {curve.start, curve.end, curve.end - 1}
    return limit * MINUTE + min(
        limit * (now - moment) - (drunk(now) - drunk(moment))
        for moment in corners
        if START - 1 <= moment <= now
    )


@given(curves(), st.lists(moments, min_size=2))
def test_an_answer_is_produced_evenly_and_whole_in_the_end(curve: Curve, looks: list[int]) -> None:
    produced = [curve.produced(now) for now in sorted(looks)]

    assert all(before <= after for before, after in pairwise(produced))
    assert (curve.produced(curve.start - 1), curve.produced(curve.end)) == (0, curve.tokens)


@pytest.mark.parametrize(
    ("now", "produced"), [(0, 0), (10, 0), (11, 0), (12, 1), (15, 2), (19, 4), (20, 5), (99, 5)]
)
def test_tokens_appear_as_the_line_passes_them(now: int, produced: int) -> None:
    assert Curve(start=10, end=20, tokens=5).produced(now) == produced


def test_an_answer_without_a_length_is_there_at_once() -> None:
    curve = Curve(start=10, end=10, tokens=5)

    assert (curve.produced(9), curve.produced(10)) == (0, 5)


def test_an_answer_that_has_paused_goes_on_from_what_is_there() -> None:
    curve = Curve(start=10, end=20, tokens=25, before=5)

    assert [curve.produced(now) for now in (0, 10, 15, 20, 99)] == [5, 5, 15, 25, 25]
    assert curve.units(9) == 5 * MINUTE


@given(paused(), st.integers(0, 3_000))
def test_an_answer_reaches_a_number_of_tokens_when_it_has_them_and_not_before(
    curve: Curve, tokens: int
) -> None:
    at = curve.reaches(tokens)

    assert curve.produced(at) >= min(tokens, curve.tokens)
    assert at <= curve.start or curve.produced(at - 1) < tokens


@given(limits, answers, moments)
def test_a_level_is_what_its_whole_history_makes_it(
    limit: int, under_way: list[Curve], now: int
) -> None:
    level = flow_of(limit, under_way).advance(now).bucket.level

    # A jump comes between two nanoseconds: the formula sees one refill of `limit` on its way.
    assert abs(level - level_by_formula(limit, under_way, now)) <= limit


@given(limits, answers, moments, moments)
def test_looking_in_between_changes_nothing(
    limit: int, under_way: list[Curve], first: int, second: int
) -> None:
    flow = flow_of(limit, under_way)
    early, late = min(first, second), max(first, second)

    assert flow.advance(early).advance(late) == flow.advance(late)
    assert flow.advance(late).advance(early) == flow.advance(late)


@given(limits, answers, answers, moments)
def test_an_answer_that_is_ended_with_nothing_produced_was_never_there(
    limit: int, under_way: list[Curve], more: list[Curve], now: int
) -> None:
    # A bucket of its own that no line drinks dry or leaves full: there nothing is poured away.
    flow = Flow(Bucket(limit, -limit * MINUTE * 10, START))
    for number, curve in enumerate(under_way):
        flow = flow.begun(f"req_{number}", curve)
    with_more = flow
    for number, curve in enumerate(more):
        with_more = with_more.begun(f"more_{number}", curve)

    after = with_more.advance(now)
    for number, curve in enumerate(more):
        after = after.ended(f"more_{number}", curve, 0)

    assert after == flow.advance(now)


@given(limits, answers, paused(), paused(), moments)
def test_an_answer_that_is_corrected_is_as_if_it_had_been_begun_with_the_truth(
    limit: int, under_way: list[Curve], curve: Curve, truth: Curve, now: int
) -> None:
    # Deep in debt, where nothing is poured away.
    flow = Flow(Bucket(limit, -limit * MINUTE * 10, START))
    for number, other in enumerate(under_way):
        flow = flow.begun(f"req_{number}", other)

    corrected = flow.begun("req_x", curve).advance(now).corrected("req_x", curve, truth)

    assert corrected == flow.begun("req_x", truth).advance(now)


def test_a_correction_does_not_pour_away_what_was_refilled() -> None:
    # One a second comes in and half of one goes out, so after a minute it is full.
    curve = Curve(START, START + 10 * MINUTE, 300)
    now = START + MINUTE
    flow = Flow(Bucket.full(60, START)).begun("req_1", curve).advance(now)

    stalled = flow.corrected("req_1", curve, Curve(now + MINUTE, now + 11 * MINUTE, 300, before=30))

    assert stalled.bucket.remaining(now) == 60


@given(limits, answers, st.integers(-5_000, 2_000))
def test_from_the_moment_it_is_clear_it_stays_open_and_not_before(
    limit: int, under_way: list[Curve], level: int
) -> None:
    flow = Flow(Bucket(limit, min(level, limit) * MINUTE, START))
    for number, curve in enumerate(under_way):
        flow = flow.begun(f"req_{number}", curve)

    clear = flow.clear_at()

    assert clear == START or not flow.advance(clear - 1).is_open
    later = [clear, clear + 1, clear + NS, clear + MINUTE]
    corners = [at for at, *_ in flow.turns if at > clear]
    for moment in [*later, *corners, *(corner - 1 for corner in corners)]:
        assert flow.advance(moment).is_open


@pytest.mark.parametrize(
    ("second", "remaining"),
    [(0, 60), (5, 60), (10, 55), (20, 45), (25, 40), (30, 45), (60, 60)],
)
def test_a_stream_that_drinks_faster_than_the_refill_empties_it(
    second: int, remaining: int
) -> None:
    # One a second comes in; from second 5 to 25 two a second go out, so from 25 on it gains again.
    curve = Curve(START + 5 * NS, START + 25 * NS, 40)

    flow = Flow(Bucket.full(60, START)).begun("req_1", curve).advance(START + second * NS)

    assert flow.bucket.remaining(START + second * NS) == remaining


def test_a_stream_that_drinks_slower_than_the_refill_leaves_it_full() -> None:
    # Ten minutes at half the refill: 300 tokens from a bucket that holds 60.
    curve = Curve(START, START + 10 * MINUTE, 300)

    flow = Flow(Bucket.full(60, START)).begun("req_1", curve).advance(START + 9 * MINUTE)

    assert flow.bucket.remaining(START + 9 * MINUTE) == 60
    assert flow.is_open


def test_a_finished_answer_has_cost_exactly_its_tokens() -> None:
    curve = Curve(START, START + 7 * NS, 1_000)
    flow = Flow(Bucket(60, -5_000 * MINUTE, START))

    done = flow.begun("req_1", curve).advance(START + MINUTE)

    assert done == Flow(flow.bucket.debit(1_000, START).advance(START + MINUTE))


@given(limits, limits, answers, moments)
def test_a_new_limit_leaves_what_is_under_way_as_it_is(
    limit: int, other: int, under_way: list[Curve], now: int
) -> None:
    flow = flow_of(limit, under_way).advance(now)

    resized = flow.resized(other)

    assert resized.bucket == flow.bucket.resized(other, now)
    assert (resized.speed, resized.turns) == (flow.speed, flow.turns)
