"""Time that costs nothing, and chance that repeats: what a virtual twin needs of the process.

Everything here is put back when its block ends. What the clocks of the process say in the block:

    trio.current_time, trio.sleep    trio's own virtual clock, which jumps when nobody has work
    time.time, time.time_ns          the twin's epoch and what has passed of virtual time
    time.monotonic                   what has passed of virtual time
    time.sleep                       virtual too, but only in the thread of a twin entered by `with`
    time.perf_counter                left alone: it measures what really passes

Other threads, and modules that took the functions by name before, keep the real ones.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import attrs
import trio
import trio.testing

from simtwin.core.bucket import NS

T = TypeVar("T")

#: 2026-11-18T11:06:40Z: when a virtual twin begins unless it is told otherwise.
START = 1_795_000_000.0

# One microsecond: sums of waits as floats are off by less, and no wait that anybody means is shorter.
_DIGITS = 6


class RealClockError(RuntimeError):
    """A virtual twin was entered while real time passes."""


def run(async_fn: Callable[..., Awaitable[T]], *args: object, seed: int = 0) -> T:
    """Run `async_fn(*args)` under trio in virtual time, and return what it returns.

    Args:
        async_fn: what to run.
        args: its positional arguments.
        seed: decides the order in which tasks that could run do run, and Python's own chance.
    """

    async def main() -> T:
        return await async_fn(*args)

    with repeatable(seed):
        return trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


@attrs.frozen
class VirtualClock:
    """The virtual clock of a run, read from where it stood at first.

    Args:
        clock: trio's.
        start: the Unix time at which it stood there.
    """

    clock: trio.testing.MockClock
    start: float
    _zero: float = attrs.field(init=False)

    @_zero.default
    def _stands(self) -> float:
        return self.clock.current_time()

    @property
    def ns(self) -> int:
        """The time of the twin under it, ns."""
        return round(self.clock.current_time() * NS)

    @property
    def exact(self) -> float:
        """Seconds that have passed."""
        return self.clock.current_time() - self._zero

    @property
    def now(self) -> float:
        """Seconds that have passed, to the microsecond."""
        return round(self.exact, _DIGITS)

    @property
    def wall(self) -> float:
        """Unix time in seconds."""
        return self.start + self.now


def running_clock() -> trio.testing.MockClock:
    """The clock of the run that calls.

    Raises:
        RealClockError: it is the real one, or nothing runs at all.
    """
    try:
        clock = trio.lowlevel.current_clock()
    except RuntimeError:
        raise RealClockError(
            "a virtual twin is entered in a trio task, by `async with`; use simtwin.testing.run, "
            "or enter it by a plain `with`"
        ) from None
    if not isinstance(clock, trio.testing.MockClock):
        raise RealClockError(
            "a virtual twin needs trio's virtual clock: add pytest-trio's fixture "
            "`autojump_clock` to the test, or run it by simtwin.testing.run"
        )
    return clock


@contextmanager
def repeatable(seed: int) -> Iterator[None]:
    """Let trio's scheduler and Python's own `random` depend on `seed` alone.

    The scheduler shuffles tasks that can run by a generator that nothing seeds, and the SDK draws
    the jitter of its backoff from `random`.
    """
    scheduler: Any = trio._core._run  # noqa: SLF001  # there is no public way; tests/testing/test_clock.py holds it
    ours, theirs = scheduler._r.getstate(), random.getstate()  # noqa: SLF001  # likewise
    sorts = scheduler._ALLOW_DETERMINISTIC_SCHEDULING  # noqa: SLF001  # likewise
    scheduler._ALLOW_DETERMINISTIC_SCHEDULING = True  # noqa: SLF001  # likewise
    scheduler._r.seed(f"{seed}/scheduler")  # noqa: SLF001  # likewise
    random.seed(f"{seed}/random")
    try:
        yield
    finally:
        scheduler._ALLOW_DETERMINISTIC_SCHEDULING = sorts  # noqa: SLF001  # likewise
        scheduler._r.setstate(ours)  # noqa: SLF001  # likewise
        random.setstate(theirs)


@contextmanager
def process_clocks(
    clock: VirtualClock, sleep: Callable[[float], object] | None = None
) -> Iterator[None]:
    """Let this thread's `time.time`, `time_ns` and `monotonic` follow `clock`.

    Args:
        clock: what they follow.
        sleep: what `time.sleep` does in this thread; left alone where None.
    """
    owner = threading.get_ident()
    real: dict[str, Callable[..., Any]] = {
        name: getattr(time, name) for name in ("time", "time_ns", "monotonic", "sleep")
    }
    virtual: dict[str, Callable[..., Any]] = {
        "time": lambda: clock.wall,
        "time_ns": lambda: round(clock.wall * 1_000_000_000),
        "monotonic": lambda: clock.now,
    }
    if sleep is not None:
        virtual["sleep"] = sleep

    def either(name: str) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            return (virtual if threading.get_ident() == owner else real)[name](*args)

        return call

    for name in virtual:
        setattr(time, name, either(name))
    try:
        yield
    finally:
        for name in virtual:
            setattr(time, name, real[name])
