"""One key of a live server, in the hands of one test."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import attrs

from simtwin.core.chance import base58
from simtwin.core.fault import SettingsError
from simtwin.core.outcome import Became
from simtwin.edge.credentials import API_KEY_PREFIX, key_digest
from simtwin.edge.data_plane.open_keys import open_account
from simtwin.edge.environment import environment
from simtwin.testing.handle import Handle
from simtwin.testing.live_server import LiveServer, ServerError

if TYPE_CHECKING:
    from anthropic import Anthropic, AsyncAnthropic

#: How long a reader of the journal lets answers under way come to their end.
QUIET_SECONDS = 2
_PAGE = 1_000


@attrs.frozen
class Account:
    """A key of a server: its text, the ids of it and of its tenant, and what its chance is drawn by."""

    api_key: str = attrs.field(repr=False)
    api_key_id: str
    tenant_id: str
    scope: str


class LiveTwin(Handle):
    """A key with a tenant, limits, ordinals and a schedule of its own. Made by `LiveServer.twin`."""

    def __init__(self, server: LiveServer, account: Account, seed: int) -> None:
        self._server = server
        self._account = account
        self._start = time.time()
        self._outcome_url: str | None = None
        self.seed = seed

    @classmethod
    def of(cls, server: LiveServer, name: str, seed: int, settings: Mapping[str, Any]) -> Self:
        """Make a key known to the server, as if it had never been used, and set its settings."""
        api_key = API_KEY_PREFIX + base58(f"{seed}/{name}", 54)
        known = open_account(key_digest(api_key))
        account = Account(api_key, known.api_key_id, known.tenant_id, known.scope)
        server.call("GET", "/v1/models?limit=1", key=api_key)
        twin = cls(server, account, seed)
        twin._reset()
        twin._set("PUT", {"seed": seed, **settings})
        return twin

    @property
    def base_url(self) -> str:
        """Where clients reach it."""
        return self._server.base_url

    @property
    def api_key(self) -> str:
        """Its own key."""
        return self._account.api_key

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables that point every common client at it."""
        return environment(self.base_url, self.api_key, outcome_url=self.outcome_url)

    @property
    def outcome_url(self) -> str:
        """Where a program may tell what became of its calls, without any other credential."""
        if self._outcome_url is None:
            path = f"/_twin/accounts/{self._account.api_key_id}/outcome-url"
            told = json.loads(self._server.call("POST", path, {}))
            self._outcome_url = str(told["outcome_url"])
        return self._outcome_url

    def anthropic(self, **options: Any) -> AsyncAnthropic:
        """The SDK's asynchronous client, bound to it; `options` are its own."""
        from anthropic import AsyncAnthropic  # noqa: PLC0415  # half a second that not all tests need

        return AsyncAnthropic(**self._bound(options))

    def blocking_anthropic(self, **options: Any) -> Anthropic:
        """The SDK's client that blocks, bound to it; `options` are its own."""
        from anthropic import Anthropic  # noqa: PLC0415  # likewise

        return Anthropic(**self._bound(options))

    def configure(self, **settings: Any) -> None:
        """Change settings from the next request on: None falls back, all others stay.

        Raises:
            SettingsError: they cannot be; nothing has changed.
        """
        self._set("PATCH", settings)

    def reset(self) -> None:
        """Begin anew: ordinals, places in scripts, buckets, usage and the journal."""
        self._reset()
        self._start = time.time()

    def close(self) -> None:
        """Forget the settings and what was kept."""
        self._server.call("DELETE", f"/_twin/accounts/{self._account.api_key_id}/settings")
        self._reset()

    def lines(self) -> Iterable[bytes]:
        """The journal, oldest line first: a line of JSON for each request and outcome."""
        after, wait = 0, QUIET_SECONDS
        while True:
            query = f"key={self._account.api_key_id}&after={after}&limit={_PAGE}&wait={wait}"
            page = self._server.call("GET", f"/_twin/journal?{query}").splitlines()
            yield from page
            if len(page) < _PAGE:
                return
            after, wait = json.loads(page[-1])["id"], 0

    def _tell(self, call: str, outcome: Became) -> None:
        path = self.outcome_url.removeprefix(self.base_url)
        self._server.call("POST", path, {"call": call, "outcome": outcome})

    def _scope(self, api_key_id: str) -> str:  # noqa: ARG002  # it has one key
        return self._account.scope

    def rule_states(self) -> Sequence[Mapping[str, Any]]:
        """Every rule in force, profiles' included: name, kind, state, how often it fired."""
        told = self._server.call("GET", f"/_twin/accounts/{self._account.api_key_id}/rules")
        states: list[Mapping[str, Any]] = json.loads(told)["rules"]
        return states

    @property
    def _began(self) -> float:
        return self._start

    def _bound(self, options: Mapping[str, Any]) -> dict[str, Any]:
        return {"api_key": self.api_key, "base_url": self.base_url, **options}

    def _set(self, method: str, settings: Mapping[str, Any]) -> None:
        try:
            self._server.call(
                method, f"/_twin/accounts/{self._account.api_key_id}/settings", dict(settings)
            )
        except ServerError as error:
            raise SettingsError(str(error)) from None

    def _reset(self) -> None:
        self._server.call(
            "POST", "/_twin/reset", {"scope": "tenant", "id": self._account.tenant_id}
        )
