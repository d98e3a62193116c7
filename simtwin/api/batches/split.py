"""The requests of a batch, one by one, from a body that nobody has as a whole.

    {"requests": [ {…}, {…}, {…} ]}
                   └ one element after the other, as the bytes that it is

Only where an element ends is looked for here; what it is, its decoder says. A parser that builds
values, as those for large documents do, would build an element of 256 MB before anybody could
refuse it: this one holds at most one element, and what is not one of `requests` is refused at its name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NoReturn

import msgspec

from simtwin.api.errors import ApiError, Rejected, invalid
from simtwin.api.request.phrases import EXTRA, MISSING, NOT_A, OBJECT, shown

#: The most bytes of one request, as of one that is sent by itself (docs, API overview, 2026-08).
MOST_ELEMENT_BYTES = 32 * 1024 * 1024
#: The longest name that is looked at; ours has eight letters.
_LONGEST_NAME = 10_000

_BLANKS = re.compile(rb"[ \t\n\r]*+")
_TEXT = rb'[^"\\]*+(?:\\.[^"\\]*+)*+'
_IN_TEXT = re.compile(_TEXT, re.DOTALL)
#: What is passed over outside of texts: all but brackets with something in them.
_PASSED = re.compile(rb'[^"\[\]{}]*+(?:(?:"' + _TEXT + rb'"|\[\]|\{\})[^"\[\]{}]*+)*+', re.DOTALL)
_OPEN, _QUOTE, _BACKSLASH = b"[{", ord('"'), ord("\\")

_string = msgspec.json.Decoder(str).decode


class _MoreError(Exception):
    """What comes next has not come whole yet."""


class Splitter:
    """Takes a body piece by piece, and gives the elements of its list `requests`.

    Attributes:
        elements: how many were given.
    """

    def __init__(self, most: int = MOST_ELEMENT_BYTES) -> None:
        self.elements = 0
        self._most = most
        self._bytes = bytearray()
        self._at = 0
        # Of the value that is being passed over: where it is looked on, and inside of what.
        self._scanned = 0
        self._depth = 0
        self._in_text = False
        # What comes next, and what was passed of the body before what is held of it.
        self._next: Callable[[], None] = self._opening
        self._gone = self._lines = self._line_began = 0
        self._found: bytes | None = None
        self._has_requests = False

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """The elements that end in this piece. To be read to its end before the next one.

        Raises:
            Rejected: the body is no JSON, has something other than `requests`, or a request that
                is too large.
        """
        self._bytes += piece
        try:
            while True:
                self._at = _end(_BLANKS, self._bytes, self._at)
                self._next()
                if self._found is not None:
                    found, self._found = self._found, None
                    yield found
        except _MoreError:
            self._forget()

    def close(self) -> None:
        """The body is over.

        Raises:
            Rejected: it is not whole, or has no requests.
        """
        if self._next != self._after:
            self._at = len(self._bytes)
            self._broken("unexpected end of data")
        if not self._has_requests:
            raise invalid(f"requests: {MISSING}")

    # What comes next. Each goes on to what follows it, or changes nothing where more has to come.

    def _opening(self) -> None:
        if self._peek() != ord("{"):
            raise invalid(NOT_A[dict])
        self._go(1, self._first_name)

    def _first_name(self) -> None:
        if self._peek() == ord("}"):
            self._go(1, self._after)
        else:
            self._name()

    def _name(self) -> None:
        if self._peek() != _QUOTE:
            self._broken("unexpected character")
        end = _end(_IN_TEXT, self._bytes, self._at + 1)
        if end == len(self._bytes) or self._bytes[end] == _BACKSLASH:
            if end - self._at > _LONGEST_NAME:
                self._broken("unexpected end of data")
            raise _MoreError
        try:
            name = _string(self._bytes[self._at : end + 1])
        except msgspec.DecodeError:
            self._broken("unexpected character")
        if name != "requests" or self._has_requests:
            raise invalid(f"{shown(name)}: {EXTRA}")
        self._has_requests = True
        self._go(end + 1 - self._at, self._colon)

    def _colon(self) -> None:
        self._take(":", self._list)

    def _list(self) -> None:
        if self._peek() != ord("["):
            raise invalid(f"requests: {NOT_A[list]}")
        self._go(1, self._first_element)

    def _first_element(self) -> None:
        if self._peek() == ord("]"):
            self._go(1, self._after_list)
        else:
            self._element()

    def _element(self) -> None:
        if self._peek() != ord("{"):
            raise invalid(f"requests.{self.elements}: {OBJECT}")
        end = self._end_of_object()
        if (len(self._bytes) if end is None else end) - self._at > self._most:
            raise Rejected(ApiError.of(413))
        if end is None:
            raise _MoreError
        self._found = bytes(self._bytes[self._at : end])
        self.elements += 1
        self._scanned = 0
        self._go(end - self._at, self._after_element)

    def _after_element(self) -> None:
        if self._peek() == ord("]"):
            self._go(1, self._after_list)
        else:
            self._take(",", self._element)

    def _after_list(self) -> None:
        if self._peek() == ord("}"):
            self._go(1, self._after)
        else:
            self._take(",", self._name)

    def _after(self) -> None:
        self._peek()
        self._broken("unexpected content after document")

    def _go(self, size: int, then: Callable[[], None]) -> None:
        self._at += size
        self._next = then

    def _take(self, mark: str, then: Callable[[], None]) -> None:
        if self._peek() != ord(mark):
            self._broken("unexpected character")
        self._go(1, then)

    def _peek(self) -> int:
        if self._at == len(self._bytes):
            raise _MoreError
        return self._bytes[self._at]

    def _end_of_object(self) -> int | None:
        """Where the object that begins here ends; None where that has not come yet."""
        whole, at = self._bytes, self._scanned
        if not at:
            at, self._depth = self._at + 1, 1
        while True:
            at = _end(_IN_TEXT if self._in_text else _PASSED, whole, at)
            if at == len(whole) or whole[at] == _BACKSLASH:
                # Of an escape inside of a text, the second half has yet to come.
                break
            mark = whole[at]
            at += 1
            if mark == _QUOTE:
                self._in_text = not self._in_text
            elif mark in _OPEN:
                self._depth += 1
            else:
                self._depth -= 1
                if not self._depth:
                    return at
        self._scanned = at
        return None

    def _forget(self) -> None:
        """Let go of what was read; where it is in the body is kept."""
        gone = self._at
        lines = self._bytes.count(b"\n", 0, gone)
        if lines:
            self._lines += lines
            self._line_began = self._gone + self._bytes.rfind(b"\n", 0, gone) + 1
        self._gone += gone
        self._scanned = max(0, self._scanned - gone)
        del self._bytes[:gone]
        self._at = 0

    def _broken(self, reason: str) -> NoReturn:
        self._forget()
        column = self._gone - self._line_began + 1
        raise invalid(
            f"The request body is not valid JSON: {reason}: line {self._lines + 1} column {column}"
            f" (char {self._gone})"
        )


def _end(pattern: re.Pattern[bytes], text: bytearray, at: int) -> int:
    """Where what a pattern matches ends, which matches nothing at least."""
    found = pattern.match(text, at)
    assert found is not None, "it matches nothing at least"  # noqa: S101
    return found.end()
