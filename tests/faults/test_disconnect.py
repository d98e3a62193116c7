"""Connections that are cut."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans import BODY, FRAMES, JSON, STREAM, STREAM_HEAD, Counted, body

from simtwin.core.fault import SettingsError, make
from simtwin.core.plan import Chunk, Hangup, Mark, Raw, Wait
from simtwin_faults import KINDS
from simtwin_faults.disconnect import Disconnect


def test_without_a_place_there_is_no_answer_at_all() -> None:
    plan = Counted(STREAM)

    worse = list(Disconnect().rewrite(plan, Random(0)))

    assert worse == [Mark(), Hangup(reset=False, flush=True)]
    assert plan.read == 0


@pytest.mark.parametrize(
    ("fault", "replaces"),
    [
        (Disconnect(), True),
        (Disconnect(reset=True), True),
        (Disconnect(after_events=0), False),
        (Disconnect(at_byte=0), False),
        (Disconnect(at_token=0), False),
        (Disconnect(before_event="message_start"), False),
    ],
)
def test_it_replaces_the_answer_only_where_none_of_it_is_sent(
    fault: Disconnect, replaces: bool
) -> None:
    assert fault.replaces is replaces


def test_after_no_events_the_head_is_out() -> None:
    worse = list(Disconnect(after_events=0).rewrite(STREAM, Random(0)))

    assert worse == [STREAM_HEAD, Mark(), Hangup()]


def test_a_stream_is_cut_after_the_events_it_names() -> None:
    worse = list(Disconnect(after_events=3, reset=True).rewrite(STREAM, Random(0)))

    assert worse == [STREAM_HEAD, *FRAMES[:3], Mark(), Hangup(reset=True)]


def test_a_stream_can_be_cut_between_its_last_event_and_its_end() -> None:
    worse = list(Disconnect(after_events=6).rewrite(STREAM, Random(0)))

    assert worse == [STREAM_HEAD, *FRAMES, Mark(), Hangup()]


def test_a_json_body_is_cut_at_a_byte_and_its_head_still_promises_the_whole() -> None:
    worse = list(Disconnect(at_byte=10, flush=False).rewrite(JSON, Random(0)))

    assert worse == [
        JSON[0],
        Chunk(BODY.data[:10], ends=False),
        Mark(),
        Hangup(reset=False, flush=False),
    ]


def test_nothing_is_read_past_the_cut() -> None:
    plan = Counted(STREAM)

    worse = list(Disconnect(after_events=2).rewrite(plan, Random(0)))

    assert plan.read == 3
    assert body(worse) == FRAMES[0].data + FRAMES[1].data


def test_a_head_is_cut_at_a_byte_of_it() -> None:
    worse = list(Disconnect(at_head_byte=27).rewrite(STREAM, Random(0)))

    assert worse == [Mark(), Raw(b"HTTP/1.1 200 \r\ncontent-type"), Hangup()]


@given(at=st.integers(0, 400))
def test_what_comes_of_a_head_is_its_beginning_or_the_answer_is_whole(at: int) -> None:
    worse = list(Disconnect(at_head_byte=at).rewrite(STREAM, Random(0)))

    written = STREAM_HEAD.written
    cut = [Mark(), Raw(written[:at]), Hangup()]
    assert worse == (cut if at < len(written) else list(STREAM))


def test_it_can_be_silent_before_it_hangs_up() -> None:
    worse = list(Disconnect(after_events=1, after_seconds=0.2).rewrite(STREAM, Random(0)))

    assert worse == [STREAM_HEAD, FRAMES[0], Mark(), Wait(0.2), Hangup()]


def test_a_fin_can_leave_half_of_the_connection_open() -> None:
    worse = list(Disconnect(half_open_seconds=30).rewrite(STREAM, Random(0)))

    assert worse == [Mark(), Hangup(half_open_seconds=30)]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"at_head_byte": 3, "at_byte": 3}, "at_head_byte is a place, and only one can be given"),
        ({"reset": True, "half_open_seconds": 3}, "half_open_seconds means nothing after a reset"),
        ({"after_seconds": -1}, "after_seconds must be a number from 0 up, not -1"),
    ],
)
def test_what_cannot_be_is_refused_in_words(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        make(KINDS, "disconnect", settings)
