"""Bytes that are wrong."""

from __future__ import annotations

import json

import pytest
from plans import JSON, STREAM_HEAD, body
from telling import FRAMES, HEL, MESSAGE, STREAM, json_answer, sent, worsened

from simtwin.core.plan import Chunk, End, Head, Mark, Step
from simtwin_faults.corrupt import Corrupt


@pytest.mark.parametrize(
    ("fault", "data"),
    [
        (
            Corrupt(form="json", before_event="content_block_delta"),
            b'data: {"type":"content_block_delta","index":0,"\n\n',
        ),
        (Corrupt(form="utf8", after_events=3), HEL.data.replace(b"hel", b"hel\xff\xfe")[27:]),
        (Corrupt(form="nul", after_events=3), HEL.data.replace(b"hel", b"hel\0")[27:]),
    ],
)
def test_one_event_is_spoiled_and_no_other(fault: Corrupt, data: bytes) -> None:
    worse = worsened(fault, STREAM)

    spoiled = Chunk(b"event: content_block_delta\n" + data, "content_block_delta", 1)
    assert worse == [STREAM_HEAD, *FRAMES[:3], Mark(), spoiled, *FRAMES[4:], End()]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Corrupt(form="json"), json.JSONDecodeError),
        (Corrupt(form="utf8"), UnicodeDecodeError),
        (Corrupt(form="nul"), json.JSONDecodeError),
    ],
)
def test_a_json_answer_is_spoiled_and_its_length_is_right(
    fault: Corrupt, error: type[ValueError]
) -> None:
    worse = worsened(fault, json_answer(MESSAGE))

    head = next(step for step in worse if isinstance(step, Head))
    assert head.header("content-length") == str(len(body(worse)))
    with pytest.raises(error):
        json.loads(body(worse))


def test_text_is_spoiled_at_its_end_where_it_has_no_quotes() -> None:
    worse = worsened(Corrupt(form="utf8"), json_answer([1, 2]))

    assert body(worse) == b"[1, 2]\xff\xfe"


def test_a_place_inside_json_is_none_of_its_places() -> None:
    assert worsened(Corrupt(form="json", after_events=1), JSON) == list(JSON)


def test_an_event_that_was_cut_is_passed_over() -> None:
    cut = [Chunk(HEL.data[:9], HEL.event, 0, ends=False), Chunk(HEL.data[9:], HEL.event, 1)]
    plan: list[Step] = [STREAM_HEAD, *FRAMES[:3], *cut, *FRAMES[4:], End()]

    worse = sent(worsened(Corrupt(form="json", after_events=3), plan))

    assert worse[3:5] == cut
    assert worse[5] != FRAMES[4]
