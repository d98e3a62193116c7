"""Answers that end early as if they were whole."""

from __future__ import annotations

from random import Random

import pytest
from plans import BODY, DELTA_1, FRAMES, JSON, STREAM, STREAM_HEAD, body, json_head

from simtwin.core.fault import stand_in
from simtwin.core.plan import Chunk, End, Head, Mark, Plan, Step
from simtwin_faults.disconnect import Disconnect
from simtwin_faults.refuse import Refuse
from simtwin_faults.truncate import Truncate


def promised(plan: Plan) -> list[int]:
    """The lengths that the heads of a plan announce."""
    lengths = [step.header("content-length") for step in plan if isinstance(step, Head)]
    return [int(length) for length in lengths if length is not None]


def test_a_stream_ends_after_the_events_it_names() -> None:
    worse = list(Truncate(after_events=3).rewrite(STREAM, Random(0)))

    assert worse == [STREAM_HEAD, *FRAMES[:3], Mark(), End()]


def test_without_a_place_the_body_is_empty() -> None:
    worse = list(Truncate().rewrite(STREAM, Random(0)))

    assert worse == [STREAM_HEAD, Mark(), End()]


def test_a_stream_can_end_inside_a_frame() -> None:
    worse = list(Truncate(at_byte=len(body(FRAMES[:2])) + 9).rewrite(STREAM, Random(0)))

    assert worse[3:] == [
        Chunk(DELTA_1.data[:9], DELTA_1.event, tokens=0, ends=False),
        Mark(),
        End(),
    ]


@pytest.mark.parametrize(
    ("fault", "length"),
    [
        (Truncate(), 0),
        (Truncate(after_events=0), 0),
        (Truncate(at_token=0), 0),
        (Truncate(at_byte=0), 0),
        (Truncate(at_byte=10), 10),
        (Truncate(at_byte=18), 18),
    ],
)
def test_a_json_answer_announces_the_length_that_it_then_has(fault: Truncate, length: int) -> None:
    worse = list(fault.rewrite(JSON, Random(0)))

    assert promised(worse) == [length]
    assert body(worse) == BODY.data[:length]
    assert worse[-2:] == [Mark(), End()]


@pytest.mark.parametrize(
    "fault",
    [
        Truncate(at_byte=19),
        Truncate(after_events=1),
        Truncate(at_token=1),
        Truncate(before_event="message_stop"),
    ],
)
def test_a_json_answer_without_that_place_stays_as_it_is(fault: Truncate) -> None:
    assert list(fault.rewrite(JSON, Random(0))) == list(JSON)


def test_the_other_headers_of_a_shortened_answer_stay() -> None:
    head = next(iter(Truncate(at_byte=10).rewrite(JSON, Random(0))))

    assert isinstance(head, Head)
    assert set(head.headers) == set(json_head(10).headers)


def test_a_refusal_can_be_truncated_too() -> None:
    refusal = Refuse(status=529).rewrite(stand_in(STREAM_HEAD), Random(0))

    worse = list(Truncate(at_byte=30).rewrite(refusal, Random(0)))

    assert promised(worse) == [30]
    assert len(body(worse)) == 30


def test_an_answer_that_is_cut_before_the_place_is_not_ended() -> None:
    cut: list[Step] = list(Disconnect(after_events=2).rewrite(STREAM, Random(0)))

    worse = list(Truncate(after_events=3).rewrite(cut, Random(0)))

    assert worse == cut
