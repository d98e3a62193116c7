from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simtwin.api.frames import LARGEST_FRAME, Frames, data_of, tokens_of
from simtwin.core.plan import Chunk

START = b'event: message_start\ndata: {"type":"message_start"}\n\n'
DELTA = (
    b'event: content_block_delta\ndata: {"delta":{"type":"text_delta","text":"Hello to you"}}\n\n'
)


def cut(*pieces: bytes) -> list[Chunk]:
    frames = Frames()
    return [*(chunk for piece in pieces for chunk in frames.cut(piece)), *frames.rest()]


@given(data=st.lists(st.sampled_from([b"\r", b"\n", b"data: a", b"event: b", b"x"])), at=st.data())
def test_no_byte_is_changed_wherever_the_pieces_end(data: list[bytes], at: st.DataObject) -> None:
    whole = b"".join(data)
    places = sorted(at.draw(st.lists(st.integers(0, len(whole)), max_size=5)))
    pieces = [
        whole[start:end] for start, end in zip([0, *places], [*places, len(whole)], strict=True)
    ]

    assert b"".join(chunk.data for chunk in cut(*pieces)) == whole


@given(at=st.integers(0, len(START + DELTA)))
def test_an_event_is_whole_with_its_empty_line(at: int) -> None:
    whole = START + DELTA

    assert cut(whole[:at], whole[at:]) == [
        Chunk(START, "message_start"),
        Chunk(DELTA, "content_block_delta", 3),
    ]


def test_every_line_end_of_the_standard_ends_a_line() -> None:
    for end in (b"\n", b"\r\n", b"\r"):
        written = (START + DELTA).replace(b"\n", end)

        assert [chunk.event for chunk in cut(written)] == ["message_start", "content_block_delta"]


def test_an_event_without_a_name_is_a_message() -> None:
    assert cut(b"data: {}\n\n: a comment\n\n") == [
        Chunk(b"data: {}\n\n", "message"),
        Chunk(b": a comment\n\n", "message"),
    ]


def test_what_never_became_whole_is_a_piece() -> None:
    assert cut(START[:-1]) == [Chunk(START[:-1], "message_start", ends=False)]


def test_an_event_without_end_is_not_held() -> None:
    frames = Frames()

    chunks = list(frames.cut(b"data: " + b"x" * LARGEST_FRAME))

    assert [chunk.ends for chunk in chunks] == [False]
    assert list(frames.rest()) == []


def test_tokens_are_counted_in_every_kind_of_delta() -> None:
    for field in ("text", "thinking", "partial_json"):
        frame = DELTA.replace(b'"text":', b'"%b":' % field.encode())
        assert tokens_of(frame) == 3

    assert tokens_of(b"data: no JSON\n\n") == 0
    assert data_of(b"event: a\ndata:b\ndata: c\n\n") == b"b"
