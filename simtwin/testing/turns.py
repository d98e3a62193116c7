"""A loop in a thread of its own that moves only while somebody waits for it.

    the caller's thread     ──── works ────┐             ┌──── works ────┐
                                           ▼             │               ▼
    the loop's thread        stands still  └─ one step ──┘  stands still └─ …

Never do both run, so that virtual time may jump in a step and nowhere else: what a plain, blocking
client does between its requests takes no time at all, and its sleeps are steps themselves.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Generic, TypeVar

import attrs
import outcome
import trio
import trio.testing

S = TypeVar("S")
T = TypeVar("T")


class TurnError(RuntimeError):
    """Another thread than the one that entered wants the loop to move."""


@attrs.frozen
class _Step:
    """One thing to do in the loop; None ends it."""

    async_fn: Callable[..., Awaitable[Any]] | None
    args: tuple[object, ...] = ()


class Turns(Generic[S]):
    """A trio loop in virtual time, moved by one thread.

    Args:
        stage: what is entered in the loop when it begins, and left when it ends.
    """

    def __init__(self, stage: Callable[[], AbstractAsyncContextManager[S]]) -> None:
        self._stage = stage
        self._steps: queue.SimpleQueue[_Step] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[outcome.Outcome[Any]] = queue.SimpleQueue()
        self._owner = threading.get_ident()
        self._loop = threading.Thread(target=self._run, name="simtwin", daemon=True)

    def start(self) -> S:
        """Begin, and return what the stage is entered as."""
        self._loop.start()
        staged: S = self._results.get().unwrap()
        return staged

    def step(self, async_fn: Callable[..., Awaitable[T]], *args: object) -> T:
        """What `async_fn(*args)` comes to in the loop, which stands still before and after.

        Raises:
            TurnError: this is not the thread that moves the loop, or the loop has ended.
        """
        if threading.get_ident() != self._owner:
            raise TurnError(
                "in virtual time one thread alone talks to the twin: the one that entered it. "
                "Clients in several threads need a live twin."
            )
        if not self._loop.is_alive():
            raise TurnError("the twin has ended: it answers inside its `with` block alone")
        self._steps.put(_Step(async_fn, args))
        result: T = self._results.get().unwrap()
        return result

    def stop(self) -> None:
        """End the loop, and wait until it has ended."""
        self._steps.put(_Step(None))
        self._loop.join()

    def _run(self) -> None:
        trio.run(self._main, clock=trio.testing.MockClock(autojump_threshold=0))

    async def _main(self) -> None:
        try:
            async with self._stage() as staged:
                self._results.put(outcome.Value(staged))
                # The whole loop waits here, on purpose: its other tasks stand still as well.
                while (step := self._steps.get()).async_fn is not None:
                    self._results.put(await outcome.acapture(step.async_fn, *step.args))
        except Exception as error:  # noqa: BLE001  # whoever waits is told, whatever it was
            self._results.put(outcome.Error(error))
