"""One request on the wire, as the journal tells it, in the words of whoever judges it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from simtwin.core.journal import Entry
from simtwin.verdicts.question import Asked, asked
from simtwin.verdicts.retry_after import told


@attrs.frozen
class Attempt:
    """One request and what became of it.

    Args:
        entry: the journal's entry.
        start: the Unix time that times are counted from, seconds.
        asked: what it asks for.

    Attributes:
        began: when its first byte came in, seconds after `start`.
        ended: when it was over: the last byte was sent, or one of the two closed the connection.
    """

    entry: Entry
    start: float = 0.0
    asked: Asked = attrs.field(
        repr=False, default=attrs.Factory(lambda self: asked(self.entry), takes_self=True)
    )
    began: float = attrs.field(init=False)
    ended: float = attrs.field(init=False)

    @began.default
    def _began(self) -> float:
        return round((self.entry.first_byte_at or 0.0) - self.start, 6)

    @ended.default
    def _ended(self) -> float:
        entry = self.entry
        at = entry.last_byte_at if entry.ended == "end" else entry.closed_at
        return round((at or entry.last_byte_at or entry.first_byte_at or 0.0) - self.start, 6)

    @property
    def status(self) -> int | None:
        """The status that was sent, None where the connection ended before there was one."""
        return self.entry.status

    @property
    def failed(self) -> bool:
        """Whether it got no successful answer, or not all of one."""
        entry = self.entry
        return not entry.whole or entry.status is None or entry.status >= 400 or self.cut

    @property
    def cut(self) -> bool:
        """Whether it is a stream that was begun, and that the twin ended before `message_stop`."""
        entry = self.entry
        if not entry.stream or entry.status != 200 or entry.ended == "left":
            return False
        if entry.last_event is None:
            return not entry.whole
        return entry.last_event != "message_stop"

    @property
    def lost(self) -> bool:
        """Whether the connection ended before a byte of an answer."""
        return self.entry.status is None and self.entry.ended == "hangup"

    @property
    def should_retry(self) -> bool | None:
        """What `x-should-retry` says; None where it says nothing."""
        if not self.entry.told:
            return None
        return {"true": True, "false": False}.get(self.entry.told.get("x-should-retry", ""))

    @property
    def faults(self) -> tuple[str, ...]:
        """The kinds of fault that took effect, in order."""
        return tuple(f.kind for f in self.entry.fired if f.outcome == "reached")

    @property
    def retry_count(self) -> int | None:
        """What the SDK says of how often it has tried before; None where it says nothing."""
        said = self.entry.stainless.get("retry-count", "")
        return int(said) if said.isascii() and said.isdigit() else None

    @property
    def retry_after(self) -> float | None:
        """Seconds that the answer told the client to wait, None where it told nothing."""
        return told(self.entry.told, self.entry.head_at or 0.0)

    @property
    def model(self) -> str | None:
        return self.entry.model

    @property
    def usage(self) -> Mapping[str, int]:
        """The tokens that were booked for it."""
        return self.entry.usage

    @property
    def body(self) -> Any:
        """What was asked."""
        return self.entry.body
