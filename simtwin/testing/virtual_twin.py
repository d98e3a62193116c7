"""The twin inside a test: the whole of it in this process, and no time passes while it waits.

    async with VirtualTwin(script="429(retry_after=30)*3; ok", seed=7) as twin:
        client = twin.anthropic(max_retries=3)
        message = await client.messages.create(…)
        assert twin.now == 90 and len(twin.attempts) == 4

Only the sockets and the clock are not the real ones. In a plain test, without a loop, it is `with`
instead of `async with` and `twin.blocking_anthropic()` instead of `twin.anthropic()`.
"""

from __future__ import annotations

from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Iterable,
    Mapping,
    Sequence,
)
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

import attrs
import trio
import trio.testing

from simtwin.core.scope import OfTenant, Scope
from simtwin.core.settings import parse
from simtwin.edge.epoch import Epoch
from simtwin.edge.start import running_twin
from simtwin.edge.twin import Twin
from simtwin.testing.clock import START, VirtualClock, process_clocks, repeatable, running_clock
from simtwin.testing.front import front, words
from simtwin.testing.handle import Handle
from simtwin.testing.network import Library, Network
from simtwin.testing.seeded import SeededTenant
from simtwin.testing.turns import Turns
from simtwin.testing.virtual_loop import Asks, VirtualLoop, run_in

if TYPE_CHECKING:
    from anthropic import Anthropic, AsyncAnthropic
    from openai import AsyncOpenAI

T = TypeVar("T")

#: Where a virtual twin is; nobody looks the name up.
BASE_URL = "http://localhost"
#: More entries than the journal holds.
_ALL = 10_000_000


class NotEnteredError(RuntimeError):
    """A virtual twin is used outside of its block."""


@attrs.frozen(eq=False)
class _Stage:
    """What there is while a virtual twin lives."""

    twin: Twin
    network: Network
    nursery: trio.Nursery
    tenant: SeededTenant
    clock: VirtualClock
    api_key: str


class VirtualTwin(Handle):
    """A twin in virtual time.

    It can be entered again once it was left, and begins anew.

    Args:
        script: what happens to one request after the other.
        profiles: names of profiles.
        rules: rules, as in settings.
        replies: what it says, as in settings.
        settings: further settings (`limits`, `pace` …), as in settings.
        seed: decides all chance, ids, and the order of tasks.
        tier: the rate limits; "unlimited" unless given.
        start: the Unix time at which it begins.
        wall_clock: whether `time.time` and `time.monotonic` follow virtual time in this thread, as
            the SDK needs for a `retry-after` that is a date.
        max_wait: the longest that any one wait of the twin's lasts, seconds.

    Raises:
        SettingsError: the settings cannot be; the text names the place.
    """

    def __init__(
        self,
        script: str | None = None,
        *,
        profiles: Iterable[str] = (),
        rules: Sequence[Mapping[str, Any]] = (),
        replies: Sequence[Mapping[str, Any]] = (),
        settings: Mapping[str, Any] | None = None,
        seed: int = 0,
        tier: str = "unlimited",
        start: float = START,
        wall_clock: bool = True,
        max_wait: float = 3600.0,
    ) -> None:
        doc = {
            "script": script,
            "profiles": list(profiles) or None,
            "rules": list(rules) or None,
            "replies": list(replies) or None,
            **(settings or {}),
        }
        self._words = words()
        self._own = parse(doc, self._words)
        self._farthest = parse(
            {"seed": seed, "pace": "instant", "limits": {"tier": tier}}, self._words
        )
        self.seed = seed
        self._start = start
        self._wall_clock = wall_clock
        self._max_wait = max_wait
        self._stage: _Stage | None = None
        self._exits: AsyncExitStack | None = None
        self._turns: Turns[_Stage] | None = None
        self._asks: Asks | None = None
        self._process = ExitStack()

    # How it is entered.

    async def __aenter__(self) -> Self:
        self._must_be_free()
        clock = running_clock()
        with ExitStack() as process:
            process.enter_context(repeatable(self.seed))
            exits = AsyncExitStack()
            self._stage = await exits.enter_async_context(self._staged(clock))
            if self._wall_clock:
                process.enter_context(process_clocks(self._stage.clock))
            self._process = process.pop_all()
        self._exits = exits
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        exits, self._exits, self._stage = self._exits, None, None
        try:
            if exits is not None:
                # Not told of the error: the nursery inside would wrap it into a group.
                await exits.aclose()
        finally:
            self._process.close()

    def __enter__(self) -> Self:
        self._must_be_free()
        with ExitStack() as process:
            process.enter_context(repeatable(self.seed))
            turns = Turns(self._staged)
            process.callback(turns.stop)
            self._stage = turns.start()
            if self._wall_clock:
                process.enter_context(process_clocks(self._stage.clock, self._sleep))
            self._process = process.pop_all()
        self._turns = turns
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._turns = self._stage = None
        self._process.close()

    def run_asyncio(self, main: Coroutine[Any, Any, T]) -> T:
        """Run `main` in a loop of asyncio in virtual time, as `asyncio.run` would, for a twin entered by `with`.

        What `main` makes of `anthropic()` and `transport()` is for asyncio then.
        """
        asks = Asks(self._step, self._here.nursery)
        self._asks = asks
        try:
            return run_in(VirtualLoop(asks, lambda: self._here.clock.exact), main)
        finally:
            self._asks = None

    # Clients.

    def anthropic(self, **options: Any) -> AsyncAnthropic:
        """The SDK's asynchronous client, bound to the twin; `options` are its own."""
        return self._here.network.anthropic(self._asynchronous(), **self._bound(options))

    def blocking_anthropic(self, **options: Any) -> Anthropic:
        """The SDK's client that blocks, for a twin entered by `with`; `options` are its own."""
        return self._here.network.blocking_anthropic(self._moved(), **self._bound(options))

    def openai(self, **options: Any) -> AsyncOpenAI:
        """OpenAI's asynchronous client, bound to the twin; `options` are its own."""
        options = {"base_url": f"{BASE_URL}/v1", **options}
        return self._here.network.openai(self._asynchronous(), **self._bound(options))

    def transport(self, library: Library = "httpx2") -> Any:
        """What any asynchronous client of `httpx` or `httpx2` reaches the twin through."""
        return self._here.network.transport(library, asks=self._asynchronous())

    def blocking_transport(self, library: Library = "httpx2") -> Any:
        """The same for a client that blocks and a twin entered by `with`."""
        return self._here.network.blocking_transport(self._moved(), library)

    def add_key(self) -> str:
        """Make one more API key of the same tenant, with a schedule of its own."""
        return self._here.tenant.add_key().api_key

    @property
    def base_url(self) -> str:
        """Where clients reach it."""
        return BASE_URL

    @property
    def api_key(self) -> str:
        """The key that `anthropic()` uses."""
        return self._here.api_key

    # What goes wrong, and what happened; the rest is the handle's.

    def configure(self, **settings: Any) -> None:
        """Change settings from the next request on: None falls back, all others stay.

        Raises:
            SettingsError: they cannot be; nothing has changed.
        """
        self._here.twin.board.patch(self._scope, settings, self._here.clock.ns)

    async def reset(self) -> None:
        """Begin anew, under trio: ordinals, places in scripts, buckets, usage and the journal.

        A twin entered by a plain `with` is left and entered again for that.
        """
        await self._here.twin.reset(self._scope)

    @property
    def refusing(self) -> bool:
        """Whether new connections are refused; may be set."""
        return self._here.network.refusing

    @refusing.setter
    def refusing(self, refuses: bool) -> None:
        self._here.network.refusing = refuses

    @property
    def now(self) -> float:
        """Seconds of virtual time since it was entered."""
        return self._here.clock.now

    def lines(self) -> Iterable[bytes]:
        """The journal, oldest entry first: a line of JSON each."""
        if self._turns is not None:
            # What was answered is booked in the task of its connection, which may have a step to go.
            self._step(trio.testing.wait_all_tasks_blocked)
        return self._here.twin.journal(self._scope, after=0, limit=_ALL)

    @property
    def _began(self) -> float:
        return self._here.clock.start

    # How it is made.

    @asynccontextmanager
    async def _staged(self, clock: trio.testing.MockClock | None = None) -> AsyncIterator[_Stage]:
        virtual = VirtualClock(clock or running_clock(), self._start)
        async with (
            running_twin(
                self._words,
                self._farthest,
                Epoch(None, self._start),
                max_wait=self._max_wait,
                run=str(self.seed),
            ) as twin,
            trio.open_nursery() as nursery,
        ):
            tenant = SeededTenant.of(twin, self.seed)
            key = tenant.add_key()
            twin.board.put(OfTenant(tenant.tenant_id), self._own.doc, virtual.ns)
            network = Network(front(twin), nursery, twin.doors)
            yield _Stage(twin, network, nursery, tenant, virtual, key.api_key)
            nursery.cancel_scope.cancel()

    @property
    def _here(self) -> _Stage:
        if self._stage is None:
            raise NotEnteredError(
                "a virtual twin lives inside its block: `async with twin:` or `with twin:`"
            )
        return self._stage

    @property
    def _scope(self) -> Scope:
        return OfTenant(self._here.tenant.tenant_id)

    def _must_be_free(self) -> None:
        if self._stage is not None:
            raise RuntimeError("this virtual twin was entered already; leave it first")

    def _asynchronous(self) -> Asks | None:
        if self._turns is not None and self._asks is None:
            raise NotEnteredError(
                "a twin entered by a plain `with` has asynchronous clients inside run_asyncio alone; "
                "use blocking_anthropic(), or enter it by `async with` under trio"
            )
        return self._asks

    def _bound(self, options: Mapping[str, Any]) -> dict[str, Any]:
        return {"api_key": self.api_key, "base_url": BASE_URL, **options}

    def _moved(self) -> Callable[..., Any]:
        """What moves the loop of a twin that was entered by a plain `with`."""
        if self._turns is None:
            raise NotEnteredError("a client that blocks needs a twin entered by a plain `with`")
        return self._turns.step

    def _step(self, async_fn: Callable[..., Awaitable[Any]], *args: object) -> Any:
        return self._moved()(async_fn, *args)

    def _sleep(self, seconds: float) -> None:
        self._step(trio.sleep, max(0.0, seconds))
