"""The grammar of a stream, and one event on the wire."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin.api.sse import (
    FAILED,
    LEGAL_NEXT,
    PADDINGS,
    PING,
    START,
    WHOLE,
    accepts,
    frame,
    state_after,
)

# As recorded from claude-haiku-4-5 in 2026-04.
RECORDED = (
    "message_start",
    "content_block_start",
    "ping",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
)
EVENTS = sorted({name for row in LEGAL_NEXT.values() for name in row})


def test_a_recorded_stream_is_whole() -> None:
    assert accepts(RECORDED)


@pytest.mark.parametrize("length", range(len(RECORDED)))
def test_the_beginning_of_a_stream_is_legal_and_not_whole(length: int) -> None:
    cut = RECORDED[:length]

    assert accepts(cut, prefix=True)
    assert not accepts(cut)


@pytest.mark.parametrize("length", range(len(RECORDED)))
def test_an_error_may_end_a_stream_anywhere_before_its_end(length: int) -> None:
    failed = (*RECORDED[:length], "error")

    assert accepts(failed, prefix=True)
    assert not accepts(failed)
    assert state_after(failed) == FAILED


@pytest.mark.parametrize(
    "events",
    [
        ("ping",),
        ("content_block_start",),
        ("message_start", "message_start"),
        ("message_start", "content_block_delta"),
        ("message_start", "content_block_start", "content_block_start"),
        ("message_start", "content_block_start", "message_delta"),
        ("message_start", "message_stop"),
        (*RECORDED, "ping"),
        (*RECORDED, "error"),
        ("message_start", "error", "message_delta"),
        ("message_start", "something_new"),
    ],
)
def test_what_the_table_does_not_list_is_illegal(events: tuple[str, ...]) -> None:
    assert not accepts(events, prefix=True)
    assert not accepts(events)


@given(st.data())
def test_a_walk_through_the_table_is_accepted_and_a_step_out_of_it_is_not(
    data: st.DataObject,
) -> None:
    state, walked = START, list[str]()
    for _ in range(data.draw(st.integers(0, 12))):
        if not LEGAL_NEXT[state]:
            break
        walked.append(data.draw(st.sampled_from(sorted(LEGAL_NEXT[state]))))
        state = LEGAL_NEXT[state][walked[-1]]

    illegal = [name for name in EVENTS if name not in LEGAL_NEXT[state]]
    astray = [*walked, data.draw(st.sampled_from(illegal))] if illegal else ["ping"]

    assert accepts(walked, prefix=True)
    assert accepts(walked) == (state == WHOLE)
    assert not accepts(astray, prefix=True)


def test_every_state_of_the_table_leads_to_states_of_the_table() -> None:
    led_to = {state for row in LEGAL_NEXT.values() for state in row.values()}

    assert led_to | {START} == set(LEGAL_NEXT)


def test_a_frame_has_two_lines_and_its_padding_before_the_last_brace() -> None:
    data = frame("message_stop", b'{"type":"message_stop"}', 3)

    assert data == b'event: message_stop\ndata: {"type":"message_stop"   }\n\n'


def test_most_frames_are_padded_with_up_to_fifteen_spaces() -> None:
    padded = [length for length in PADDINGS if length]

    assert len(PADDINGS) == 256
    assert 0.91 < len(padded) / len(PADDINGS) < 0.93
    assert set(padded) == set(range(1, 16))


def test_a_ping_is_as_recorded() -> None:
    assert PING == b'event: ping\ndata: {"type": "ping"}\n\n'
