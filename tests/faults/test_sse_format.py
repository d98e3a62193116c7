"""The same stream in other bytes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans import JSON, STREAM_HEAD, body
from telling import FRAMES, HEL, PING, STREAM, worsened

from simtwin.core.fault import SettingsError, make
from simtwin.core.plan import Chunk, End, Mark, Step
from simtwin_faults import KINDS
from simtwin_faults.sse_format import SseFormat


def read(stream: bytes) -> list[tuple[str, str]]:
    """The events of a stream as the HTML standard has them read (9.2.6): names and data."""
    events: list[tuple[str, str]] = []
    name, data = "message", list[str]()
    for line in re.split("\r\n|\n|\r", stream.decode().removeprefix("\ufeff"))[:-1]:
        field, _, value = line.partition(":")
        match field, value.removeprefix(" "):
            case "", _ if not line:
                if data:
                    events.append((name, "\n".join(data)))
                name, data = "message", []
            case "event", value:
                name = value
            case "data", value:
                data.append(value)
    return events


ORIGINAL = read(body(STREAM))


@given(
    settings=st.fixed_dictionaries(
        {},
        optional={
            "line_ending": st.sampled_from(("lf", "crlf", "cr", "mixed")),
            "bom": st.booleans(),
            "comment": st.sampled_from(("", "keep-alive: é")),
            "space": st.booleans(),
            "id": st.booleans(),
            "retry_seconds": st.floats(0, 1e6),
            "multi_line": st.booleans(),
        },
    )
)
def test_whoever_reads_by_the_standard_reads_the_same(settings: dict[str, object]) -> None:
    worse = read(body(worsened(make(KINDS, "sse_format", settings), STREAM)))

    assert [(name, data.replace("\n", "")) for name, data in worse] == ORIGINAL


@pytest.mark.parametrize(
    ("fault", "data"),
    [
        (SseFormat(line_ending="crlf"), b'event: ping\r\ndata: {"type": "ping"}\r\n\r\n'),
        (SseFormat(line_ending="cr"), b'event: ping\rdata: {"type": "ping"}\r\r'),
        (SseFormat(bom=True), b'\xef\xbb\xbfevent: ping\ndata: {"type": "ping"}\n\n'),
        (SseFormat(comment="hm"), b': hm\n\nevent: ping\ndata: {"type": "ping"}\n\n'),
        (SseFormat(space=False), b'event:ping\ndata:{"type": "ping"}\n\n'),
        (SseFormat(id=True), b'id: 1\nevent: ping\ndata: {"type": "ping"}\n\n'),
        (SseFormat(retry_seconds=3), b'retry: 3000\nevent: ping\ndata: {"type": "ping"}\n\n'),
        (SseFormat(event_names=False), b'data: {"type": "ping"}\n\n'),
    ],
)
def test_an_event_is_written_otherwise(fault: SseFormat, data: bytes) -> None:
    worse = worsened(fault, [STREAM_HEAD, PING, End()])

    assert worse == [STREAM_HEAD, Mark(), Chunk(data, "ping"), End()]


def test_data_are_parted_after_a_comma_that_is_in_no_text() -> None:
    chunk = Chunk(b'data: {"a\\",":1,"b":2}\n\n', "x")

    worse = worsened(SseFormat(multi_line=True), [STREAM_HEAD, chunk, End()])

    assert body(worse) == b'data: {"a\\",":1,\ndata: "b":2}\n\n'


def test_mixed_line_endings_change_with_each_event() -> None:
    worse = body(worsened(SseFormat(line_ending="mixed"), [STREAM_HEAD, PING, PING, PING, End()]))

    assert re.findall(b"(\r\n|\n|\r)event", b"\n" + worse) == [b"\n", b"\r\n", b"\n"]
    assert worse.endswith(b"\r\r")


def test_an_event_that_was_cut_stays_as_it_is() -> None:
    cut = [Chunk(HEL.data[:9], HEL.event, 0, ends=False), Chunk(HEL.data[9:], HEL.event, 1)]
    plan: list[Step] = [STREAM_HEAD, *cut, FRAMES[4], End()]

    worse = worsened(SseFormat(id=True), plan)

    assert worse[1:3] == cut
    assert worse[3:] == [Mark(), Chunk(b"id: 1\n" + FRAMES[4].data, FRAMES[4].event, 1), End()]


@pytest.mark.parametrize(
    ("fault", "plan"), [(SseFormat(line_ending="cr"), JSON), (SseFormat(), STREAM)]
)
def test_what_is_no_stream_or_not_written_otherwise_stays(
    fault: SseFormat, plan: tuple[Step, ...]
) -> None:
    assert worsened(fault, plan) == list(plan)


def test_a_comment_is_one_line() -> None:
    with pytest.raises(SettingsError) as refusal:
        make(KINDS, "sse_format", {"comment": "a\nb"})

    assert str(refusal.value) == r"sse_format: comment must be one line, not 'a\nb'"


def test_the_last_event_can_lack_its_empty_line() -> None:
    worse = body(worsened(SseFormat(last_blank_line=False), STREAM))

    assert worse == body(STREAM).removesuffix(b"\n")
    assert read(worse) == ORIGINAL[:-1]
