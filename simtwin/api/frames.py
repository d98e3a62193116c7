r"""A body that somebody else writes, cut into frames as it comes in; not a byte is changed.

    b"event: ping\ndata: {}\n\nevent: con"  ─►  Chunk(b"event: ping\ndata: {}\n\n", "ping")
    b"tent_block_delta\n…"                  ─►  …

"Lines must be separated by either a U+000D CARRIAGE RETURN U+000A LINE FEED (CRLF) character pair, a
single U+000A LINE FEED (LF) character, or a single U+000D CARRIAGE RETURN (CR)" -- HTML standard,
9.2.5; an event ends with an empty line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from simtwin.api.tokens.text import pieces
from simtwin.core.plan import Chunk

#: A frame that is longer is passed on in pieces; no event of the API is a hundredth of it.
LARGEST_FRAME = 4 * 1024 * 1024

# Atomic: a CRLF is one line end and not two.
_EMPTY_LINE = re.compile(rb"(?>\r\n|\n|\r)(?>\r\n|\n|\r)")
_LINE_ENDS = b"\r\n"
_NAME = re.compile(rb"(?:\A|[\r\n])event: ?([^\r\n]*)")
_DATA = re.compile(rb"(?:\A|[\r\n])data: ?([^\r\n]*)")
_DELTA = "content_block_delta"


class _Delta(msgspec.Struct):
    text: str = ""
    thinking: str = ""
    partial_json: str = ""


class _Event(msgspec.Struct):
    delta: _Delta


_decode = msgspec.json.Decoder(_Event).decode


class Frames:
    """The events of one stream."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._looked = 0

    def cut(self, data: bytes) -> Iterator[Chunk]:
        """The events that are whole with `data`, each with its name and about its tokens of output.

        An event without a name is a `message`, as browsers have it.
        """
        self._rest += data
        while (end := self._end()) is not None:
            frame = bytes(self._rest[:end])
            del self._rest[:end]
            self._looked = 0
            name = name_of(frame)
            yield Chunk(frame, name, tokens_of(frame) if name == _DELTA else 0)
        if len(self._rest) > LARGEST_FRAME:
            yield Chunk(bytes(self._rest), "message", ends=False)
            self._rest.clear()
            self._looked = 0

    def rest(self) -> Iterator[Chunk]:
        """What came of an event that never became whole."""
        if self._rest:
            yield Chunk(bytes(self._rest), name_of(bytes(self._rest)), ends=False)
            self._rest.clear()

    def _end(self) -> int | None:
        """Where the first event ends. Line ends before it are its own."""
        if not self._looked:
            stripped = self._rest.lstrip(_LINE_ENDS)
            self._looked = len(self._rest) - len(stripped)
        found = _EMPTY_LINE.search(self._rest, self._looked)
        if found is not None:
            return found.end()
        # Half of the empty line may be there already.
        self._looked = max(self._looked, len(self._rest) - 3)
        return None


def name_of(frame: bytes) -> str:
    """What an event is called."""
    found = _NAME.search(frame)
    return "message" if found is None else found[1].decode("ascii", "replace")


def data_of(frame: bytes) -> bytes:
    """The first line of data of an event; the API's have one."""
    found = _DATA.search(frame)
    return b"" if found is None else found[1]


def tokens_of(frame: bytes) -> int:
    """About how many tokens of output a delta brings: only the end of a stream says how many."""
    try:
        delta = _decode(data_of(frame)).delta
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return 0
    return len(pieces(delta.text or delta.thinking or delta.partial_json))
