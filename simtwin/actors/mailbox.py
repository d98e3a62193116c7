"""A bounded queue with one reader, in which a place can be reserved.

A reservation is what lets a cancelled task tell its last word: the place was set aside when the
work began, so putting the message there neither waits nor fails.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

import trio

M = TypeVar("M")


class MailboxFullError(Exception):
    """There is no place left; the sender has to do without."""


class Mailbox(Generic[M]):
    """Messages for one owner, at most `capacity` of them counting the places that are reserved."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.reserved = 0
        self._messages: deque[M] = deque()
        self._arrived = trio.Event()

    def __len__(self) -> int:
        return len(self._messages)

    @property
    def quiet(self) -> bool:
        """Whether nothing is there and nothing is announced."""
        return not self._messages and not self.reserved

    @property
    def has_place(self) -> bool:
        """Whether a place is neither taken nor reserved."""
        return len(self._messages) + self.reserved < self.capacity

    def put(self, message: M) -> None:
        """Add a message.

        Raises:
            MailboxFullError: every place is taken or reserved.
        """
        self._require_place()
        self._add(message)

    def reserve(self) -> None:
        """Set a place aside for one `put_reserved`.

        Raises:
            MailboxFullError: every place is taken or reserved.
        """
        self._require_place()
        self.reserved += 1

    def put_reserved(self, message: M) -> None:
        """Add a message in a place that was reserved. Never fails and never waits."""
        self.reserved -= 1
        self._add(message)

    async def wait(self) -> None:
        """Wait until there is a message."""
        if not self._messages:
            self._arrived = trio.Event()
            await self._arrived.wait()

    def take(self) -> M | None:
        """The oldest message, or None."""
        return self._messages.popleft() if self._messages else None

    def keep(self, wanted: Callable[[M], bool]) -> None:
        """Drop the messages that are not `wanted`."""
        self._messages = deque(message for message in self._messages if wanted(message))

    def _require_place(self) -> None:
        if not self.has_place:
            raise MailboxFullError(f"all {self.capacity} places are taken")

    def _add(self, message: M) -> None:
        self._messages.append(message)
        self._arrived.set()
