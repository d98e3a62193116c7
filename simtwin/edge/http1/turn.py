"""One request on a connection and its answer, as ASGI's `receive` and `send`."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import trio

from simtwin.edge.http1.answer import Answer, FramingError
from simtwin.edge.http1.intake import Intake
from simtwin.edge.http1.request_head import RequestHead
from simtwin.edge.inbox import PAUSE_SECONDS, REST_SECONDS
from simtwin.edge.wire import Wire

_DISCONNECT: Any = {"type": "http.disconnect"}
_CRASHED = ((b"content-length", b"0"), (b"connection", b"close"))


class Turn:
    """A request's turn on its connection.

    Args:
        head: what is asked.
        intake: where the body comes from.
        wire: where the answer goes.

    Attributes:
        answer: what was sent so far.
    """

    def __init__(self, head: RequestHead, intake: Intake, wire: Wire) -> None:
        self.answer = Answer(head.method, closes=not head.keeps_alive)
        self._intake = intake
        self._wire = wire
        self._to_come = head.length
        self._told_whole = False
        self._listening: trio.CancelScope | None = None

    @property
    def goes_on(self) -> bool:
        """Whether another request may follow on the connection."""
        return self.answer.ended and not self.answer.closes and not self._to_come

    async def receive(self) -> Any:
        """The body, in pieces as they come in; then, once the client left or was answered, that."""
        if self._told_whole:
            return await self._disconnect()
        while self._to_come and not self._intake.bytes:
            if not await self._intake.more():
                return _DISCONNECT
        piece = self._take()
        self._told_whole = not self._to_come
        return {"type": "http.request", "body": piece, "more_body": not self._told_whole}

    async def send(self, message: Any) -> None:
        """Write a part of the answer.

        Raises:
            FramingError: that part cannot come here.
        """
        match message["type"]:
            case "http.response.start":
                data = self.answer.head(message["status"], message["headers"])
            case "http.response.body":
                ends = not message.get("more_body", False)
                if ends and self._to_come:
                    await self._discard()
                data = self.answer.body(message.get("body", b""), ends=ends)
            case other:
                raise FramingError(f"HTTP/1.1 has no {other}")
        await self._write(data)

    async def fail(self) -> None:
        """Answer that nothing came of it, where nothing was said yet."""
        if not self.answer.begun:
            await self._write(self.answer.head(500, _CRASHED) + self.answer.body(b"", ends=True))

    def end(self) -> None:
        """The app is done; whoever of it still listens is told so."""
        self._told_whole = True
        if self._listening is not None:
            self._listening.cancel()

    async def _write(self, data: bytes) -> None:
        if data:
            # To the app a client that left is no error: `receive` says so, and the wire.
            with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
                await self._wire.send_all(data)

    def _take(self) -> bytes:
        data = self._intake.take(self._to_come)
        self._to_come -= len(data)
        return data

    async def _disconnect(self) -> Any:
        if not self.answer.ended:
            with trio.CancelScope() as self._listening:
                await self._intake.over()
        return _DISCONNECT

    async def _discard(self) -> None:
        """Throw the rest of the request away as it comes in, until it is whole or does not come.

        An answer that overtakes its request is the end of the connection, and whether a refusal
        does that hangs on whether the client sends its body apart.
        """
        with trio.move_on_after(REST_SECONDS):
            while self._to_come:
                with trio.move_on_after(PAUSE_SECONDS) as pause:
                    if not self._intake.bytes and not await self._intake.more():
                        return
                if pause.cancelled_caught:
                    return
                self._take()
