"""Where costly work is done: in another thread, or in virtual time, where none may run, on the spot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

import trio

T = TypeVar("T")


class Work(Protocol):
    """How costly work is done."""

    async def __call__(self, job: Callable[[], T], /) -> T:
        """What `job` returns."""
        ...


async def in_thread(job: Callable[[], T], /) -> T:
    """Do the work in a thread, so that nobody else waits for it. Once begun it comes to its end."""
    return await trio.to_thread.run_sync(job)


async def on_the_spot(job: Callable[[], T], /) -> T:
    """Do the work here and now, so that no time passes on a virtual clock."""
    await trio.lowlevel.checkpoint()
    return job()
