"""Answers that are compressed, or say so."""

from __future__ import annotations

import gzip
import zlib
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans import BODY, FRAMES, JSON, STREAM, answers, body

from simtwin.core.fault import SettingsError, make
from simtwin.core.plan import Chunk, End, Head, Mark, Step
from simtwin_faults import KINDS
from simtwin_faults.encoding import Encoding


def worse(plan: tuple[Step, ...], **settings: Any) -> list[Step]:
    return list(Encoding(**settings).rewrite(plan, Random(0)))


def test_the_head_says_so_and_no_longer_how_long_the_body_is() -> None:
    mark, head, *_ = worse(JSON)

    assert mark == Mark()
    assert isinstance(head, Head)
    assert (head.header("content-encoding"), head.header("content-length")) == ("gzip", None)


@pytest.mark.parametrize(("name", "window"), [("gzip", 31), ("deflate", 15)])
@given(plan=answers().filter(lambda plan: plan[-1] == End()), flush=st.booleans())
def test_an_encoded_body_is_the_body_again(
    name: str, window: int, plan: tuple[Step, ...], flush: bool
) -> None:
    decoder = zlib.decompressobj(window)

    encoded = body(worse(plan, name=name, flush=flush))

    assert decoder.decompress(encoded) == body(plan)
    assert decoder.eof


def test_every_event_can_be_read_as_soon_as_it_is_there() -> None:
    decoder = zlib.decompressobj(31)

    chunks = [step for step in worse(STREAM) if isinstance(step, Chunk)]

    assert [decoder.decompress(chunk.data) for chunk in chunks[:-1]] == [f.data for f in FRAMES]
    assert [chunk.event for chunk in chunks[:-1]] == [frame.event for frame in FRAMES]
    assert [chunk.tokens for chunk in chunks[:-1]] == [frame.tokens for frame in FRAMES]


def test_without_a_flush_the_events_come_together_at_the_end() -> None:
    *first, last = (step for step in worse(STREAM, flush=False) if isinstance(step, Chunk))

    assert len(b"".join(chunk.data for chunk in first)) <= 10
    assert gzip.decompress(b"".join(c.data for c in [*first, last])) == body(STREAM)


def test_bytes_can_be_missing_at_the_end_of_what_is_said_to_be_all() -> None:
    whole, cut = worse(JSON), worse(JSON, missing_bytes=12)

    assert body(cut) == body(whole)[:-12]
    assert cut[-1] == End()


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"name": "zzip"}, BODY.data),
        ({"name": "gzip", "body": "plain"}, BODY.data),
        ({"name": "deflate", "body": "gzip"}, body(worse(JSON))),
        ({"name": "zzip", "body": "gzip"}, body(worse(JSON))),
    ],
)
def test_the_body_need_not_be_what_the_head_says(settings: dict[str, Any], expected: bytes) -> None:
    assert body(worse(JSON, **settings)) == expected


def test_garbage_is_as_long_as_the_body() -> None:
    garbage = body(worse(JSON, body="garbage"))

    assert len(garbage) == len(BODY.data)
    with pytest.raises(gzip.BadGzipFile):
        gzip.decompress(garbage)


def test_a_name_that_cannot_be_one_is_refused() -> None:
    with pytest.raises(SettingsError, match="name must be the name of a header"):
        make(KINDS, "encoding", {"name": "a b"})
