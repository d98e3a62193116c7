"""Send a frame with bytes in it that are wrong."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import ClassVar, Literal

import attrs
from attrs.validators import in_

from simtwin.core.cursor import Cursor, Place
from simtwin.core.plan import Chunk, Head, Plan, Step
from simtwin_faults.frames import edited_body, split
from simtwin_faults.placed import EventPlaced

Form = Literal["json", "utf8", "nul"]
_FORMS: tuple[Form, ...] = ("json", "utf8", "nul")


@attrs.frozen(kw_only=True)
class Corrupt(EventPlaced):
    """Spoil the event at a place (default: the first), or a JSON answer; the rest stays as it is.

    Args:
        form: `json` breaks off in the middle of the JSON, `utf8` has two bytes in its last text that
            are no UTF-8, `nul` has a NUL there, which JSON allows in no text.
    """

    replaces: ClassVar[bool] = False

    form: Form = attrs.field(validator=in_(_FORMS))

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:  # noqa: ARG002  # chance has no part
        cursor = Cursor(plan)
        head = yield from cursor.head()
        if head is not None and not head.streams:
            if self.place in (Place(), Place(after_events=0)):
                yield from edited_body(_taken(cursor), cursor, self._spoiled)
        else:
            frame = yield from cursor.frame(self.place, lambda frame: split(frame) is not None)
            if frame is not None:
                yield self._spoiled(frame) or frame
        yield from cursor

    def _spoiled(self, chunk: Chunk) -> Chunk | None:
        parts = split(chunk)
        if parts is None:
            return None
        before, data, after = parts
        return attrs.evolve(chunk, data=before + self._wrong(data) + after)

    def _wrong(self, data: bytes) -> bytes:
        if self.form == "json":
            return data[: len(data) // 2]
        # Right before the quote that ends its last text, or at the end where it has none.
        at = data.rfind(b'"')
        at = len(data) if at < 0 else at
        return data[:at] + (b"\xff\xfe" if self.form == "utf8" else b"\0") + data[at:]


def _taken(cursor: Cursor) -> Head:
    head = next(cursor)
    assert isinstance(head, Head), "the head comes next"  # noqa: S101
    return head
