"""How far the plan of an answer has come."""

from __future__ import annotations

from typing import Literal

import attrs

from simtwin.core.plan import Head
from simtwin.edge.carrier import Carrier


@attrs.define
class Progress:
    """How far a plan has come. Read it when the performing is over, however that came about.

    Attributes:
        head: the head that was sent.
        head_at: when it left, and `last_at` when anything last did (`trio.current_time()`).
        chunks: whole frames written; `events` are those that are server-sent events, `tokens` the
            output tokens in them.
        bytes: bytes of the body written, parts of frames included.
        wire_bytes: all bytes that the system took for it, heads, framing and what breaks it
            included; not counted where requests share the connection.
        blocked: seconds that its writes waited for the client to read; likewise.
        last_event: the last server-sent event that was written whole.
        marks: the rules that took effect.
        unsupported: of them, the one that HTTP/2 had no form for, and the answer ended at.
        ended: "end" as planned; "hangup" by the plan or because the client does not read;
            "left" by the client. None: a crash, or a server that stops.
        undelivered: of what was written, bytes that a reset threw away.
    """

    head: Head | None = None
    head_at: float | None = None
    last_at: float | None = None
    chunks: int = 0
    events: int = 0
    bytes: int = 0
    wire_bytes: int = 0
    blocked: float = 0.0
    last_event: str | None = None
    tokens: int = 0
    marks: list[str] = attrs.Factory(list)
    unsupported: str | None = None
    ended: Literal["end", "hangup", "left"] | None = None
    undelivered: int = 0

    def outcome(self, name: str) -> Literal["reached", "not_reached", "unsupported"]:
        """What became of the fault that is called `name` in marks."""
        if name == self.unsupported:
            return "unsupported"
        return "reached" if name in self.marks else "not_reached"

    def conclude(self, wire: Carrier) -> None:
        """Add what the wire knows: who ended it, and what was lost."""
        self.undelivered = wire.undelivered
        if self.ended is None and wire.closed_by is not None:
            self.ended = "left" if wire.closed_by == "client" else "hangup"
