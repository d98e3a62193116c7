"""What a virtual twin is inside its block: clients of it, what they meet, and what they did."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import trio
import trio.testing

from simtwin.core.outcome import Became, Outcome, Teller
from simtwin.core.scope import OfTenant, Scope
from simtwin.edge.credentials import key_digest
from simtwin.testing.handle import Handle
from simtwin.testing.network import Library
from simtwin.testing.stage import BASE_URL, Stage, drain
from simtwin.testing.turns import Turns
from simtwin.testing.virtual_loop import Asks

if TYPE_CHECKING:
    from anthropic import Anthropic, AsyncAnthropic
    from openai import AsyncOpenAI

#: More entries than the journal holds.
_ALL = 10_000_000


class NotEnteredError(RuntimeError):
    """A virtual twin is used outside of its block."""


class Entered(Handle):
    """A virtual twin in the hands of a test; how it is entered is said by `VirtualTwin`.

    Args:
        seed: decides all chance.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._stage: Stage | None = None
        # What moves the loop of a twin entered by a plain `with`, and how asyncio asks it for things.
        self._turns: Turns[Stage] | None = None
        self._asks: Asks | None = None

    # Clients.

    def anthropic(self, **options: Any) -> AsyncAnthropic:
        """The SDK's asynchronous client, bound to the twin; `options` are its own."""
        return self._here.network.anthropic(self._asynchronous(), **self._bound(options))

    def blocking_anthropic(self, **options: Any) -> Anthropic:
        """The SDK's client that blocks, for a twin entered by `with`; `options` are its own."""
        return self._here.network.blocking_anthropic(self._moved(), **self._bound(options))

    def openai(self, **options: Any) -> AsyncOpenAI:
        """OpenAI's asynchronous client, bound to the twin; `options` are its own."""
        options = {"base_url": f"{self.base_url}/v1", **options}
        return self._here.network.openai(self._asynchronous(), **self._bound(options))

    def transport(self, library: Library = "httpx2") -> Any:
        """What any asynchronous client of `httpx` or `httpx2` reaches the twin through."""
        return self._here.network.transport(library, asks=self._asynchronous())

    def blocking_transport(self, library: Library = "httpx2") -> Any:
        """The same for a client that blocks and a twin entered by `with`."""
        return self._here.network.blocking_transport(self._moved(), library)

    def add_key(self) -> str:
        """Make one more API key of the same tenant, with a schedule of its own."""
        return self._here.tenant.add_key(self._here.clock.wall).api_key

    def add_admin_key(self) -> str:
        """Make a key of the same tenant for its Admin API."""
        return self._here.tenant.add_key(self._here.clock.wall, "admin_key").api_key

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
        gateway = self._here.gateway
        return BASE_URL if gateway is None else f"{BASE_URL}{gateway.prefix.decode()}"

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
        """The journal, oldest line first: a line of JSON for each request and outcome."""
        if self._turns is not None:
            # What was answered is booked in the task of its connection, which may have a step to go.
            self._step(trio.testing.wait_all_tasks_blocked)
        return self._here.twin.saved(self._tenant, after=0, limit=_ALL)

    def rule_states(self) -> Sequence[Mapping[str, Any]]:
        """Every rule in force, profiles' included: name, kind, state, how often it fired."""
        report = self._here.twin.rule_report(self._tenant, self._here.clock.ns)
        states: list[Mapping[str, Any]] = report["rules"]
        return states

    def _tell(self, call: str, outcome: Became) -> None:
        here = self._here
        of_call = (a for a in self.attempts if call in (a.entry.request, a.entry.call))
        own = here.twin.store.account_by_digest(key_digest(self.api_key))
        key = next((a.entry.key for a in of_call), "" if own is None else own.api_key_id)
        at = round(here.clock.start + here.clock.now, 6)
        told = Outcome(call=call, outcome=outcome, at=at)
        here.twin.entries.tell(Teller(here.tenant.tenant_id, key), told)

    @property
    def _began(self) -> float:
        return self._here.clock.start

    def _scope(self, api_key_id: str) -> str:
        made = self._here.tenant.scopes.get(api_key_id)
        if made is not None:
            return made
        # One that was made through the Admin API.
        account = self._here.twin.store.account(api_key_id, None)
        return "" if account is None else account.scope

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

    def _asynchronous(self) -> Asks | None:
        if self._turns is not None and self._asks is None:
            raise NotEnteredError(
                "a twin entered by a plain `with` has asynchronous clients inside run_asyncio alone; "
                "use blocking_anthropic(), or enter it by `async with` under trio"
            )
        return self._asks

    def _bound(self, options: Mapping[str, Any]) -> dict[str, Any]:
        # Mintoken wants the provider's key in a header of its own; to all else it means nothing.
        own = {} if self._here.gateway is None else {"X-Provider-Key": self.api_key}
        headers = {**own, **options.get("default_headers", {})}
        bound = {"api_key": self.api_key, "base_url": self.base_url, **options}
        return {**bound, "default_headers": headers} if headers else bound

    def _moved(self) -> Callable[..., Any]:
        """What moves the loop of a twin that was entered by a plain `with`."""
        if self._turns is None:
            raise NotEnteredError("a client that blocks needs a twin entered by a plain `with`")
        return self._turns.step

    def _step(self, async_fn: Callable[..., Awaitable[Any]], *args: object) -> Any:
        return self._moved()(async_fn, *args)
