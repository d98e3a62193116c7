"""What a request's app has yet to receive.

Hypercorn puts a request's messages in and the app takes them out, as through a trio memory channel,
with two differences. Nothing waits that need not: a channel runs the scheduler once for every
message, three times a request. And the disconnect that ends a request finds room although its app
has not read the body, where a full channel would hold the connection's reader for ever.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import trio

#: How long the rest of a body may pause, and take in all, when nobody waits for it any more: nginx
#: gives 5 s (`lingering_timeout`) and 30 s (`lingering_time`).
PAUSE_SECONDS, REST_SECONDS = 1.0, 30.0


class Inbox:
    """A queue of ASGI messages from one connection's reader to one app.

    Args:
        limit: how many messages may wait before `put` does.

    Attributes:
        whole: whether the end of the request has come in.
    """

    def __init__(self, limit: int) -> None:
        self.whole = False
        self._limit = limit
        self._messages: deque[Any] = deque()
        self._last: Any = None
        self._change: trio.Event | None = None

    async def put(self, message: Any) -> None:
        """Add a message; it waits while the inbox is full. Nothing is kept after the last one.

        The last one is the disconnect. It is always taken at once.
        """
        if self._last is not None:
            return
        if message["type"].endswith(".disconnect"):
            self._last = message
            self._changed()
            return
        self.whole = not message.get("more_body", False)
        self._messages.append(message)
        self._changed()
        while len(self._messages) > self._limit and self._last is None:
            await self._next_change()

    async def receive(self) -> Any:
        """The next message, as ASGI's `receive`; the last one again and again."""
        while not self._messages:
            if self._last is not None:
                return self._last
            await self._next_change()
        message = self._messages.popleft()
        if len(self._messages) == self._limit:
            self._changed()
        return message

    async def discard(self) -> None:
        """Throw the request away as it comes in, until it is whole, over, or does not come."""
        with trio.move_on_after(REST_SECONDS):
            while not self.whole and self._last is None:
                self._empty()
                with trio.move_on_after(PAUSE_SECONDS) as pause:
                    await self._next_change()
                if pause.cancelled_caught:
                    return
        self._empty()

    def _empty(self) -> None:
        self._messages.clear()
        self._changed()

    def _changed(self) -> None:
        if self._change is not None:
            self._change.set()
            self._change = None

    async def _next_change(self) -> None:
        if self._change is None:
            self._change = trio.Event()
        await self._change.wait()
