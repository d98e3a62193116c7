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
    Coroutine,
    Iterable,
    Mapping,
    Sequence,
)
from contextlib import AbstractAsyncContextManager, AsyncExitStack, ExitStack
from types import TracebackType
from typing import Any, Self, TypeVar

from simtwin.core.settings import parse
from simtwin.testing.clock import START, process_clocks, repeatable
from simtwin.testing.entered import Entered
from simtwin.testing.front import words
from simtwin.testing.stage import GatewayName, Stage, staged
from simtwin.testing.tokens import fates_of
from simtwin.testing.turns import Turns
from simtwin.testing.virtual_loop import Asks, VirtualLoop, run_in
from simtwin.verdicts.thresholds import Thresholds

T = TypeVar("T")

#: Virtual time is exact, but for the microseconds that the journal's times are told in.
_EXACT = Thresholds(early_seconds=0.001, early_share=0.0)


class VirtualTwin(Entered):
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
        gateway: what is in front of it, and what its clients go through.
        open_world: whether every id exists, made up by its type where nobody made it.

    Raises:
        SettingsError: the settings, or the token, cannot be; the text names the place.
    """

    _thresholds = _EXACT

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
        gateway: GatewayName | None = None,
        open_world: bool = False,
    ) -> None:
        doc = {
            "script": script,
            "profiles": list(profiles) or None,
            "rules": list(rules) or None,
            "replies": list(replies) or None,
            **(settings or {}),
        }
        self._words = words()
        own = parse(doc, self._words)
        profiles = own.profiles or ()
        # What happens to connections is not the tenant's to say, so such profiles are for all.
        if any(self._words.profiles[name].connections for name in profiles):
            own = parse({**doc, "profiles": None}, self._words)
        else:
            profiles = ()
        self._own = own
        self._told = None if replay is None else fates_of(replay, self._words.kinds)
        if seed is None:
            seed = 0 if self._told is None else self._told.seed
        self._farthest = parse(
            {
                "seed": seed,
                "pace": "instant",
                "limits": {"tier": tier},
                "profiles": list(profiles) or None,
            },
            self._words,
        )
        super().__init__(seed)
        self._start = start
        self._wall_clock = wall_clock
        self._max_wait = max_wait
        self._gateway = gateway
        self._open_world = open_world
        self._exits: AsyncExitStack | None = None
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

    # How it is made.

    def _staged(self) -> AbstractAsyncContextManager[Stage]:
        return staged(
            self._own.doc,
            self._farthest,
            self._told,
            seed=self.seed,
            start=self._start,
            max_wait=self._max_wait,
            gateway=self._gateway,
            open_world=self._open_world,
        )

    def _note(self, error: BaseException | None) -> None:
        """Where Hypothesis tells of a failing example, tell how to have it again."""
        hypothesis = sys.modules.get("hypothesis")
        if isinstance(error, Exception) and hypothesis and hypothesis.currently_in_test_context():
            hypothesis.note(f"simtwin replay {self.token or '(too long for a token)'}")

    def _must_be_free(self) -> None:
        if self._stage is not None:
            raise RuntimeError("this virtual twin was entered already; leave it first")
