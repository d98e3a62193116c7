"""Exchanges with the upstream, written down as they end: a cassette that `--replay` plays.

A line is written in one piece once its exchange is whole, so a crash loses none that was and leaves
none that was not; half a line that an earlier crash left all the same is cut off.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from simtwin.api.replay.recording import RecordingError
from simtwin.api.replay.row import BEGINNING, row
from simtwin.api.replay.shelf import MOST_RECORDINGS
from simtwin.edge.recordings import LARGEST_FILE, LINES, in_lines
from simtwin.edge.upstream.heard import Heard


class RecorderError(Exception):
    """There can be no such recording; the text says why."""


class Recorder:
    """A cassette that is written.

    Args:
        path: of the file, which is made where there is none, for its owner alone. One that is there
            goes on, if it is a cassette.
        tell: hears a sentence where something is not recorded that could have been.

    Raises:
        RecorderError: it cannot be written, or is something else.
    """

    def __init__(self, path: Path, tell: Callable[[str], object]) -> None:
        if path.suffix not in LINES:
            raise RecorderError(
                f"{path} is not called {' or '.join(LINES)}, as a cassette of lines is"
            )
        self.path = path
        self._tell = tell
        self._full = False
        try:
            size, self._count = _mended(path)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
            self._file = os.open(path, flags, 0o600)
        except OSError as error:
            raise RecorderError(f"{path} cannot be written: {error.strerror}") from None
        self._size = size

    def add(
        self,
        method: str,
        path: str,
        asked: bytes,
        heard: Heard,
        *,
        secrets: Iterable[str],
        began: float,
    ) -> None:
        """Write an exchange down that is whole; what is too large for a cassette is told of.

        Args:
            method: in capitals.
            path: with the query.
            asked: the request's body where it is JSON; else empty.
            heard: the answer.
            secrets: are not in it.
            began: when it was asked for (loop time).
        """
        head, body, ended = heard.head, heard.body, heard.ended_at
        if self._full or head is None or ended is None:
            return
        if body is None:
            self._tell(f"--record: an answer to {method} {path} is too large to be recorded")
            return
        line = row(
            method,
            path,
            asked,
            head.status,
            headers=head.headers,
            body=body,
            secrets=secrets,
            head_seconds=heard.head_at - began,
            arrived=[(each.at - began, each.size) for each in heard.arrived],
            seconds=ended - began,
        )
        if self._size + len(line) > LARGEST_FILE or self._count >= MOST_RECORDINGS:
            self._full = True
            self._tell(f"--record: {self.path} is full; nothing more is recorded")
            return
        try:
            written = os.write(self._file, line)
        except OSError as error:
            self._full = True
            self._tell(f"--record: {self.path} cannot be written any more: {error.strerror}")
            return
        self._size += written
        self._count += 1
        if written < len(line):
            self._full = True
            self._tell(f"--record: {self.path} has no room for more")

    def close(self) -> None:
        """Nothing more will be recorded."""
        os.close(self._file)


def _mended(path: Path) -> tuple[int, int]:
    """The size of a cassette that is there, and how many lines it has; less what is half a line.

    Raises:
        RecorderError: it is something else.
        OSError: it cannot be read.
    """
    if not path.exists():
        return 0, 0
    if path.stat().st_size > LARGEST_FILE:
        raise RecorderError(f"{path} is full")
    data = path.read_bytes()
    size = data.rfind(b"\n") + 1
    rest = data[size:]
    if rest and (_is_json(rest) or not rest.startswith(BEGINNING[: len(rest)])):
        raise RecorderError(f"{path} is there, and does not end as a cassette does")
    try:
        count = len(list(in_lines(data[:size], path)))
    except RecordingError as error:
        raise RecorderError(f"{path} is there, and is no cassette: {error}") from None
    if rest:
        os.truncate(path, size)
    return size, count


def _is_json(line: bytes) -> bool:
    try:
        msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True
