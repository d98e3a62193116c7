"""Carrying a plan out: the only place that waits for one and writes one.

Waits add up into one deadline, so that the time spent writing never stretches a plan. Steps up to
the next wait that is not over yet, or to the end, leave in one write: a JSON answer is one write,
and so is everything that a late performer has to catch up on.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from typing import Any, Literal

import attrs
import trio

from simtwin.core.plan import Chunk, End, Hangup, Head, Mark, Plan, Raw, Wait
from simtwin.edge.wire import Wire

#: ASGI's `send`.
Send = Callable[[Any], Awaitable[None]]

#: A plan that never waits leaves in writes of this size, with a turn for other tasks between them:
#: 64 kB of frames take about a millisecond to make.
WRITE_BYTES = 65_536


class PlanError(Exception):
    """A plan that breaks the law of plans, so that there is no answer to send."""


@attrs.define
class Progress:
    """How far a plan has come. Read it when the performing is over, however that came about.

    Attributes:
        head: the head that was sent.
        head_at: when it left, and `last_at` when anything last did (`trio.current_time()`).
        chunks: whole frames written; `events` are those that are server-sent events, `tokens` the
            output tokens in them.
        bytes: bytes of the body written, parts of frames included.
        marks: the rules that took effect.
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
    tokens: int = 0
    marks: list[str] = attrs.Factory(list)
    ended: Literal["end", "hangup", "left"] | None = None
    undelivered: int = 0

    def conclude(self, wire: Wire) -> None:
        """Add what the wire knows: who ended it, and what was lost."""
        self.undelivered = wire.undelivered
        if self.ended is None and wire.closed_by is not None:
            self.ended = "left" if wire.closed_by == "client" else "hangup"


async def perform(
    plan: Plan,
    send: Send,
    wire: Wire,
    progress: Progress,
    *,
    max_wait: float,
    waits: Callable[[float], object] | None = None,
) -> None:
    """Carry `plan` out on the connection below `send`.

    Returns as soon as the plan is done, has hung up, or the client has left; `progress` says which.

    Args:
        plan: what happens.
        send: ASGI's `send` of the request.
        wire: the connection that the request came in on.
        progress: written as things happen, so that it holds also where this is cancelled.
        max_wait: the longest that any one wait of the plan lasts, seconds. A wait without end
            lasts that long and then hangs up.
        waits: is told of each wait as it begins, once what came before it has left: until when.

    Raises:
        PlanError: the plan has a body without a head, or stops without an end.
    """
    wire.be_patient(max_wait)
    with trio.CancelScope() as scope:
        wire.watch(scope)
        try:
            await _carry_out(plan, _Batch(send, wire, progress), max_wait, waits)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass
        finally:
            wire.unwatch(scope)
            progress.conclude(wire)


async def _carry_out(
    plan: Plan, batch: _Batch, max_wait: float, waits: Callable[[float], object] | None
) -> None:
    due = trio.current_time()
    for step in plan:
        match step:
            case Chunk():
                # Before the frame, not after it: what comes last leaves together with the end.
                if batch.size >= WRITE_BYTES:
                    await batch.leave()
                    await trio.lowlevel.checkpoint()
                batch.add(step)
            case Wait(seconds):
                due += min(seconds, max_wait)
                if due > trio.current_time():
                    await batch.leave()
                    if waits is not None:
                        waits(due)
                    await trio.sleep_until(due)
                if seconds == math.inf:
                    return await batch.hang_up(Hangup())
            case End():
                return await batch.end()
            case Hangup():
                return await batch.hang_up(step)
            case _:
                await batch.note(step)
    raise PlanError("the plan stops without an End or a Hangup")


class _Batch:
    """The steps that leave in one write."""

    def __init__(self, send: Send, wire: Wire, progress: Progress) -> None:
        self.size = 0
        self._send = send
        self._wire = wire
        self._progress = progress
        self._head: Head | None = None
        self._frames: list[Chunk] = []

    def add(self, chunk: Chunk) -> None:
        self._frames.append(chunk)
        self.size += len(chunk.data)

    async def note(self, step: Head | Mark | Raw) -> None:
        match step:
            case Mark(rule):
                self._progress.marks.append(rule)
            case Head():
                if self._head is not None or self._progress.head is not None:
                    raise PlanError("the plan has two heads")
                self._head = step
            case Raw(data):
                await self.leave()
                await self._wire.raw(data)
                self._progress.last_at = self._wire.last_byte_out

    async def leave(self) -> None:
        if self._head is not None or self._frames:
            await self._frame(ends=False)
            await self._wire.flush()
            self._count()

    async def end(self) -> None:
        await self._frame(ends=True)
        await self._wire.flush()
        self._count()
        self._progress.ended = "end"

    async def hang_up(self, hangup: Hangup) -> None:
        if self._head is not None or self._frames:
            await self._frame(ends=False)
        try:
            await self._wire.hang_up(reset=hangup.reset, flush=hangup.flush)
        finally:
            if self._wire.closed_by == "twin":
                self._count()

    async def _frame(self, *, ends: bool) -> None:
        """Hand the batch to HTTP's framing, which writes it to the corked wire."""
        head = self._head
        if head is None and self._progress.head is None:
            raise PlanError("the plan has a body before its head")
        self._wire.cork()
        if head is not None:
            headers = [
                (name.encode("latin-1"), value.encode("latin-1")) for name, value in head.headers
            ]
            await self._send(
                {"type": "http.response.start", "status": head.status, "headers": headers}
            )
        if self._frames or ends:
            body = b"".join([frame.data for frame in self._frames])
            await self._send({"type": "http.response.body", "body": body, "more_body": not ends})

    def _count(self) -> None:
        """Write down what has left."""
        progress = self._progress
        progress.last_at = self._wire.last_byte_out
        if self._head is not None:
            progress.head, self._head = self._head, None
            progress.head_at = progress.last_at
        for frame in self._frames:
            progress.bytes += len(frame.data)
            progress.tokens += frame.tokens
            if frame.ends:
                progress.chunks += 1
                progress.events += frame.event is not None
        self._frames.clear()
        self.size = 0
