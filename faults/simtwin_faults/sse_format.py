"""Write a stream of events in another way that the standard allows, or just about."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from random import Random
from typing import ClassVar, Literal

import attrs
from attrs.validators import in_, optional

from simtwin.core.plan import Chunk, Head, Mark, Plan, Step
from simtwin_faults.bounds import Number, line

Ending = Literal["lf", "crlf", "cr", "mixed"]
_ENDINGS = {"lf": (b"\n",), "crlf": (b"\r\n",), "cr": (b"\r",), "mixed": (b"\r\n", b"\n", b"\r")}

# "If the field value consists of only ASCII digits" -- HTML, 9.2.6; thirty years are a slip.
_retry = Number("a number from 0 to 1000000000", lambda value: 0 <= value <= 1_000_000_000)


@attrs.frozen(kw_only=True)
class SseFormat:
    """Write every event of a stream otherwise; what it says stays the same.

    "Lines must be separated by either a U+000D CARRIAGE RETURN U+000A LINE FEED (CRLF) character
    pair, a single U+000A LINE FEED (LF) character, or a single U+000D CARRIAGE RETURN (CR)" -- HTML
    standard, 9.2.5, which has comments, `id`, `retry`, several lines of data and a leading BOM too.
    An answer that is no stream stays as it is, and so does an event that another fault cut.

    Args:
        line_ending: of every line; `mixed` has another one for each event.
        bom: a byte order mark before the first event.
        comment: a comment before each event.
        space: the space after the colon of a field.
        id: an `id` for each event, counted from 1.
        retry_seconds: a `retry` for each event, after which to connect again (s).
        multi_line: the data on two lines, where they have a comma.
        event_names: the `event:` lines.
        last_blank_line: the empty line that ends `message_stop`: without it that event never comes,
            as an event "is dispatched" by it.
    """

    replaces: ClassVar[bool] = False

    line_ending: Ending = attrs.field(default="lf", validator=in_(tuple(_ENDINGS)))
    bom: bool = False
    comment: str | None = attrs.field(default=None, validator=optional(line))
    space: bool = True
    id: bool = False
    retry_seconds: float | None = attrs.field(default=None, validator=optional(_retry))
    multi_line: bool = False
    event_names: bool = True
    last_blank_line: bool = True

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:  # noqa: ARG002  # chance has no part
        steps = iter(plan)
        for step in steps:
            yield step
            if isinstance(step, Head):
                if step.streams:
                    yield from self._events(steps)
                break
        yield from steps

    def _events(self, steps: Iterator[Step]) -> Iterator[Step]:
        endings = cycle(_ENDINGS[self.line_ending])
        whole, marked, number = True, False, 0
        lead = b"\xef\xbb\xbf" if self.bom else b""
        for step in steps:
            if not isinstance(step, Chunk):
                yield step
                continue
            data = step.data
            if whole and step.ends:
                number += 1
                if step.event == "message_stop" and not self.last_blank_line:
                    data = data.removesuffix(b"\n")
                data = self._written(data, number).replace(b"\n", next(endings))
            whole = step.ends
            data, lead = lead + data, b""
            if data != step.data and not marked:
                marked = True
                yield Mark()
            yield attrs.evolve(step, data=data)

    def _written(self, data: bytes, number: int) -> bytes:
        """An event with lines that end in LF."""
        lines = [] if self.comment is None else [b": " + self.comment.encode(), b""]
        if self.id:
            lines.append(b"id: %d" % number)
        if self.retry_seconds is not None:
            lines.append(b"retry: %d" % round(self.retry_seconds * 1000))
        for written in data.split(b"\n"):
            if written.startswith(b"event:") and not self.event_names:
                continue
            lines += _in_two(written) if self.multi_line else (written,)
        if not self.space:
            lines = [_unspaced(written) for written in lines]
        return b"\n".join(lines)


def _unspaced(written: bytes) -> bytes:
    name, colon, value = written.partition(b": ")
    return name + b":" + value if colon and name.isalpha() else written


def _in_two(written: bytes) -> tuple[bytes, ...]:
    """A line of data as two, parted after the first comma of its JSON that is in no text."""
    if not written.startswith(b"data:"):
        return (written,)
    quoted = escaped = False
    for place, letter in enumerate(written):
        if escaped:
            escaped = False
        elif letter == ord("\\"):
            escaped = quoted
        elif letter == ord('"'):
            quoted = not quoted
        elif letter == ord(",") and not quoted:
            return written[: place + 1], b"data: " + written[place + 1 :]
    return (written,)
