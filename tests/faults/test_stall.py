"""Silence in the middle of an answer."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans import FRAMES, JSON, START, STREAM, STREAM_HEAD, answers, arrivals

from simtwin.core.fault import SettingsError, make
from simtwin.core.plan import End, Mark, Step, Wait
from simtwin_faults import KINDS
from simtwin_faults.stall import Stall


def test_a_stall_waits_at_the_place_it_names_and_then_carries_on() -> None:
    fault = Stall(after_events=1, seconds=30)

    worse = list(fault.rewrite(STREAM, Random(0)))

    assert worse == [STREAM_HEAD, START, Mark(), Wait(30), *FRAMES[1:], End()]


def test_without_a_place_the_silence_is_between_head_and_body() -> None:
    worse = list(Stall(seconds=30).rewrite(JSON, Random(0)))

    assert worse == [JSON[0], Mark(), Wait(30), *JSON[1:]]


def test_a_stall_can_come_inside_a_frame() -> None:
    fault = Stall(at_byte=4, seconds=30)

    heard = arrivals(fault.rewrite(JSON, Random(0)))

    assert heard == [(0, b'{"ty'), (30, b'pe":"message"}')]


def test_two_stalls_add_up() -> None:
    once = Stall(after_events=1, seconds=30).rewrite(STREAM, Random(0))
    twice = Stall(before_event="ping", seconds=5).rewrite(once, Random(0))

    assert arrivals(twice)[:2] == [(0, START.data), (35, FRAMES[1].data)]


@given(plan=answers(), events=st.integers(0, 14))
def test_a_stall_delays_and_never_edits(plan: tuple[Step, ...], events: int) -> None:
    worse = list(Stall(after_events=events, seconds=30).rewrite(plan, Random(0)))

    assert [step for step in worse if step not in (Mark(), Wait(30))] == list(plan)


def test_a_stall_needs_to_know_how_long() -> None:
    with pytest.raises(SettingsError, match="stall needs the setting 'seconds'"):
        make(KINDS, "stall", {"after_events": 3})
