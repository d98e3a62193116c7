"""One request on the wire, as the journal tells it, in the words of whoever judges it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from simtwin.core.journal import Entry
from simtwin.verdicts.retry_after import told


@attrs.frozen
class Attempt:
    """One request and what became of it.

    Args:
        entry: the journal's entry.
        start: the Unix time that times are counted from, seconds.
    """

    entry: Entry
    start: float = 0.0

    @property
    def began(self) -> float:
        """When its first byte came in, seconds after `start`."""
        return round((self.entry.first_byte_at or 0.0) - self.start, 6)

    @property
    def ended(self) -> float:
        """When it was over: the last byte was sent, or one of the two closed the connection."""
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
        return not self.entry.whole or self.entry.status is None or self.entry.status >= 400

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
