"""One request on the wire, as the journal tells it, in the words of whoever judges it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import attrs

from simtwin.core.entry import Entry
from simtwin.verdicts.question import Asked, asked
from simtwin.verdicts.retry_after import told

T = TypeVar("T")
#: Key, lane, and the name of the call or what it asks.
Which = tuple[str, str | None, str | bytes]

_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_SAID = {"true": True, "false": False}


def _of_itself(work: Callable[[Attempt], T]) -> T:
    """A field that is worked out once, when the attempt is made: rules ask for it again and again."""
    field: T = attrs.field(init=False, default=attrs.Factory(work, takes_self=True))
    return field


def _began(attempt: Attempt) -> float:
    return round((attempt.entry.first_byte_at or 0.0) - attempt.start, 6)


def _ended(attempt: Attempt) -> float:
    entry = attempt.entry
    at = entry.last_byte_at if entry.ended == "end" else entry.closed_at
    return round((at or entry.last_byte_at or entry.first_byte_at or 0.0) - attempt.start, 6)


def _name(attempt: Attempt) -> str | None:
    call = attempt.entry.call
    return None if call is None or _TRACEPARENT.fullmatch(call) else call


def _which(attempt: Attempt) -> Which:
    entry = attempt.entry
    return entry.key, entry.lane, attempt.name or attempt.asked.question


def _cut(attempt: Attempt) -> bool:
    entry = attempt.entry
    if not entry.stream or entry.status != 200 or entry.ended == "left":
        return False
    if entry.last_event is None:
        return not entry.whole
    return entry.last_event != "message_stop"


def _failed(attempt: Attempt) -> bool:
    entry = attempt.entry
    return not entry.whole or entry.status is None or entry.status >= 400 or attempt.cut


def _should_retry(attempt: Attempt) -> bool | None:
    headers = attempt.entry.told
    return _SAID.get(headers.get("x-should-retry", "")) if headers else None


def _retry_after(attempt: Attempt) -> float | None:
    headers = attempt.entry.told
    return told(headers, attempt.entry.head_at or 0.0) if headers else None


def _retry_count(attempt: Attempt) -> int | None:
    said = attempt.entry.stainless.get("retry-count", "")
    return int(said) if said.isascii() and said.isdigit() else None


def _faults(attempt: Attempt) -> tuple[str, ...]:
    fired = attempt.entry.fired
    return tuple(each.kind for each in fired if each.outcome == "reached") if fired else ()


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
        name: what the client calls the call; None where it does not. A span of a trace may be that
            of many calls, and is no name.
        which: who asks for what, by key and lane: the same for whatever may be one call.
        cut: whether it is a stream that was begun, and that the twin ended before `message_stop`.
        failed: whether it got no successful answer, or not all of one.
        should_retry: what `x-should-retry` says; None where it says nothing.
        retry_after: seconds that the answer told the client to wait, None where it told nothing.
        retry_count: what the SDK says of how often it has tried before; None where it says nothing.
        faults: the kinds of fault that took effect, in order.
    """

    entry: Entry
    start: float = 0.0
    asked: Asked = attrs.field(
        repr=False, default=attrs.Factory(lambda self: asked(self.entry), takes_self=True)
    )
    began: float = _of_itself(_began)
    ended: float = _of_itself(_ended)
    name: str | None = _of_itself(_name)
    which: tuple[str, str | None, str | bytes] = _of_itself(_which)
    cut: bool = _of_itself(_cut)
    failed: bool = _of_itself(_failed)
    should_retry: bool | None = _of_itself(_should_retry)
    retry_after: float | None = _of_itself(_retry_after)
    retry_count: int | None = _of_itself(_retry_count)
    faults: tuple[str, ...] = _of_itself(_faults)

    @property
    def status(self) -> int | None:
        """The status that was sent, None where the connection ended before there was one."""
        return self.entry.status

    @property
    def lost(self) -> bool:
        """Whether the connection ended before a byte of an answer."""
        return self.entry.status is None and self.entry.ended == "hangup"

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
