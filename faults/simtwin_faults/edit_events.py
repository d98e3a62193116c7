"""Edit the sequence of events: one twice, left out, out of order, strange, misnamed, or huge."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import ClassVar, Literal

import attrs
from attrs.validators import and_, in_, optional

from simtwin.core.cursor import Cursor
from simtwin.core.glob import fits
from simtwin.core.plan import Chunk, End, Hangup, Plan, Step
from simtwin_faults.bounds import Number, line, name, text
from simtwin_faults.frames import frame, split
from simtwin_faults.placed import EventPlaced

Edit = Literal["duplicate", "drop", "swap", "insert", "rename", "grow"]
_EDITS: tuple[Edit, ...] = ("duplicate", "drop", "swap", "insert", "rename", "grow")

#: Four times the largest event that a client was measured with.
_size = Number(
    "a whole number from 1 to 20000000", lambda value: 1 <= value <= 20_000_000, whole=True
)
#: A huge event leaves in pieces of this size, so that others have their turn between them.
PIECE = 65_536


@attrs.frozen(kw_only=True)
class EditEvents(EventPlaced):
    """Edit a stream at a place (default: its first event); the rest stays as it is.

    Args:
        edit: `duplicate` sends the next event twice, `drop` leaves it out, `swap` lets the one after
            it go first, `insert` sends another one before it, `rename` sends it under another name,
            `grow` makes it huge.
        event: to `insert`, the name of the other event; to `rename`, the name that it gets; to
            `drop`, a glob of names: from the place on, all such events are left out.
        data: to `insert`, the data, any text; by default JSON that says its type. With data alone
            the event has no name.
        bytes: to `grow`, by how much, by a field that nobody knows.
    """

    replaces: ClassVar[bool] = False

    edit: Edit = attrs.field(validator=in_(_EDITS))
    event: str | None = attrs.field(default=None, validator=optional(and_(name, line)))
    data: str | None = attrs.field(default=None, validator=optional(text))
    bytes: int | None = attrs.field(default=None, validator=optional(_size))

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if self.edit == "insert" and self.event is None and self.data is None:
            raise ValueError("to insert takes an event or data")
        if self.edit == "rename" and self.event is None:
            raise ValueError("to rename takes an event, the new name")
        if self.edit == "grow" and self.bytes is None:
            raise ValueError("to grow takes bytes, by how many")
        for given, edits in (("event", ("insert", "rename", "drop")), ("data", ("insert",))):
            if getattr(self, given) is not None and self.edit not in edits:
                raise ValueError(f"{given} is for edit = {' or '.join(edits)}")
        if self.bytes is not None and self.edit != "grow":
            raise ValueError("bytes is for edit = grow")

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:  # noqa: ARG002  # chance has no part
        cursor = Cursor(plan)
        head = yield from cursor.head()
        if head is not None and head.streams:
            yield from self._edited(cursor)
        yield from cursor

    def _edited(self, cursor: Cursor) -> Iterator[Step]:
        if self.edit == "insert":
            if (yield from cursor.reach(self.place)):
                yield self._inserted()
            return
        if self.edit == "drop" and self.event is not None:
            yield from self._without(cursor, self.event)
            return
        fit = _can_grow if self.edit == "grow" else _any
        chunk = yield from cursor.frame(self.place, fit)
        if chunk is None:
            return
        match self.edit:
            case "duplicate":
                yield chunk
                yield attrs.evolve(chunk, tokens=0)
            case "swap":
                yield from _after_next(cursor, chunk)
            case "rename":
                yield self._renamed(chunk)
            case "grow":
                yield from _grown(chunk, self.bytes or 0)

    def _inserted(self) -> Chunk:
        data = f'{{"type":"{self.event}"}}' if self.data is None else self.data
        return frame(self.event, data)

    def _renamed(self, chunk: Chunk) -> Chunk:
        new = self.event or ""
        old, line = (b"event: %s" % name.encode() for name in (chunk.event or "", new))
        named = old in chunk.data
        data = chunk.data.replace(old, line, 1) if named else line + b"\n" + chunk.data
        return attrs.evolve(chunk, data=data, event=new)

    def _without(self, cursor: Cursor, names: str) -> Iterator[Step]:
        """What comes from the place on, without events of these names."""
        chunk = yield from cursor.frame(self.place, lambda chunk: fits(names, chunk.event or ""))
        if chunk is None:
            return
        for step in cursor:
            if not isinstance(step, Chunk) or not fits(names, step.event or ""):
                yield step


def _any(_: Chunk) -> bool:
    return True


def _can_grow(chunk: Chunk) -> bool:
    parts = split(chunk)
    return parts is not None and parts[1].rstrip().endswith(b"}")


def _after_next(cursor: Cursor, chunk: Chunk) -> Iterator[Step]:
    """`chunk` after the frame that follows it, or where it was if none does."""
    for step in cursor:
        if isinstance(step, Chunk) and step.ends:
            yield step
            yield chunk
            return
        if isinstance(step, Chunk | End | Hangup):
            yield chunk
            yield step
            return
        yield step
    yield chunk


def _grown(chunk: Chunk, size: int) -> Iterator[Chunk]:
    parts = split(chunk)
    assert parts is not None, "only what can grow does"  # noqa: S101
    before, data, after = parts
    brace = data.rfind(b"}")
    comma = b"" if data[:brace].strip() == b"{" else b","
    piece = attrs.evolve(chunk, tokens=0, ends=False)
    yield attrs.evolve(piece, data=before + data[:brace] + comma + b'"padding":"')
    for done in range(0, size, PIECE):
        yield attrs.evolve(piece, data=b"x" * min(PIECE, size - done))
    yield attrs.evolve(chunk, data=b'"' + data[brace:] + after)
