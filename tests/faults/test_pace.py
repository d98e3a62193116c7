"""Answers written at another speed."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans import (
    DELTA_1,
    DELTA_2,
    FINISH,
    JSON,
    PING,
    START,
    STOP,
    STREAM,
    STREAM_HEAD,
    answers,
    arrivals,
    body,
    marks,
    streams,
)

from simtwin.core.plan import Chunk, End, Hangup, Mark, Step, Wait
from simtwin_faults.latency import Latency
from simtwin_faults.pace import Pace, Paced
from simtwin_faults.pings import Pings
from simtwin_faults.stall import Stall


def test_each_frame_comes_when_its_tokens_are_written() -> None:
    worse = list(Pace(tokens_per_second=2).rewrite(STREAM, Random(0)))

    assert worse == [
        STREAM_HEAD,
        START,
        PING,
        Mark(),
        Paced(1),
        DELTA_1,
        Paced(1.5),
        DELTA_2,
        FINISH,
        STOP,
        End(),
    ]


def test_the_pace_that_the_answer_had_is_replaced_but_not_its_first_wait() -> None:
    plan: list[Step] = [
        Wait(1),
        STREAM_HEAD,
        Wait(0.3),
        START,
        Wait(7),
        DELTA_1,
        Wait(8),
        STOP,
        End(),
    ]

    worse = Pace(tokens_per_second=2).rewrite(plan, Random(0))

    assert arrivals(worse) == [(1.3, START.data), (2.3, DELTA_1.data), (2.3, STOP.data)]


@pytest.mark.parametrize(
    "plan", [JSON, (Wait(9), *JSON), (JSON[0], Wait(9), *JSON[1:]), (Wait(8), Paced(1), *JSON)]
)
def test_a_json_answer_comes_whole_when_all_its_tokens_are_written(plan: tuple[Step, ...]) -> None:
    worse = list(Pace(tokens_per_second=2).rewrite(plan, Random(0)))

    assert worse == [Mark(), Paced(2.5), *JSON]


@pytest.mark.parametrize("place", [0, 4])
def test_a_json_answer_that_stalls_is_paced_before_it_stalls(place: int) -> None:
    stalled = list(Stall(at_byte=place, seconds=30).rewrite(JSON, Random(0)))

    worse = list(Pace(tokens_per_second=2).rewrite([Wait(9), *stalled], Random(0)))

    assert worse == [Mark(), Paced(2.5), *stalled]


@pytest.mark.parametrize(
    "plan",
    [
        [Wait(1), Hangup()],
        [Wait(1), JSON[0], Wait(1), Hangup()],
        [Wait(1), JSON[0], Mark(), Wait(math.inf)],
    ],
)
def test_an_answer_that_breaks_off_before_its_tokens_stays_as_it_is(plan: list[Step]) -> None:
    assert list(Pace(tokens_per_second=2).rewrite(plan, Random(0))) == plan


def test_an_answer_without_tokens_stays_as_it_is() -> None:
    plan = (Wait(1), JSON[0], Chunk(b'{"input_tokens":9}'), End())

    assert list(Pace(tokens_per_second=2).rewrite(plan, Random(0))) == list(plan)


@pytest.mark.parametrize("plan", [STREAM, JSON])
def test_of_two_paces_the_later_holds(plan: tuple[Step, ...]) -> None:
    slow = Pace(tokens_per_second=1).rewrite(plan, Random(0))
    fast = Pace(tokens_per_second=10).rewrite(slow, Random(0))

    assert arrivals(fast)[-1][0] == pytest.approx(0.5)


def test_the_waits_of_other_faults_stay() -> None:
    stalled = Stall(after_events=2, seconds=30).rewrite(STREAM, Random(0))
    late = Latency(seconds=5).rewrite(stalled, Random(0))

    slow = Pace(tokens_per_second=2).rewrite(late, Random(0))

    assert [time for time, _ in arrivals(slow)] == [5, 5, 36, 37.5, 37.5, 37.5]


@given(plan=streams(), speed=st.floats(0.1, 1000))
def test_from_its_first_frame_on_a_stream_takes_as_long_as_its_tokens(
    plan: tuple[Step, ...], speed: float
) -> None:
    worse = list(Pace(tokens_per_second=speed).rewrite(plan, Random(0)))

    chunks = [step for step in plan if isinstance(step, Chunk)]
    expected = [
        sum(chunk.tokens for chunk in chunks[1 : n + 1]) / speed for n in range(len(chunks))
    ]
    times = [time for time, _ in arrivals(worse)]
    assert [time - times[0] for time in times] == pytest.approx(expected)


@given(plan=answers(), share=st.floats(0, 1), seed=st.integers())
def test_jitter_stays_within_its_share_of_each_wait(
    plan: tuple[Step, ...], share: float, seed: int
) -> None:
    steady = list(Pace(tokens_per_second=8).rewrite(plan, Random(0)))
    jittery = list(Pace(tokens_per_second=8, jitter=share).rewrite(plan, Random(seed)))

    assert body(jittery) == body(plan)
    assert marks(jittery) == marks(steady)
    for shaken, calm in zip(jittery, steady, strict=True):
        if isinstance(shaken, Wait) and isinstance(calm, Wait):
            # 1e-9 is for the rounding of floats.
            assert abs(shaken.seconds - calm.seconds) <= calm.seconds * share + 1e-9


def test_the_time_to_the_first_token_can_be_set_too() -> None:
    plan: list[Step] = [Wait(9), STREAM_HEAD, Wait(9), START, Wait(9), DELTA_1, STOP, End()]

    worse = list(Pace(tokens_per_second=2, ttft_seconds=0.5).rewrite(plan, Random(0)))

    assert worse == [
        Mark(),
        Paced(0.5),
        STREAM_HEAD,
        START,
        Paced(1),
        DELTA_1,
        STOP,
        End(),
    ]


def test_a_json_answer_takes_that_much_longer() -> None:
    worse = list(Pace(tokens_per_second=2, ttft_seconds=0.5).rewrite(JSON, Random(0)))

    assert worse == [Mark(), Paced(2.5), Paced(0.5), *JSON]


def test_the_time_between_pings_is_no_pace() -> None:
    pinged = Pings(interval_seconds=10, seconds=25, after_events=2).rewrite(STREAM, Random(0))

    slow = Pace(tokens_per_second=2).rewrite(pinged, Random(0))

    assert [time for time, _ in arrivals(slow)] == [0, 0, 10, 20, 26, 27.5, 27.5, 27.5]
