"""A running twin: the actors, the settings, the books, and the clock they share."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

import attrs
import trio

from simtwin import __version__
from simtwin.actors.actor import present
from simtwin.actors.router import Router
from simtwin.api.errors import ApiError
from simtwin.api.holdings import Holdings
from simtwin.api.replay.shelf import Replay
from simtwin.core import key as keys
from simtwin.core import tenant as tenants
from simtwin.core.board import Board
from simtwin.core.commons import Commons, lane_address
from simtwin.core.fates import Fates
from simtwin.core.journal import Journal
from simtwin.core.key import Key
from simtwin.core.scope import OfKey, OfLane, OfTenant, Operator, Scope
from simtwin.core.scripts import Scripts
from simtwin.core.tenant import Tenant
from simtwin.core.usage import Usage
from simtwin.edge.bells import Bells
from simtwin.edge.credentials import ADMIN_KEYS, MadeKey, key_digest, make_key
from simtwin.edge.data_plane.batches.works import Works
from simtwin.edge.data_plane.load import Load
from simtwin.edge.data_plane.open_keys import OpenKeys
from simtwin.edge.doors import Doors
from simtwin.edge.epoch import Epoch
from simtwin.edge.inviting import accept_invite, founded
from simtwin.edge.outcomes import Outcomes
from simtwin.edge.recount import met, replayable
from simtwin.edge.rule_report import rule_report
from simtwin.store.blobs import Blobs
from simtwin.store.records import AccountRecord
from simtwin.store.store import Store

if TYPE_CHECKING:
    from simtwin.edge.gateways.gateway import Gateway
    from simtwin.edge.upstream.recorder import Recorder
    from simtwin.edge.upstream.upstream import Upstream
    from simtwin.verdicts.verdict import Verdict

#: How often it is looked whether all answers have ended; a loopback round trip takes as long.
_LOOK_SECONDS = 0.002


@attrs.frozen(eq=False)
class Twin:
    """Everything that a twin is made of.

    Args:
        store: credentials and records.
        board: the settings of every scope.
        keys: the actors of the keys, by api_key_id.
        tenants: the actors of the tenants, by tenant_id.
        holdings: the actors of what each tenant has made, by tenant_id.
        epoch: wall time.
        blobs: the files that tenants have.
        nursery: where work goes on that no connection waits for.
        accepts_any_key: whether a key that nobody made is let in, each as a tenant of its own.
        open_world: whether every id exists, and every key may ask for everything.
        marks: whether answers carry `x-simtwin-*` headers.
        edge_headers: whether they carry those of the edge in front of the real API.
        strict_version: whether an unknown `anthropic-version` is refused.
        max_wait: the longest that any one wait lasts, seconds.
        replay: the recordings that are played, None for none.
        run: tells this twin from all others; part of ids that no seed decides.
        numbers: of its requests, from 1.
        mint: makes a key that begins with a text.
        told: the fates of another run, which every request meets in the place of what is set.
        steady_ids: whether ids in answers come of the seed and what was asked alone: then what a
            client sends back of them is the same in runs that meet different faults, and equal
            requests have equal ids.
        gateways: those in front of the API, by name.
        upstream: what answers in its place, None for nothing.
        recorder: writes down what that answers, None for nothing.
    """

    store: Store
    board: Board
    keys: Router[Key]
    tenants: Router[Tenant]
    holdings: Router[Holdings]
    epoch: Epoch
    blobs: Blobs
    nursery: trio.Nursery
    accepts_any_key: bool = False
    marks: bool = True
    edge_headers: bool = True
    strict_version: bool = False
    max_wait: float = 3600.0
    replay: Replay | None = None
    run: str = ""
    numbers: Iterator[int] = attrs.field(factory=lambda: count(1))
    told: Fates | None = None
    steady_ids: bool = False
    gateways: Mapping[str, Gateway] = attrs.field(factory=dict)
    mint: Callable[[str], MadeKey] = make_key
    open_world: bool = False
    upstream: Upstream | None = None
    recorder: Recorder | None = None
    entries: Journal = attrs.field(factory=Journal)
    load: Load = attrs.field(factory=Load)
    bells: Bells = attrs.field(factory=Bells)
    commons: Commons = attrs.field(factory=Commons)
    works: Works = attrs.field(factory=Works)
    scripts: Scripts = attrs.field(init=False)
    open_keys: OpenKeys = attrs.field(init=False)
    doors: Doors = attrs.field(init=False)
    outcomes: Outcomes = attrs.field(init=False)

    @scripts.default
    def _scripts(self) -> Scripts:
        return Scripts(self.board.vocabulary.kinds)

    @open_keys.default
    def _open_keys(self) -> OpenKeys:
        return OpenKeys(self._drop)

    @doors.default
    def _doors(self) -> Doors:
        return Doors(self.board, self.max_wait)

    @outcomes.default
    def _outcomes(self) -> Outcomes:
        return Outcomes(self.entries)

    @property
    def version(self) -> str:
        """The version of simtwin."""
        return __version__

    def now(self) -> float:
        """Seconds on a clock that only goes forward."""
        return trio.current_time()

    def wall(self) -> float:
        """Unix time in seconds."""
        return self.epoch.present()

    def known(self, key: str) -> AccountRecord | None:
        """The account of a key by its text, open keys included where they are let in."""
        digest = key_digest(key)
        account = self.store.account_by_digest(digest)
        if account is None and self.accepts_any_key:
            account = self.open_keys.account(
                digest, "admin_key" if key.startswith(ADMIN_KEYS) else "api_key"
            )
        return account

    def owner(self, api_key_id: str) -> str | None:
        """The tenant of a key, open ones included; None where there is no such key."""
        account = self.store.account(api_key_id, None) or self.open_keys.by_id(api_key_id)
        return None if account is None else account.tenant_id

    def has_tenant(self, tenant_id: str) -> bool:
        """Whether there is such a tenant, those of open keys included."""
        return self.store.tenant(tenant_id) is not None or self.open_keys.has_tenant(tenant_id)

    async def settings(self, scope: Scope) -> dict[str, Any]:
        """What a scope sets, what holds in it, and which scope each field came from.

        The operator is also told what became of its rules for connections.
        """
        told = self.board.told(scope)
        if isinstance(scope, Operator):
            told["connections"] = self.doors.statistics()
        return told

    async def configure(self, scope: Scope, doc: dict[str, Any] | None) -> None:
        """Replace what a scope sets; None falls back to the farther scopes.

        Raises:
            SettingsError: the settings cannot be; nothing has changed.
        """
        if doc is None:
            self.board.delete(scope)
        else:
            self.board.put(scope, doc, present())
        self.doors.changed()

    async def patch(self, scope: Scope, patch: dict[str, Any]) -> None:
        """Change what a scope sets by a merge patch.

        Raises:
            SettingsError: the outcome cannot be; nothing has changed.
        """
        self.board.patch(scope, patch, present())
        self.doors.changed()

    async def usage(self, scope: Scope) -> list[dict[str, Any]]:
        """What was used, a row for each key and model."""
        rows = []
        for account in self._accounts(scope):
            key = self.keys.state(account.api_key_id)
            used: dict[str, Usage] = {} if key is None else dict(key.usage)
            rows += [
                {
                    "tenant_id": account.tenant_id,
                    "api_key_id": account.api_key_id,
                    "model": model or None,
                    **usage.statistics(),
                }
                for model, usage in sorted(used.items())
            ]
        return rows

    async def rules(self, scope: Scope) -> dict[str, Any]:
        """Every rule in force in a scope: its state, and how often it looked, fired and reached."""
        return self.rule_report(scope, present())

    def rule_report(self, scope: Scope, now: int) -> dict[str, Any]:
        """The same at `now` (ns), for whoever is in no loop."""
        keys = (
            (OfKey(account.tenant_id, account.api_key_id), state)
            for account in self._accounts(scope)
            if (state := self.keys.state(account.api_key_id)) is not None
        )
        return rule_report(self.board, self.commons, keys, scope, now)

    def journal(
        self, scope: Scope, *, lane: str | None = None, after: int, limit: int
    ) -> Iterable[bytes]:
        """Entries of a scope, of every lane or of those that are called so, oldest first."""
        tenant, key = _owned(scope)
        return self.entries.lines(tenant, key, lane, after=after, limit=limit)

    def saved(
        self, scope: Scope, *, lane: str | None = None, after: int, limit: int
    ) -> Iterable[bytes]:
        """The same with all that the judge of a saved journal has to know beside."""
        tenant, key = _owned(scope)
        return self.entries.saved(tenant, key, lane, after=after, limit=limit)

    async def quiet(self, scope: Scope, seconds: float) -> None:
        """Wait until no answer of a scope is under way, `seconds` at most."""
        with trio.move_on_after(seconds):
            # A reader is rare; an event would cost every answer something.
            while any(self._under_way(account) for account in self._accounts(scope)):  # noqa: ASYNC110  # the above
                await trio.sleep(_LOOK_SECONDS)

    def _under_way(self, account: AccountRecord) -> bool:
        key = self.keys.state(account.api_key_id)
        return key is not None and key.in_flight > 0

    async def fates(self, scope: Scope, *, lane: str | None = None) -> dict[str, Any]:
        """What the requests of a scope met so far, for another run to meet the same.

        `token` is null where it would be too long; then `replay`, the document, goes into a file.
        """
        tenant, key = _owned(scope)
        accounts = {account.api_key_id: account for account in self._accounts(scope)}
        lines = self.entries.lines(tenant, key, lane, limit=sys.maxsize)
        found = await met(lines, accounts.__contains__)
        return replayable(
            found,
            accounts,
            self.board,
            scope,
            told=self.told,
            dropped=self.entries.dropped(tenant),
        )

    async def verdict(self, scope: Scope, *, lane: str | None = None) -> Verdict:
        """What the rules say of what the clients of a scope did so far."""
        from simtwin.edge.verdict import verdict  # noqa: PLC0415  # 44 modules that few twins ever need

        tenant, key = _owned(scope)
        return await verdict(self.entries.saved(tenant, key, lane, limit=sys.maxsize))

    async def reset(self, scope: Scope) -> None:
        """Clear ordinals, places, buckets and the journal; never credentials or settings.

        What was set with a shared timeline begins it anew.
        """
        tenant, key = _owned(scope)
        self.board.restart(scope, present())
        self.doors.changed()
        if isinstance(scope, OfLane):
            message = partial(keys.reset_lane, lane=scope.lane or None)
            for account in list(self._accounts(scope)):
                await self.keys.ask(account.api_key_id, message)
                self.commons.reset(lane_address(account.api_key_id, scope.lane))
            self.entries.clear(tenant, key, scope.lane)
            return
        for account in list(self._accounts(scope)):
            for address in self._addresses(account):
                self.commons.reset(address)
            await self.keys.ask(account.api_key_id, keys.reset)
        if key is None:
            self.commons.reset(tenant)
        holdings = None if tenant is None else self.holdings.state(tenant)
        workspaces = () if holdings is None else holdings.organization.workspaces
        for address, _ in list(self.tenants.states()):
            if key is None and (tenant in (None, address) or address in workspaces):
                await self.tenants.ask(address, tenants.reset)
        self.entries.clear(tenant, key)

    async def accept_invite(self, tenant_id: str, invite_id: str) -> Mapping[str, Any] | ApiError:
        """The member that an invite of a tenant makes, or why it makes none."""
        of = founded(self.store, tenant_id)
        return await accept_invite(self.holdings, of, invite_id, self.wall())

    async def revoke(self, account: AccountRecord) -> None:
        """Let go of what is kept for a key that was removed."""
        self.forget(account)

    def forget(self, account: AccountRecord) -> None:
        """Let go of what is kept for a key, which begins anew where it is still let in."""
        self.board.forget(OfKey(account.tenant_id, account.api_key_id))
        for gateway in self.gateways.values():
            gateway.forget(account)
        for address in self._addresses(account):
            self.commons.forget(address)
        self.keys.forget(account.api_key_id)
        self.outcomes.forget(account.api_key_id)

    def _drop(self, account: AccountRecord) -> None:
        """Let go of an open key, and of the tenant that was made for it."""
        self.forget(account)
        self.board.delete(OfTenant(account.tenant_id))
        self.tenants.forget(account.tenant_id)
        self.holdings.forget(account.tenant_id)
        self.blobs.forget(account.tenant_id)
        self.commons.forget(account.tenant_id)

    def _addresses(self, account: AccountRecord) -> Iterator[str]:
        """Where something is shared within a key: the key, and each lane of it."""
        state = self.keys.state(account.api_key_id)
        yield account.api_key_id
        for lane, _ in () if state is None else state.lanes.every():
            yield lane_address(account.api_key_id, lane)

    def _accounts(self, scope: Scope) -> Iterator[AccountRecord]:
        """The accounts of a scope that were ever used."""
        tenant, key = _owned(scope)
        for address, _ in list(self.keys.states()):
            account = self.store.account(address, tenant) or self.open_keys.by_id(address)
            if (
                account is not None
                and tenant in (None, account.tenant_id)
                and key in (None, address)
            ):
                yield account


def _owned(scope: Scope) -> tuple[str | None, str | None]:
    match scope:
        case Operator():
            return None, None
        case OfTenant(tenant):
            return tenant, None
        case OfKey(tenant, key) | OfLane(tenant, key):
            return tenant, key
