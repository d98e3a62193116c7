from __future__ import annotations

from pathlib import Path

import pytest

from simtwin.api.replay.row import row
from simtwin.core.plan import Head
from simtwin.edge.recordings import read_recordings
from simtwin.edge.upstream.heard import MOST_KEPT, Heard
from simtwin.edge.upstream.recorder import Recorder, RecorderError

EVENTS = b"event: ping\ndata: {}\n\n", b"event: message_stop\ndata: {}\n\n"
HEAD = Head(
    200,
    (
        ("content-type", "text/event-stream"),
        ("retry-after", "3"),
        ("set-cookie", "a-secret"),
        ("anthropic-organization-id", "org"),
    ),
)


def heard(*pieces: bytes, head: Head = HEAD) -> Heard:
    """A stream whose head came after a second, and a piece each second after that."""
    made = Heard(keeps=True)
    made.begin(head, 101.0)
    for at, piece in enumerate(pieces, 102):
        list(made.hear(piece, float(at)))
    list(made.end(101.0 + len(pieces)))
    return made


def add(
    recorder: Recorder, *pieces: bytes, asked: bytes = b"{}", secrets: tuple[str, ...] = ()
) -> None:
    recorder.add("POST", "/v1/messages", asked, heard(*pieces), secrets=secrets, began=100.0)


def test_an_exchange_is_a_line_with_the_times_of_its_events(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    recorder = Recorder(path, print)
    add(recorder, EVENTS[0] + EVENTS[1][:9], EVENTS[1][9:])

    (recording,) = read_recordings([path])._all

    assert [frame.data for frame in recording.frames] == [*EVENTS]
    assert recording.times is not None
    assert (recording.times.head, recording.times.events) == (1.0, (2.0, 3.0))
    assert dict(recording.headers) == {"content-type": "text/event-stream", "retry-after": "3"}


def test_a_recording_goes_on_after_a_crash_that_left_half_a_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    add(Recorder(path, print), *EVENTS)
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:50])

    add(Recorder(path, print), *EVENTS)

    assert path.read_bytes() == whole + whole


@pytest.mark.parametrize("content", [b"notes\n", b"notes", b'{"a":1}\n', b'{"method":"GET"}'])
def test_what_is_no_cassette_is_left_alone(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(content)

    with pytest.raises(RecorderError):
        Recorder(path, print)
    assert path.read_bytes() == content


def test_a_cassette_is_called_like_one(tmp_path: Path) -> None:
    with pytest.raises(RecorderError, match="jsonl"):
        Recorder(tmp_path / "a.yaml", print)
    with pytest.raises(RecorderError, match="cannot be written"):
        Recorder(tmp_path / "no" / "a.jsonl", print)


def test_what_is_too_large_is_told_and_not_recorded(tmp_path: Path) -> None:
    told: list[str] = []
    path = tmp_path / "a.jsonl"
    recorder = Recorder(path, told.append)
    add(recorder, b"x" * (MOST_KEPT + 1))

    assert len(told) == 1
    assert path.read_bytes() == b""


def test_a_full_cassette_says_so_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simtwin.edge.upstream.recorder.MOST_RECORDINGS", 1)
    told: list[str] = []
    path = tmp_path / "a.jsonl"
    recorder = Recorder(path, told.append)
    for _ in range(3):
        add(recorder, *EVENTS)

    assert len(path.read_bytes().splitlines()) == 1
    assert len(told) == 1


def test_a_key_is_in_no_part_of_a_line() -> None:
    line = row(
        "GET",
        "/v1/a?key=sk-secret",
        b'{"a":"sk-secret"}',
        200,
        headers=[("request-id", "sk-secret")],
        body=b'{"echo":"sk-secret","authorization_token":"other-secret"}',
        secrets=["sk-secret"],
        head_seconds=0.0,
        arrived=[(0.0, 9)],
        seconds=0.0,
    )

    assert b"secret" not in line


def test_bytes_that_are_no_text_are_kept_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    recorder = Recorder(path, print)
    binary = heard(b"\xff\xfe\x00", head=Head(200, (("content-type", "application/octet-stream"),)))
    recorder.add("GET", "/v1/files/a/content", b"", binary, secrets=(), began=100.0)

    (recording,) = read_recordings([path])._all

    assert [frame.data for frame in recording.frames] == [b"\xff\xfe\x00"]
