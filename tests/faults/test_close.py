"""Connections that end with an answer, and answers whose end is not told."""

from __future__ import annotations

import math
from random import Random

import pytest
from plans import BODY, FRAMES, JSON, STREAM, STREAM_HEAD

from simtwin.core.fault import SettingsError, make
from simtwin.core.framing import Framing
from simtwin.core.plan import End, Hangup, Head, Mark, Wait
from simtwin_faults import KINDS
from simtwin_faults.close import Close


def test_the_connection_ends_with_the_answer() -> None:
    worse = list(Close(reset=True).rewrite(STREAM, Random(0)))

    assert worse == [Mark(), STREAM_HEAD.framed(), *FRAMES, End(Hangup(reset=True))]


def test_the_end_can_be_late_and_leave_half_of_the_connection_open() -> None:
    *_, end = Close(seconds=5, half_open_seconds=9).rewrite(STREAM, Random(0))

    assert end == End(Hangup(half_open_seconds=9), 5)


def test_the_end_can_be_announced() -> None:
    _, head, *_ = Close(announce=True).rewrite(JSON, Random(0))

    assert isinstance(head, Head)
    assert head.header("connection") == "close"
    assert head.header("content-length") == "18"


@pytest.mark.parametrize(("seconds", "end"), [(None, [Wait(math.inf)]), (40, [Wait(40), Hangup()])])
def test_without_its_last_chunk_a_body_is_there_and_does_not_end(
    seconds: float | None, end: list[object]
) -> None:
    mark, head, *rest = Close(last_chunk=False, seconds=seconds).rewrite(JSON, Random(0))

    assert mark == Mark()
    assert isinstance(head, Head)
    assert (head.header("content-length"), head.framing) == (None, Framing(chunked=True))
    assert rest == [BODY, *end]


def test_after_a_reset_nothing_is_half_open() -> None:
    with pytest.raises(SettingsError, match="half_open_seconds means nothing after a reset"):
        make(KINDS, "close", {"reset": True, "half_open_seconds": 1})
