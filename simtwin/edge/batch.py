"""The steps of a plan that leave in one write."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import attrs
import trio

from simtwin.core.framing import Framing
from simtwin.core.plan import (
    Chunk,
    End,
    Flush,
    GoAway,
    Hangup,
    Head,
    Mark,
    Raw,
    Rest,
    Step,
    Trickle,
    Verbatim,
)
from simtwin.edge.carrier import Carrier, UnsupportedError
from simtwin.edge.progress import Progress

#: ASGI's `send`.
Send = Callable[[Any], Awaitable[None]]


class PlanError(Exception):
    """A plan that breaks the law of plans, so that there is no answer to send."""


class Batch:
    """The steps that leave in one write.

    Args:
        send: ASGI's `send` of the request.
        wire: the connection that the request came in on.
        progress: written as things happen.
        max_wait: the longest that any one wait lasts, seconds.
    """

    def __init__(self, send: Send, wire: Carrier, progress: Progress, max_wait: float) -> None:
        self.size = 0
        self._send = send
        self._wire = wire
        self._progress = progress
        self._max_wait = max_wait
        self._head: Head | None = None
        self._frames: list[Chunk] = []
        self._framing: Framing | None = None
        self._drip: Trickle | None = None
        self._verbatim = False

    def add(self, chunk: Chunk) -> None:
        self._frames.append(chunk)
        self.size += len(chunk.data)

    async def note(self, step: Step) -> None:
        """Any step but those that wait, end, or are frames."""
        match step:
            case Mark(rule):
                self._progress.marks.append(rule)
            case Head():
                self._begin(step)
            case Raw(data):
                await self.leave()
                self._wire.cork()
                await self._wire.raw(data)
                await self._let_go()
                self._progress.last_at = self._wire.last_byte_out
            case Flush():
                await self.leave()
            case Trickle():
                await self.leave()
                self._drip = step if step.bytes else None
            case Rest(seconds, reset):
                self._wire.rest_until(seconds, reset=reset)
            case GoAway(processed, error):
                await self.leave()
                await self._wire.go_away(processed=processed, error=error)
            case Verbatim(data, steps):
                await self.leave()
                await self._pass_on(data, steps)

    def _begin(self, head: Head) -> None:
        if self._head is not None or self._progress.head is not None:
            raise PlanError("the plan has two heads")
        unframed = head.unframed() if self._wire.multiplexed else head
        if unframed is None:
            raise UnsupportedError("HTTP/2 has a framing of its own")
        self._head, self._framing = unframed, unframed.framing

    async def _pass_on(self, data: bytes, steps: tuple[Head | Chunk, ...]) -> None:
        """Write what somebody else wrote; of its end, too, nothing is left to write."""
        self._framing, self._verbatim = Framing(), True
        await self._wire.raw(data)
        for step in steps:
            if isinstance(step, Head):
                self._head = step
            else:
                self._frames.append(step)
        self._count()

    async def leave(self) -> None:
        if self._head is not None or self._frames:
            await self._frame(ends=False)
            await self._let_go()
            self._count()

    async def end(self, end: End) -> None:
        if self._drip is not None:
            # The server may close the connection with the end of the answer, and would then send
            # in one piece what is to drip.
            await self.leave()
        await self._frame(ends=True)
        await self._let_go()
        self._count()
        self._progress.ended = "end"
        hangup = end.hangup
        if hangup is None and self._framing is not None and self._framing.closes:
            hangup = Hangup()
        if hangup is not None:
            if self._wire.multiplexed:
                raise UnsupportedError("the connection belongs to other requests as well")
            if end.seconds:
                await self._sleep(end.seconds)
            # After a whole answer the end is an orderly one, also in TLS.
            await self._cut(attrs.evolve(hangup, notify=not hangup.reset))
        elif self._framing is not None:
            await self._settle_server()

    async def hang_up(self, hangup: Hangup) -> None:
        if self._head is not None or self._frames:
            await self._frame(ends=False)
            if self._drip is not None:
                await self._let_go()
        try:
            await self._cut(hangup)
        finally:
            if self._wire.closed_by == "twin":
                self._count()

    async def _cut(self, hangup: Hangup) -> None:
        half_open = hangup.half_open_seconds
        await self._wire.hang_up(
            reset=hangup.reset,
            flush=hangup.flush,
            notify=hangup.notify,
            h2_error=hangup.h2_error,
            linger=None if half_open is None else min(half_open, self._max_wait),
        )

    async def _frame(self, *, ends: bool) -> None:
        """Write the batch to the corked wire, by HTTP's framing or by the head's own."""
        head = self._head
        if head is None and self._progress.head is None:
            raise PlanError("the plan has a body before its head")
        self._wire.cork()
        body = b"".join([frame.data for frame in self._frames])
        if self._framing is not None:
            opening = b"" if head is None else self._framing.head(head.status, head.headers)
            ending = self._framing.ending if ends else b""
            await self._wire.raw(opening + self._framing.body(body) + ending)
            return
        if head is not None:
            headers = [
                (name.encode("latin-1"), value.encode("latin-1")) for name, value in head.headers
            ]
            await self._send(
                {"type": "http.response.start", "status": head.status, "headers": headers}
            )
        if self._frames or ends:
            await self._send({"type": "http.response.body", "body": body, "more_body": not ends})

    async def _let_go(self) -> None:
        """Send what is held, at once or in pieces."""
        if self._drip is None:
            await self._wire.flush()
        else:
            await self._drip_out(self._drip, memoryview(self._wire.take_held()))

    async def _drip_out(self, drip: Trickle, rest: memoryview) -> None:
        for size in drip.sizes():
            await self._wire.raw(bytes(rest[:size]))
            rest = rest[size:]
            if not rest:
                break
            await self._sleep(drip.seconds)

    async def _sleep(self, seconds: float) -> None:
        await self._wire.sleep_until(trio.current_time() + min(seconds, self._max_wait))

    async def _settle_server(self) -> None:
        """Let the server take the answer for given, so that the connection can go on.

        It has written nothing of it, and what it writes now is not sent.
        """
        head = self._progress.head
        headers = [
            (name.encode(), value.encode("latin-1"))
            for name, value in (() if head is None else head.headers)
            # What somebody else's answer says is theirs to do.
            if name == "connection" and not self._verbatim
        ]
        self._wire.mute(muted=True)
        try:
            start = {"type": "http.response.start", "status": 200}
            await self._send({**start, "headers": [*headers, (b"content-length", b"0")]})
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self._wire.mute(muted=False)

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
                progress.last_event = frame.event
        self._frames.clear()
        self.size = 0
