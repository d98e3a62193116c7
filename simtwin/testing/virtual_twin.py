"""The twin inside a test: the whole of it in this process, and no time passes while it waits.

    async with VirtualTwin(script="429(retry_after=30)*3; ok", seed=7) as twin:
        client = twin.anthropic(max_retries=3)
        message = await client.messages.create(…)
        assert twin.now == 90 and len(twin.attempts) == 4

Only the sockets and the clock are not the real ones. In a plain test, without a loop, it is `with`
instead of `async with` and `twin.blocking_anthropic()` instead of `twin.anthropic()`.
"""

from __future__ import annotations

import sys
from collections.abc import (
    Awaitable,
    Callable,
    Coroutine,
    Iterable,
    Mapping,
    Sequence,
)
from contextlib import AbstractAsyncContextManager, AsyncExitStack, ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

import trio
import trio.testing

from simtwin.core.scope import OfTenant, Scope
from simtwin.core.settings import parse
from simtwin.edge.credentials import key_digest
from simtwin.testing.clock import START, process_clocks, repeatable
from simtwin.testing.front import words
from simtwin.testing.handle import Handle
from simtwin.testing.network import Library
from simtwin.testing.stage import BASE_URL, Stage, drain, staged
from simtwin.testing.tokens import fates_of
from simtwin.testing.turns import Turns
from simtwin.testing.virtual_loop import Asks, VirtualLoop, run_in

if TYPE_CHECKING:
    from anthropic import Anthropic, AsyncAnthropic
    from openai import AsyncOpenAI

T = TypeVar("T")

#: More entries than the journal holds.
_ALL = 10_000_000


class NotEnteredError(RuntimeError):
    """A virtual twin is used outside of its block."""


class VirtualTwin(Handle):
    """A twin in virtual time.

    It can be entered again once it was left, and begins anew.

    Args:
        script: what happens to one request after the other.
        profiles: names of profiles.
        rules: rules, as in settings.
        replies: what it says, as in settings.
        settings: further settings (`limits`, `pace` …), as in settings.
        replay: a replay token: what another run met is met again, in the place of what is set.
        seed: decides all chance, ids, and the order of tasks; that of the replay token, or 0.
        tier: the rate limits; "unlimited" unless given.
        start: the Unix time at which it begins.
        wall_clock: whether `time.time` and `time.monotonic` follow virtual time in this thread, as
            the SDK needs for a `retry-after` that is a date.
        max_wait: the longest that any one wait of the twin's lasts, seconds.

    Raises:
        SettingsError: the settings, or the token, cannot be; the text names the place.
    """

    def __init__(
        self,
        script: str | None = None,
        *,
        profiles: Iterable[str] = (),
        rules: Sequence[Mapping[str, Any]] = (),
        replies: Sequence[Mapping[str, Any]] = (),
        settings: Mapping[str, Any] | None = None,
        replay: str | None = None,
        seed: int | None = None,
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
        self._told = None if replay is None else fates_of(replay, self._words.kinds)
        if seed is None:
            seed = 0 if self._told is None else self._told.seed
        self._farthest = parse(
            {"seed": seed, "pace": "instant", "limits": {"tier": tier}}, self._words
        )
        self.seed = seed
        self._start = start
        self._wall_clock = wall_clock
        self._max_wait = max_wait
        self._stage: Stage | None = None
        self._exits: AsyncExitStack | None = None
        self._turns: Turns[Stage] | None = None
        self._asks: Asks | None = None
        self._process = ExitStack()

    # How it is entered.

    async def __aenter__(self) -> Self:
        self._must_be_free()
        with ExitStack() as process:
            process.enter_context(repeatable(self.seed))
            exits = AsyncExitStack()
            stage = self._stage = await exits.enter_async_context(self._staged())
            if self._wall_clock:
                process.enter_context(process_clocks(stage.clock))
            self._process = process.pop_all()
        self._exits = exits
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._note(error)
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
            stage = self._stage = turns.start()
            if self._wall_clock:
                process.enter_context(process_clocks(stage.clock, self.sleep))
            self._process = process.pop_all()
        self._turns = turns
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._note(error)
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

    def revoke(self, api_key: str | None = None) -> None:
        """Take a key away, that of `anthropic()` unless given: it answers 401 from now on."""
        twin = self._here.twin
        account = twin.store.account_by_digest(key_digest(api_key or self.api_key))
        if account is not None:
            twin.store.remove_account(account.api_key_id, None)
            twin.forget(account)

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
        self._here.twin.board.patch(self._tenant, settings, self._here.clock.ns)

    async def reset(self) -> None:
        """Begin anew, under trio: ordinals, places in scripts, buckets, usage and the journal.

        A twin entered by a plain `with` is left and entered again for that.
        """
        await self._here.twin.reset(self._tenant)

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass, for a twin entered by a plain `with`."""
        self._step(trio.sleep, max(0.0, seconds))

    def drain(self, pool: str = "claude-sonnet-4.x") -> None:
        """Use up the requests that a pool of models has left, for a twin entered by a plain `with`.

        Where the tier is "unlimited" nothing ever refuses, used up or not.
        """
        self._step(drain, self._here.twin, self._here.tenant.tenant_id, pool)

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
        return self._here.twin.journal(self._tenant, after=0, limit=_ALL)

    def rule_states(self) -> Sequence[Mapping[str, Any]]:
        """Every rule in force, profiles' included: name, kind, state, how often it fired."""
        report = self._here.twin.rule_report(self._tenant, self._here.clock.ns)
        states: list[Mapping[str, Any]] = report["rules"]
        return states

    @property
    def _began(self) -> float:
        return self._here.clock.start

    # How it is made.

    def _staged(self) -> AbstractAsyncContextManager[Stage]:
        return staged(
            self._own.doc,
            self._farthest,
            self._told,
            seed=self.seed,
            start=self._start,
            max_wait=self._max_wait,
        )

    def _note(self, error: BaseException | None) -> None:
        """Where Hypothesis tells of a failing example, tell how to have it again."""
        hypothesis = sys.modules.get("hypothesis")
        if isinstance(error, Exception) and hypothesis and hypothesis.currently_in_test_context():
            hypothesis.note(f"simtwin replay {self.token or '(too long for a token)'}")

    def _scope(self, api_key_id: str) -> str:
        return self._here.tenant.scopes[api_key_id]

    @property
    def _here(self) -> Stage:
        if self._stage is None:
            raise NotEnteredError(
                "a virtual twin lives inside its block: `async with twin:` or `with twin:`"
            )
        return self._stage

    @property
    def _tenant(self) -> Scope:
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
