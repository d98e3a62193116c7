"""Streams whose events are not those of a lawful one."""

from __future__ import annotations

import json

import attrs
import pytest
from plans import JSON, STREAM_HEAD, body, marks
from telling import (
    BLOCK,
    BLOCK_END,
    FRAMES,
    HEL,
    LO,
    PING,
    REASON,
    START,
    STOP,
    STREAM,
    names,
    sent,
    told,
    worsened,
)

from simtwin.core.fault import SettingsError, make
from simtwin.core.plan import Chunk, End, Hangup, Mark, Step, Wait
from simtwin_faults import KINDS
from simtwin_faults.edit_events import PIECE, EditEvents


def edited(**settings: object) -> list[Chunk]:
    """The frames of the stream with an edit."""
    fault = make(KINDS, "edit_events", settings)
    worse = worsened(fault, STREAM)
    assert (worse[-1], marks(worse)) == (End(), 1)
    return sent(worse)


def test_an_event_comes_twice_but_its_tokens_once() -> None:
    assert edited(edit="duplicate", before_event="content_block_delta") == [
        *FRAMES[:4],
        attrs.evolve(HEL, tokens=0),
        *FRAMES[4:],
    ]


def test_an_event_is_missing() -> None:
    assert edited(edit="drop", before_event="message_start") == list(FRAMES[1:])


def test_all_events_of_a_name_are_missing_from_a_place_on() -> None:
    assert edited(edit="drop", event="content_block_*") == [START, PING, REASON, STOP]
    assert edited(edit="drop", event="content_block_delta", after_events=4) == [
        *FRAMES[:4],
        *FRAMES[5:],
    ]


def test_the_event_after_it_goes_first() -> None:
    assert edited(edit="swap", after_events=4) == [*FRAMES[:4], BLOCK_END, LO, REASON, STOP]


def test_the_last_event_has_none_to_go_first() -> None:
    assert edited(edit="swap", before_event="message_stop") == list(FRAMES)
    cut: list[Step] = [STREAM_HEAD, *FRAMES[:4], Wait(1), Hangup()]
    fault = EditEvents(edit="swap", after_events=3)
    assert worsened(fault, cut) == [
        STREAM_HEAD,
        *FRAMES[:3],
        Mark(),
        Wait(1),
        HEL,
        Hangup(),
    ]


@pytest.mark.parametrize(
    ("settings", "chunk"),
    [
        (
            {"event": "solar_flare"},
            Chunk(b'event: solar_flare\ndata: {"type":"solar_flare"}\n\n', "solar_flare"),
        ),
        ({"data": "[DONE]"}, Chunk(b"data: [DONE]\n\n", "message")),
        ({"event": "x", "data": "a\nb"}, Chunk(b"event: x\ndata: a\ndata: b\n\n", "x")),
    ],
)
def test_another_event_comes_before_it(settings: dict[str, str], chunk: Chunk) -> None:
    assert edited(edit="insert", after_events=3, **settings) == [*FRAMES[:3], chunk, *FRAMES[3:]]
    assert edited(edit="insert", before_event="end", **settings) == [*FRAMES, chunk]


def test_an_event_has_another_name_than_its_data_says() -> None:
    worse = edited(edit="rename", before_event="content_block_delta", event="ping")

    assert names(worse)[3] == "ping"
    assert worse[3].data == HEL.data.replace(b"event: content_block_delta", b"event: ping")


@pytest.mark.parametrize("size", [1, PIECE, 5_000_000])
def test_a_huge_event_is_json_still_and_comes_in_pieces(size: int) -> None:
    worse = edited(edit="grow", before_event="content_block_delta", bytes=size)

    pieces = worse[3:-4]
    assert all(len(piece.data) <= PIECE + 200 for piece in pieces)
    assert [piece.ends for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    assert sum(piece.tokens for piece in pieces) == 1
    whole = told(Chunk(b"".join(piece.data for piece in pieces), "content_block_delta"))
    assert len(whole.pop("padding")) == size
    assert whole == told(HEL)


def test_an_event_of_an_empty_object_grows_too() -> None:
    plan: list[Step] = [STREAM_HEAD, Chunk(b"data: {}\n\n", "x"), End()]

    worse = worsened(EditEvents(edit="grow", bytes=3), plan)

    assert json.loads(body(worse).removeprefix(b"data: ")) == {"padding": "xxx"}


def test_an_event_without_an_object_is_passed_over_where_one_is_to_grow() -> None:
    plan: list[Step] = [STREAM_HEAD, Chunk(b"data: [DONE]\n\n", "x"), BLOCK, End()]

    worse = sent(worsened(EditEvents(edit="grow", bytes=1), plan))

    assert worse[0] == plan[1]


def test_json_has_no_events_to_edit() -> None:
    assert worsened(EditEvents(edit="drop"), JSON) == list(JSON)


def test_where_no_such_event_comes_nothing_is_edited() -> None:
    fault = EditEvents(edit="drop", event="content_block_delta", after_events=7)

    assert worsened(fault, STREAM) == list(STREAM)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"edit": "insert"}, "edit_events: to insert takes an event or data"),
        ({"edit": "rename"}, "edit_events: to rename takes an event, the new name"),
        ({"edit": "grow"}, "edit_events: to grow takes bytes, by how many"),
        (
            {"edit": "swap", "event": "x"},
            "edit_events: event is for edit = insert or rename or drop",
        ),
        ({"edit": "drop", "data": "x"}, "edit_events: data is for edit = insert"),
        ({"edit": "drop", "bytes": 1}, "edit_events: bytes is for edit = grow"),
        (
            {"edit": "grow", "bytes": 20_000_001},
            "edit_events: bytes must be a whole number from 1 to 20000000, not 20000001",
        ),
        (
            {"edit": "rename", "event": "a\nb"},
            r"edit_events: event must be one line, not 'a\nb'",
        ),
        (
            {"edit": "drop", "after_events": 1, "at_token": 1},
            "edit_events: only one place can be given, not after_events and at_token",
        ),
    ],
)
def test_settings_that_cannot_be_are_refused_in_words(
    settings: dict[str, object], problem: str
) -> None:
    with pytest.raises(SettingsError) as refusal:
        make(KINDS, "edit_events", settings)

    assert str(refusal.value) == problem
