"""Frames that come in pieces."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st
from plans import BODY, JSON, STREAM, body, marks, streams

from simtwin.core.plan import Chunk, End, Flush, Head, Mark, Step, Wait
from simtwin_faults.pace import Pace
from simtwin_faults.slice import Slice

WORDS = Chunk("data: h\u00e9llo \u5317\U0001f600\n\n".encode(), "content_block_delta", 3)


def test_a_body_is_cut_into_pieces_of_that_size_each_in_a_write_of_its_own() -> None:
    worse = list(Slice(bytes=8).rewrite(JSON, Random(0)))

    assert worse == [
        JSON[0],
        Mark(),
        Chunk(b'{"type":', ends=False),
        Flush(),
        Chunk(b'"message', ends=False),
        Flush(),
        Chunk(b'"}', None, 5),
        Flush(),
        End(),
    ]


def test_pieces_can_be_apart() -> None:
    worse = list(Slice(bytes=10, seconds=0.1).rewrite(JSON, Random(0)))

    assert worse[1:5] == [
        Mark(),
        Chunk(BODY.data[:10], ends=False),
        Flush(),
        Wait(0.1),
    ]


def test_pieces_can_end_inside_a_character_alone() -> None:
    worse = Slice(inside="character").rewrite((Head(200), WORDS, End()), Random(0))

    pieces = [step.data for step in worse if isinstance(step, Chunk)]
    assert pieces == [
        b"data: h\xc3",
        b"\xa9llo \xe5",
        b"\x8c",
        b"\x97\xf0",
        b"\x9f",
        b"\x98",
        b"\x80\n\n",
    ]


def test_an_answer_without_such_a_character_is_as_it_was() -> None:
    worse = list(Slice(inside="character").rewrite(STREAM, Random(0)))

    assert worse == list(STREAM)


def test_a_later_pace_leaves_the_waits_between_pieces_alone() -> None:
    plan: tuple[Step, ...] = (STREAM[0], STREAM[1], WORDS, End())

    worse = Pace(tokens_per_second=1).rewrite(
        Slice(bytes=10, seconds=7).rewrite(plan, Random(0)), Random(0)
    )

    assert [step.seconds for step in worse if isinstance(step, Wait)] == [7, 7, 7, 7, 7, 3]


@given(plan=streams(), size=st.integers(1, 40), jitter=st.floats(0, 1), seed=st.integers())
def test_no_byte_is_lost_and_no_piece_is_larger_than_it_may_be(
    plan: tuple[Step, ...], size: int, jitter: float, seed: int
) -> None:
    worse = list(Slice(bytes=size, jitter=jitter).rewrite(plan, Random(seed)))

    chunks = [step for step in worse if isinstance(step, Chunk)]
    assert body(worse) == body(plan)
    assert all(len(chunk.data) <= max(1, round(size * (1 + jitter))) for chunk in chunks)
    assert [c.event for c in chunks if c.ends] == [c.event for c in plan if isinstance(c, Chunk)]
    assert sum(c.tokens for c in chunks) == sum(c.tokens for c in plan if isinstance(c, Chunk))
    assert marks(worse) == any(not chunk.ends for chunk in chunks)
