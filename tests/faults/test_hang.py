"""Requests that are never answered."""

from __future__ import annotations

import math
from random import Random

from plans import FRAMES, STREAM, STREAM_HEAD, Counted

from simtwin.core.plan import Hangup, Mark, Raw, Wait
from simtwin_faults.hang import Hang


def test_a_hang_says_nothing_for_ever() -> None:
    worse = list(Hang().rewrite(STREAM, Random(0)))

    assert worse == [Mark(), Wait(math.inf)]


def test_a_hang_with_seconds_hangs_up_after_them() -> None:
    worse = list(Hang(seconds=20).rewrite(STREAM, Random(0)))

    assert worse == [Mark(), Wait(20), Hangup(reset=False)]


def test_a_hang_does_not_even_begin_the_answer() -> None:
    plan = Counted(STREAM)

    list(Hang(seconds=20).rewrite(plan, Random(0)))

    assert plan.read == 0


def test_a_hang_takes_the_place_of_the_answer() -> None:
    assert Hang().replaces


def test_a_hang_at_a_place_begins_the_answer_and_never_goes_on() -> None:
    worse = list(Hang(after_events=2).rewrite(STREAM, Random(0)))

    assert worse == [STREAM_HEAD, *FRAMES[:2], Mark(), Wait(math.inf)]
    assert not Hang(after_events=2).replaces


def test_a_hang_in_the_head_leaves_half_of_a_line() -> None:
    worse = list(Hang(at_head_byte=10, seconds=40).rewrite(STREAM, Random(0)))

    assert worse == [Mark(), Raw(b"HTTP/1.1 2"), Wait(40), Hangup()]
