"""What the bytes of an answer mean, read alongside as they pass: h11 says, and changes nothing."""

from __future__ import annotations

import re

import attrs
import h11

from simtwin.core.framing import Framing
from simtwin.core.plan import Head

#: A head that is larger is passed on, but not understood: no client of the API takes one.
LARGEST_HEAD = 1024 * 1024

_BLANK_LINE = re.compile(rb"\r?\n\r?\n")


@attrs.frozen
class Interim:
    """A 1xx, as the bytes that it is written in."""

    data: bytes


@attrs.frozen
class Over:
    """The answer is whole; `closes` where only the end of the connection said so."""

    closes: bool


Read = Interim | Head | bytes | Over


class Reading:
    """One answer on its way.

    Args:
        method: what was asked.

    Attributes:
        head: of the answer, once that is there.
        over: whether the answer is whole.
        lost: whether what came is not understood, so that nobody knows where it ends.
        unread: bytes that came and were not understood, or come after the end.
    """

    def __init__(self, method: str) -> None:
        self.head: Head | None = None
        self.over = False
        self.lost = False
        self._closes = False
        self._bodiless = method == "HEAD"
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=LARGEST_HEAD)
        self._h11.send(h11.Request(method=method, target="/", headers=[("host", "upstream")]))
        self._h11.send(h11.EndOfMessage())

    @property
    def unread(self) -> bytes:
        return self._h11.trailing_data[0]

    def feed(self, data: bytes) -> list[Read]:
        """What `data` tells; empty `data` is the end of the connection."""
        if self.over or self.lost:
            return []
        found: list[Read] = []
        try:
            self._h11.receive_data(data)
            while not self.over:
                event = self._h11.next_event()
                if isinstance(event, h11.InformationalResponse):
                    found.append(Interim(_written(event)))
                elif isinstance(event, h11.Response):
                    self.head = self._head(event)
                    found.append(self.head)
                elif isinstance(event, h11.Data):
                    found.append(bytes(event.data))
                elif isinstance(event, h11.EndOfMessage):
                    self.over = True
                    found.append(Over(self._closes))
                else:
                    break
        except h11.ProtocolError:
            self.lost = True
        return found

    def _head(self, event: h11.Response) -> Head:
        pairs = [(bytes(name), bytes(value)) for name, value in event.headers]
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs)
        head = Head(event.status_code, headers)
        coded = head.header("transfer-encoding")
        bodiless = self._bodiless or event.status_code in (204, 304)
        self._closes = not bodiless and coded is None and head.header("content-length") is None
        if self._closes:
            return attrs.evolve(head, framing=Framing(closes=True))
        return head.without("transfer-encoding", "keep-alive")


def _written(event: h11.InformationalResponse) -> bytes:
    lines = [b"%b: %b\r\n" % (bytes(name), bytes(value)) for name, value in event.headers]
    line = b"HTTP/1.1 %d %b\r\n" % (event.status_code, bytes(event.reason))
    return line + b"".join(lines) + b"\r\n"


class Marking:
    """Headers of ours in somebody else's head, right after its status line; nothing else changes.

    Args:
        lines: the headers as they are written, each with its line end.
    """

    def __init__(self, lines: bytes) -> None:
        self._lines = lines
        self._held = b""
        self._done = not lines

    def marked(self, data: bytes) -> bytes:
        """`data`, less the beginning of a status line, which is held until that is whole."""
        if self._done:
            return data
        data, self._held = self._held + data, b""
        passed = b""
        while not self._done:
            line_end = data.find(b"\n") + 1
            if not data.startswith(b"HTTP/1."[: len(data)]) or len(data) - line_end > LARGEST_HEAD:
                self._done = True
            elif not line_end:
                self._held = data
                return passed
            elif data[8:10] == b" 1":
                end = _BLANK_LINE.search(data)
                if end is None:
                    self._held = data
                    return passed
                passed, data = passed + data[: end.end()], data[end.end() :]
            else:
                self._done = True
                passed, data = passed + data[:line_end] + self._lines, data[line_end:]
        return passed + data

    def rest(self) -> bytes:
        """What is held, at the end of all."""
        held, self._held = self._held, b""
        return held
