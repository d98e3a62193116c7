"""An asyncio loop whose time is the twin's: what waits in it waits for nothing.

The loop runs in the thread that entered the twin, and the twin in a thread of its own; as for a
client that blocks, never do both run. Where asyncio would wait for sockets and timers, it lets the
twin move instead, until something that it asked for is there or the timer is due in virtual time.

    asyncio  ──work──┐ select(timeout)          ┌──work──
    twin             └─ moves, time may jump ───┘

Other threads (`run_in_executor`, `to_thread`) are outside of virtual time: the loop hears of them, but
timers do not wait for them.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, TypeVar

import attrs
import outcome
import trio

from simtwin.testing.lines import Line

T = TypeVar("T")


@attrs.define(eq=False)
class _Ask:
    """Something that asyncio wants of the twin's loop."""

    async_fn: Callable[..., Awaitable[Any]]
    args: tuple[object, ...]
    future: asyncio.Future[Any]
    scope: trio.CancelScope = attrs.field(factory=trio.CancelScope)
    result: outcome.Outcome[Any] | None = None

    async def do(self) -> None:
        with self.scope:
            try:
                self.result = outcome.Value(await self.async_fn(*self.args))
            except Exception as error:  # noqa: BLE001  # whoever asked is told, whatever it was
                self.result = outcome.Error(error)

    def tell(self) -> None:
        """Let whoever waits in asyncio have the result."""
        if self.result is None or self.future.done():
            return
        if isinstance(self.result, outcome.Error):
            self.future.set_exception(self.result.error)
        else:
            self.future.set_result(self.result.unwrap())


class Asks:
    """What asyncio wants of the twin's loop, and has not got yet.

    Args:
        step: moves the twin's loop.
        nursery: of the twin's loop; what is asked for is done there.
    """

    def __init__(self, step: Callable[..., Any], nursery: trio.Nursery) -> None:
        self._step = step
        self._nursery = nursery
        self._new: list[_Ask] = []
        self._done: list[_Ask] = []
        self._given_up: list[_Ask] = []
        self._open = 0
        self._stirred = trio.Event()

    def __bool__(self) -> bool:
        return bool(self._open)

    async def ask(self, async_fn: Callable[..., Awaitable[T]], *args: object) -> T:
        """What `async_fn(*args)` comes to in the twin's loop; called in asyncio."""
        ask = _Ask(async_fn, args, asyncio.get_running_loop().create_future())
        self._new.append(ask)
        self._open += 1
        try:
            result: T = await ask.future
        except asyncio.CancelledError:
            self._given_up.append(ask)
            raise
        return result

    def wait(self, seconds: float | None) -> None:
        """Let the twin move until something that was asked for is there, or for `seconds`."""
        self._step(self._move, seconds)
        done, self._done = self._done, []
        self._open -= len(done)
        for ask in done:
            ask.tell()

    async def _move(self, seconds: float | None) -> None:
        new, self._new = self._new, []
        for ask in new:
            self._nursery.start_soon(self._do, ask)
        # Only in its own loop can a scope be cancelled.
        for ask in self._given_up:
            ask.scope.cancel()
        self._given_up.clear()
        if not self._done:
            self._stirred = trio.Event()
            with trio.move_on_after(float("inf") if seconds is None else seconds):
                await self._stirred.wait()

    async def _do(self, ask: _Ask) -> None:
        await ask.do()
        self._done.append(ask)
        self._stirred.set()


class AsyncioBackend:
    """The network of a twin, as a client in asyncio reaches it.

    Args:
        connect: makes a connection, in the twin's loop.
        asks: how asyncio asks for things there.
    """

    def __init__(self, connect: Callable[..., Awaitable[Line]], asks: Asks) -> None:
        self._connect = connect
        self._asks = asks

    async def connect_tcp(self, host: str, port: int, *_options: Any, **_more: Any) -> AsyncioLine:
        return AsyncioLine(await self._asks.ask(self._connect, host, port), self._asks)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class AsyncioLine:
    """The client's end of one connection, for a client in asyncio."""

    def __init__(self, line: Line, asks: Asks) -> None:
        self._line = line
        self._asks = asks

    async def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ASYNC109  # httpcore's interface
    ) -> bytes:
        return await self._asks.ask(self._line.read, max_bytes, timeout)

    async def write(
        self,
        buffer: bytes,
        timeout: float | None = None,  # noqa: ASYNC109  # httpcore's interface
    ) -> None:
        await self._asks.ask(self._line.write, buffer, timeout)

    async def aclose(self) -> None:
        await self._asks.ask(self._line.aclose)

    async def start_tls(self, *_options: Any, **_more: Any) -> AsyncioLine:
        return self

    def get_extra_info(self, info: str) -> Any:
        return self._line.get_extra_info(info)


class _Selector(selectors.BaseSelector):
    """Real files without waiting, and the twin instead of the wait."""

    def __init__(self, asks: Asks) -> None:
        self._real = selectors.DefaultSelector()
        self._asks = asks

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = self._real.select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None and not self._asks:
            # Nothing of ours can wake the loop any more: what it waits for is another thread.
            return self._real.select(None)
        self._asks.wait(timeout)
        return self._real.select(0)

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        found: Mapping[Any, selectors.SelectorKey] = self._real.get_map()
        return found

    def close(self) -> None:
        self._real.close()


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop of asyncio in virtual time.

    Args:
        asks: how it asks for things in the twin's loop.
        now: the virtual time, seconds.
    """

    def __init__(self, asks: Asks, now: Callable[[], float]) -> None:
        super().__init__(_Selector(asks))
        self._now = now

    def time(self) -> float:
        return self._now()


def run_in(loop: asyncio.AbstractEventLoop, main: Coroutine[Any, Any, T]) -> T:
    """As `asyncio.run` does it, in a loop that is closed at the end."""
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(main)
