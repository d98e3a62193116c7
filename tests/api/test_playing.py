"""Recorded answers as plans."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from taped import ASKED, STREAM, row

from simtwin.api.pacing import INSTANT, STEADY, Pace
from simtwin.api.replay.cassette import recordings
from simtwin.api.replay.playing import curve, played
from simtwin.api.replay.recording import Recording
from simtwin.core.bucket import NS
from simtwin.core.plan import Chunk, End, Head, Step, Wait

STREAMED = {**ASKED, "stream": True}
EVENTS = [0.5, 0.5, 0.75, 1.5, 1.5, 1.5, 1.5]


def taped(asked: dict[str, Any], **times: Any) -> Recording:
    (recording,) = recordings([row(asked, **times)], "tape")
    return recording


def plan(recording: Recording, pace: Pace = STEADY, times_real: float = 1.0) -> list[Step]:
    return list(played(recording, pace, times_real, (("date", "now"),), Random(0)))


def waits(steps: list[Step]) -> list[float]:
    return [step.seconds for step in steps if isinstance(step, Wait)]


@pytest.mark.parametrize("asked", [ASKED, STREAMED])
def test_an_instant_replay_waits_for_nothing(asked: dict[str, Any]) -> None:
    steps = plan(taped(asked, seconds=3), INSTANT)

    assert not waits(steps)
    assert [type(steps[0]), type(steps[-1])] == [Head, End]


def test_a_stream_is_played_byte_for_byte() -> None:
    steps = plan(taped(STREAMED))

    assert b"".join(step.data for step in steps if isinstance(step, Chunk)).decode() == STREAM


@pytest.mark.parametrize("times_real", [1.0, 10.0, 0.5])
def test_recorded_times_are_kept_and_scaled(times_real: float) -> None:
    steps = plan(taped(STREAMED, event_seconds=EVENTS, seconds=2.0), times_real=times_real)

    assert waits(steps) == pytest.approx([each / times_real for each in (0.5, 0.25, 0.75, 0.5)])
    assert isinstance(steps[1], Head)
    assert isinstance(steps[-2], Wait)


def test_a_whole_answer_comes_when_it_was_whole() -> None:
    steps = plan(taped(ASKED, seconds=4))

    assert [type(step) for step in steps] == [Wait, Head, Chunk, End]
    assert waits(steps) == [4]


@pytest.mark.parametrize("asked", [ASKED, STREAMED])
def test_what_has_no_times_comes_as_fast_as_the_pace_says(asked: dict[str, Any]) -> None:
    steps = plan(taped(asked))

    assert waits(steps)[0] >= 0.3
    assert sum(waits(steps)) == pytest.approx(0.3 + 12 / 80)


@pytest.mark.parametrize("asked", [ASKED, STREAMED])
@pytest.mark.parametrize("times", [{}, {"seconds": 2.0}])
def test_the_curve_ends_when_the_answer_does(asked: dict[str, Any], times: Any) -> None:
    recording = taped(asked, **times)

    foreseen = curve(recording, STEADY, 1.0, 5)

    assert foreseen.tokens == 12
    assert foreseen.end == pytest.approx(5 + sum(waits(plan(recording))) * NS, abs=10)


def test_recorded_headers_win_over_those_of_every_answer() -> None:
    common = (("request-id", "req_mine"), ("date", "now"))

    head = next(iter(played(taped(ASKED), INSTANT, 1.0, common, Random(0))))

    assert isinstance(head, Head)
    assert head.header("request-id") == "req_011Crecorded"
    assert head.header("date") == "now"
    assert len({name for name, _ in head.headers}) == len(head.headers)
