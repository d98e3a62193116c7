"""Work in pieces, done in the task of a connection: others get their turn between two of them."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

import trio

T = TypeVar("T")


async def drained(work: Generator[None, None, T]) -> T:
    """What `work` comes to, with a turn for other tasks at each of its pauses."""
    while True:
        try:
            next(work)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]  # what the generator returns
        await trio.lowlevel.checkpoint()
