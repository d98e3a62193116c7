"""An answer as it is heard in passing: its frames, what it says it cost, and when all of it came."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs

from simtwin.api.frames import Frames, data_of
from simtwin.api.replay.body import usage_of
from simtwin.api.replay.recording import Frame
from simtwin.core.plan import Chunk, Head
from simtwin.core.usage import Tokens

#: Of a body that is no stream, as much is kept until it is whole: what it cost stands at its end. A
#: message of the longest output is a tenth of it.
MOST_KEPT = 8 * 1024 * 1024

_TELLING = ("message_start", "message_delta")
_USAGE = b'"usage":'
#: What OpenAI's usage is called.
_PROMPT, _COMPLETION = "prompt_tokens", "completion_tokens"
#: zlib's window bits: the largest window, in gzip's form or zlib's own.
_EITHER = zlib.MAX_WBITS | 32


@attrs.frozen
class Arrived:
    """A piece of a body, uncompressed: when it came, and how much there was with it (bytes)."""

    at: float
    size: int


class Heard:
    """One answer of the upstream.

    Args:
        keeps: whether the whole body is wanted in the end.

    Attributes:
        head: of the answer, and `head_at` when it came (loop time).
        ended_at: when it was whole.
        arrived: its pieces.
    """

    def __init__(self, *, keeps: bool) -> None:
        self.head: Head | None = None
        self.head_at = 0.0
        self.ended_at: float | None = None
        self.arrived: list[Arrived] = []
        self._keeps = keeps
        self._pieces: list[bytes] = []
        self._size = 0
        self._frames: Frames | None = None
        self._telling: dict[str, Frame] = {}
        self._inflate: Any = None

    @property
    def streams(self) -> bool:
        """Whether it is a stream of events."""
        return self._frames is not None

    def begin(self, head: Head, now: float) -> None:
        """The head has come."""
        self.head, self.head_at = head, now
        if head.streams:
            self._frames = Frames()
        if head.header("content-encoding") in ("gzip", "deflate"):
            self._inflate = zlib.decompressobj(_EITHER)

    def hear(self, data: bytes, now: float) -> Iterable[Chunk]:
        """A piece of the body has come; the frames that it makes whole."""
        data = self._plain(data)
        if not data:
            return ()
        self._keep(data, now)
        if self._frames is None:
            return (Chunk(data, ends=False),)
        return self._noted(self._frames.cut(data))

    def end(self, now: float) -> Iterable[Chunk]:
        """The body is whole; what is left of it."""
        self.ended_at = now
        return self.rest()

    def rest(self) -> Iterable[Chunk]:
        """What came of a frame that never became whole."""
        return () if self._frames is None else self._frames.rest()

    @property
    def body(self) -> bytes | None:
        """All of it, where that is kept."""
        return None if self._size > MOST_KEPT else b"".join(self._pieces)

    @property
    def tokens(self) -> Tokens:
        """What it has cost by what it said so far."""
        usage = self._usage()
        return Tokens(
            input=usage.get("input_tokens", usage.get(_PROMPT, 0)),
            cache_creation=usage.get("cache_creation_input_tokens", 0),
            cache_read=usage.get("cache_read_input_tokens", 0),
            output=usage.get("output_tokens", usage.get(_COMPLETION, 0)),
        )

    def _usage(self) -> Mapping[str, int]:
        if self.head is None or not 200 <= self.head.status < 300:
            return {}
        if self._frames is not None:
            return usage_of(tuple(self._telling.values()))
        body = self.body if self.ended_at is not None else None
        return usage_of((Frame(body),)) if body else {}

    def _noted(self, frames: Iterator[Chunk]) -> Iterator[Chunk]:
        for frame in frames:
            if frame.event in _TELLING:
                self._telling[frame.event or ""] = Frame(frame.data, frame.event)
            elif frame.event == "message" and _USAGE in frame.data:
                # OpenAI's events have no names, and the last one tells.
                self._telling["message"] = Frame(data_of(frame.data))
            yield frame

    def _keep(self, data: bytes, now: float) -> None:
        self._size += len(data)
        if self._frames is not None and not self._keeps:
            return
        if self._size > MOST_KEPT:
            self._pieces.clear()
            self.arrived.clear()
            return
        self._pieces.append(data)
        self.arrived.append(Arrived(now, self._size))

    def _plain(self, data: bytes) -> bytes:
        """`data` uncompressed; nothing once that fails or is larger than anything that is kept."""
        if self._inflate is None:
            return data
        try:
            plain: bytes = self._inflate.decompress(data, MOST_KEPT)
        except zlib.error:
            plain = b""
        return plain
