"""A large body as a JSON object, decoded in pieces: the others are not to wait for it.

The decoder takes a run of whole elements at once, so the body is only looked through for where
elements end. A run is at most about a piece long; an element that is longer is opened and read
element by element itself, a text that is longer is put together from its parts.

    {"model": "m", "messages": [{…}, {…}, {"role": "user", "content": [{…}, {…}, …
     └────── a run ───┘ opened  └─ a run ┘  └─── a run ──┘    opened    └ a run …
"""

from __future__ import annotations

import re
from collections import deque
from typing import Any

import attrs
import msgspec

from simtwin.api.errors import Rejected
from simtwin.api.request.decode import as_object, decode, misplaced, too_deep
from simtwin.api.request.steps import Steps

#: How many bytes are decoded at once: at most about 2 ms, where nearly every byte is a value.
PIECE = 32 * 1024
#: As deep as the decoder goes at once, or nearly.
_DEEPEST = 900
#: In pieces: what has no end, no bracket and no comma for so long is a number of many digits.
_LONGEST_NUMBER = 64

_TEXT = rb'"(?:[^"\\]++|\\.)*+"'
_FLAT = rb'\{[^][{}"]*+(?:' + _TEXT + rb'[^][{}"]*+)*+\}'
_ELEMENT = rb'(?:[^][{}",]++|' + _FLAT + rb"|" + _TEXT + rb")"
#: What is looked for: elements in a row with the comma after each, what has no comma after it, and
#: a bracket, or a quote whose text does not end here.
_TOKEN = re.compile(
    rb"(?:" + _ELEMENT + rb"*+,)++|" + _ELEMENT + rb'++|([][{}"])',
    re.DOTALL,
)
_PART_OF_TEXT = re.compile(rb'(?:[^"\\]++|\\u[0-9a-fA-F]{4}|\\[^u])*+', re.DOTALL)
_HIGH_SURROGATE = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}\Z")
_BLANKS = re.compile(rb"[ \t\n\r]*+")
_ESCAPE = 6
#: How many parts of a long text are joined at once: a megabyte.
_PARTS_AT_ONCE = 32
_BLANK = b" \t\n\r"
_OPEN = {ord("["): ord("]"), ord("{"): ord("}")}

#: A large body is in what it was put together in.
Bytes = bytes | bytearray

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


class _BrokenError(Exception):
    """The body is no JSON; `at` is where, and `fault` what the decoder said of a piece from there."""

    def __init__(self, at: int, fault: Exception | None = None) -> None:
        super().__init__(at)
        self.at = at
        self.fault = fault


@attrs.define
class _Frame:
    """A list or an object that is read element by element.

    Args:
        value: what is in it so far.
        close: the bracket that ends it.
        start: where the first element begins that is not decoded yet.
        cut: the place after the last comma between its elements.
        valued: whether a value stands right before `start`.
        comma: whether a comma does.
        key: of the value that is being read by itself, in an object.
        named: whether `start` is after such a key, which was too long to be in a run.
    """

    value: Any
    close: int
    start: int
    cut: int
    valued: bool = False
    comma: bool = False
    key: str = ""
    named: bool = False


@attrs.define
class _Open:
    """A bracket inside of what is not decoded yet, and the place after its last comma."""

    at: int
    close: int
    cut: int


def decoding(body: Bytes, piece: int = PIECE) -> Steps[dict[str, Any]]:
    """`decode`, with a pause after each piece.

    Args:
        body: the body.
        piece: how many bytes are decoded at once, about.

    Raises:
        Rejected: as `decode` does.
    """
    if len(body) <= piece:
        return decode(bytes(body))
    try:
        found = yield from _Reader(body, piece).read()
    except RecursionError:
        raise too_deep() from None
    except _BrokenError as broken:
        raise _told(body, broken) from None
    return as_object(found)


def _told(body: Bytes, broken: _BrokenError) -> Rejected:
    if isinstance(broken.fault, RecursionError):
        return too_deep()
    return misplaced(body, broken.at, broken.fault)


class _Reader:
    def __init__(self, body: Bytes, piece: int) -> None:
        self._body = body
        self._piece = piece
        # The document is the one element of a list that has no brackets.
        self._frames = [_Frame([], -1, 0, 0)]
        self._opened: deque[_Open] = deque()

    def read(self) -> Steps[Any]:
        """The document, with a pause after each piece."""
        end = len(self._body)
        at = 0
        while at < end:
            at, unended = self._look(at, min(end, at + self._piece))
            if unended >= 0 and unended == at:
                at = yield from self._long_text(at)
            while at - self._frames[-1].start >= self._piece and self._less(at):
                yield
            yield
        root = self._frames.pop()
        if self._frames or self._opened:
            raise _BrokenError(end, msgspec.DecodeError("Input data was truncated"))
        self._take(root, end, final=True)
        if len(root.value) != 1:
            raise _BrokenError(end)
        return root.value[0]

    def _look(self, at: int, limit: int) -> tuple[int, int]:
        """Look for brackets and commas up to `limit`.

        Returns where to go on, and where a text begins that does not end before `limit`; -1 for none.
        """
        body, opened = self._body, self._opened
        start = at
        for found in _TOKEN.finditer(body, at, limit):
            at, end = found.span()
            sign = body[end - 1]
            if sign in b",":
                if opened:
                    opened[-1].cut = end
                else:
                    self._frames[-1].cut = end
            elif found.lastindex is None:
                continue
            elif sign in b'"':
                # A text that was begun late may only need a window of its own.
                return at, (at if at == start else -1)
            elif sign in _OPEN:
                opened.append(_Open(at, _OPEN[sign], -1))
                if len(opened) + len(self._frames) > _DEEPEST:
                    raise too_deep()
            elif opened:
                if opened.pop().close != sign:
                    raise _BrokenError(at)
            else:
                self._close(at, sign)
        return limit, -1

    def _close(self, at: int, sign: int) -> None:
        """The frame that is read ends here."""
        frame = self._frames.pop()
        if frame.close != sign or not self._frames:
            raise _BrokenError(at)
        self._take(frame, at, final=True)
        self._put(frame.value, at + 1)

    def _put(self, value: Any, end: int) -> None:
        """A value that was read by itself goes into the frame around it."""
        frame = self._frames[-1]
        if isinstance(frame.value, dict):
            frame.value[frame.key] = value
        else:
            frame.value.append(value)
        frame.start = frame.cut = end
        frame.valued, frame.comma, frame.named = True, False, False

    def _less(self, at: int) -> bool:
        """Take a run out of what is not decoded yet, or open its only element; whether either went."""
        frame = self._frames[-1]
        if frame.cut > frame.start:
            self._take(frame, frame.cut - 1, final=False)
            frame.start = frame.cut
        elif self._opened:
            self._open(self._opened.popleft())
        else:
            self._check_length(frame.start, at)
            return False
        return True

    def _check_length(self, start: int, at: int) -> None:
        """That what has no structure for long is blank: everything else would be a number.

        Raises:
            _BrokenError: it is not.
        """
        longest = _LONGEST_NUMBER * self._piece
        if at - start < longest or self._body[at - self._piece : at].isspace():
            return
        if len(self._body[start:at].strip(_BLANK)) >= longest:
            raise _BrokenError(start, msgspec.DecodeError("out of range"))

    def _take(self, frame: _Frame, end: int, *, final: bool) -> None:
        """Decode the run from where a frame is to `end`, where a comma or its bracket stands."""
        start = self._after_comma(frame, end)
        run = self._body[start:end]
        if not run.strip(_BLANK):
            if frame.comma or frame.named or (not final and not frame.valued):
                raise _BrokenError(end)
        else:
            if frame.valued:
                raise _BrokenError(start)
            if isinstance(frame.value, dict):
                begin = b"{" + _encode(frame.key) + b":" if frame.named else b"{"
                frame.value.update(self._piece_of(begin, run, b"}", start))
            else:
                frame.value += self._piece_of(b"[", run, b"]", start)
        frame.valued, frame.comma, frame.named = final, not final, False

    def _open(self, opened: _Open) -> None:
        """Read an element by itself, from the bracket that begins it."""
        self._name(opened.at)
        value: Any = {} if opened.close == ord("}") else []
        start = opened.at + 1
        self._frames.append(_Frame(value, opened.close, start, max(start, opened.cut)))

    def _name(self, at: int) -> None:
        """What stands before a value that is read by itself: nothing in a list, its key in an object."""
        frame = self._frames[-1]
        start = self._after_comma(frame, at)
        before = self._body[start:at]
        if frame.valued:
            raise _BrokenError(start)
        if isinstance(frame.value, dict) and not frame.named:
            (frame.key,) = self._piece_of(b"{", before, b"[]}", start)
        elif before.strip(_BLANK):
            raise _BrokenError(start)
        frame.start = frame.cut = at

    def _after_comma(self, frame: _Frame, end: int) -> int:
        """Where a frame goes on, once the comma after a value that was read by itself is passed."""
        start = frame.start
        if not frame.valued:
            return start
        start = self._after_blanks(start)
        if start < end and self._body[start] in b",":
            frame.valued, frame.comma = False, True
            return start + 1
        return start

    def _after_blanks(self, at: int) -> int:
        found = _BLANKS.match(self._body, at)
        return at if found is None else found.end()

    def _long_text(self, at: int) -> Steps[int]:
        """Read a text that is longer than a piece, a value or a key; returns where to go on."""
        while self._opened:
            frame = self._frames[-1]
            if frame.cut > frame.start:
                self._take(frame, frame.cut - 1, final=False)
                frame.start = frame.cut
            self._open(self._opened.popleft())
        frame = self._frames[-1]
        if frame.cut > frame.start:
            self._take(frame, frame.cut - 1, final=False)
            frame.start = frame.cut
        is_key = isinstance(frame.value, dict) and not frame.named and self._is_bare(frame, at)
        if not is_key:
            self._name(at)
        text = ""
        parts: list[str] = []
        at += 1
        while True:
            end = self._end_of_part(at)
            parts.append(self._piece_of(b'"', self._body[at:end], b'"', at))
            at = end
            if self._body[at : at + 1] == b'"':
                break
            if len(parts) >= _PARTS_AT_ONCE:
                # Adds to the text in place; all parts at the end would be one long step.
                text += "".join(parts)
                parts.clear()
            yield
        text += "".join(parts)
        if not is_key:
            self._put(text, at + 1)
            return at + 1
        at = self._after_blanks(at + 1)
        if self._body[at : at + 1] != b":":
            raise _BrokenError(at)
        frame.key, frame.named = text, True
        frame.start = frame.cut = at + 1
        return at + 1

    def _is_bare(self, frame: _Frame, at: int) -> bool:
        """Whether nothing stands before a text that begins at `at`, so that it has to be a key."""
        start = self._after_comma(frame, at)
        if frame.valued:
            raise _BrokenError(start)
        frame.start = start
        return self._after_blanks(start) == at

    def _end_of_part(self, at: int) -> int:
        """Where the part of a text ends that begins at `at`: at its end, or where it may be cut."""
        body = self._body
        limit = min(len(body), at + self._piece)
        found = _PART_OF_TEXT.match(body, at, limit)
        end = at if found is None else found.end()
        if end == limit < len(body):
            while end > at and body[end] & 0xC0 == 0x80:
                end -= 1
        if body[end : end + 2] == b"\\u" and _HIGH_SURROGATE.search(body, max(at, end - 6), end):
            end += _ESCAPE
        if end == at and body[at : at + 1] != b'"':
            truncated = at >= len(body)
            fault = msgspec.DecodeError("truncated" if truncated else "invalid escape")
            raise _BrokenError(at, fault)
        return end

    def _piece_of(self, begin: bytes, text: Bytes, end: bytes, at: int) -> Any:
        """What the decoder makes of a piece, in the brackets that it needs."""
        try:
            return _decode(begin + text + end)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
            raise _BrokenError(at - len(begin), fault) from None
