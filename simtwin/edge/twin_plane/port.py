"""What the twin plane asks of the twin: everything that concerns its traffic goes through here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from simtwin.api.errors import ApiError
from simtwin.core.scope import OfKey, OfLane, OfTenant, Operator, Scope
from simtwin.edge.outcomes import Outcomes
from simtwin.store.records import AccountRecord
from simtwin.store.store import Store

if TYPE_CHECKING:
    from simtwin.verdicts.verdict import Verdict

__all__ = ["Caller", "OfKey", "OfLane", "OfTenant", "Operator", "Scope", "Twin", "owner"]

#: Who a request is from; also the scope that is theirs.
Caller = Operator | OfTenant


def owner(caller: Caller) -> str | None:
    """The tenant whose things the caller sees, None for all of them: what a `Store` takes."""
    return caller.tenant_id if isinstance(caller, OfTenant) else None


class Twin(Protocol):
    """A running twin. The store is the plane's own to use; what follows is the twin's."""

    @property
    def store(self) -> Store:
        """Where tenants, keys and records are."""
        ...

    @property
    def outcomes(self) -> Outcomes:
        """Who may tell what became of calls, and what they told."""
        ...

    @property
    def version(self) -> str:
        """The version of simtwin."""
        ...

    def now(self) -> float:
        """Seconds on a clock that only goes forward."""
        ...

    def wall(self) -> float:
        """The time of day of this twin, in Unix seconds."""
        ...

    def owner(self, api_key_id: str) -> str | None:
        """The tenant that a key belongs to, open keys included; None where there is no such key."""
        ...

    def has_tenant(self, tenant_id: str) -> bool:
        """Whether there is such a tenant, those of open keys included."""
        ...

    async def settings(self, scope: Scope) -> dict[str, Any]:
        """`{"own", "in_force", "from"}`: what the scope sets, what holds for it, and from where."""
        ...

    async def configure(self, scope: Scope, doc: dict[str, Any] | None) -> None:
        """Replace what a scope sets, or with None fall back to the farther scopes.

        Raises:
            SettingsError: the settings cannot be; nothing has changed.
        """
        ...

    async def patch(self, scope: Scope, patch: dict[str, Any]) -> None:
        """Change what a scope sets as RFC 7396 has it.

        Raises:
            SettingsError: the outcome cannot be; nothing has changed.
        """
        ...

    async def usage(self, scope: Scope) -> list[dict[str, Any]]:
        """One object for each key and model that was used."""
        ...

    async def rules(self, scope: Scope) -> dict[str, Any]:
        """Every rule in force in a scope, with its state and what it did."""
        ...

    async def quiet(self, scope: Scope, seconds: float) -> None:
        """Wait until no answer of a scope is under way, `seconds` at most."""
        ...

    def saved(
        self, scope: Scope, *, lane: str | None = None, after: int, limit: int
    ) -> Iterable[bytes]:
        """Up to `limit` lines of the journal, oldest first, whose `id` is over `after`.

        With a lane, those of the lanes of that name; "" is that of requests which name none.
        """
        ...

    async def fates(self, scope: Scope, *, lane: str | None = None) -> dict[str, Any]:
        """What requests met so far: `{"token", "requests", "dropped", "seeds", "keys", "replay"}`."""
        ...

    async def verdict(self, scope: Scope, *, lane: str | None = None) -> Verdict:
        """What the rules say of what clients did so far."""
        ...

    async def reset(self, scope: Scope) -> None:
        """Clear ordinals, places, buckets, journal and cache; never credentials or settings."""
        ...

    async def accept_invite(self, tenant_id: str, invite_id: str) -> Mapping[str, Any] | ApiError:
        """The member that an invite of a tenant makes, or why it makes none."""
        ...

    async def revoke(self, account: AccountRecord) -> None:
        """A key was removed from the store: let go of whatever is kept for it."""
        ...
