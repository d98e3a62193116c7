"""A twin plane to test against: a small real twin behind it, and clients with credentials."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator
from typing import Any

import attrs
import msgspec
import trio
from made_up import made
from quart.typing import TestClientProtocol
from quart.wrappers import Response
from quart_trio import QuartTrio

from simtwin.api.errors import ApiError
from simtwin.core.fault import SettingsError
from simtwin.core.journal import Journal
from simtwin.edge.outcomes import Outcomes
from simtwin.edge.tenant_secrets import TenantSecrets
from simtwin.edge.twin_plane import PlaneConfig, register
from simtwin.edge.twin_plane.port import OfKey, OfLane, OfTenant, Operator, Scope
from simtwin.store.memory import MemoryStore
from simtwin.store.records import AccountRecord
from simtwin.store.work import on_the_spot
from simtwin.verdicts.judging import judge
from simtwin.verdicts.verdict import Verdict

ADMIN_TOKEN = "the-token-of-the-operator"
#: 2026-11-21T20:42:28.000Z
EPOCH = 1_795_293_748.0
NAMES = ("profiles", "rules", "script", "limits", "pace", "seed")


@attrs.define
class SmallTwin:
    """A twin without traffic: settings, usage and a journal that a test fills by hand."""

    store: MemoryStore = attrs.field(factory=MemoryStore)
    version: str = "1.2.3"
    seconds: float = 0.0
    sets: dict[Scope, dict[str, Any]] = attrs.field(factory=dict)
    entries: list[tuple[OfKey, int]] = attrs.field(factory=list)
    revoked: list[AccountRecord] = attrs.field(factory=list)
    outcomes: Outcomes = attrs.field(factory=lambda: Outcomes(Journal()))

    def now(self) -> float:
        return self.seconds

    def wall(self) -> float:
        return EPOCH + self.seconds

    def owner(self, api_key_id: str) -> str | None:
        account = self.store.account(api_key_id, None)
        return None if account is None else account.tenant_id

    def has_tenant(self, tenant_id: str) -> bool:
        return self.store.tenant(tenant_id) is not None

    def request(self, scope: OfKey) -> None:
        """One request that a key made."""
        self.entries.append((scope, len(self.entries) + 1))

    async def accept_invite(self, tenant_id: str, invite_id: str) -> ApiError:
        del tenant_id, invite_id
        return ApiError.of(404, "Invite not found")

    async def settings(self, scope: Scope) -> dict[str, Any]:
        layers = list(_layers(scope))
        origin = {
            name: type(layer).__name__
            for layer in reversed(layers)
            for name in self.sets.get(layer, {})
        }
        in_force: dict[str, Any] = {}
        for layer in reversed(layers):
            in_force |= self.sets.get(layer, {})
        return {"own": self.sets.get(scope, {}), "in_force": in_force, "from": origin}

    async def configure(self, scope: Scope, doc: dict[str, Any] | None) -> None:
        for name in doc or {}:
            if name not in NAMES:
                raise SettingsError(f"there is no such setting; there are {', '.join(NAMES)}", name)
        if doc is None:
            self.sets.pop(scope, None)
        else:
            self.sets[scope] = doc

    async def patch(self, scope: Scope, patch: dict[str, Any]) -> None:
        merged = {**self.sets.get(scope, {}), **patch}
        await self.configure(scope, {name: value for name, value in merged.items() if value})

    async def usage(self, scope: Scope) -> list[dict[str, Any]]:
        keys = {key for key, _ in self.entries if scope in _layers(key)}
        return [{"api_key_id": key.api_key_id, "requests": {"200": 1}} for key in keys]

    async def rules(self, scope: Scope) -> dict[str, Any]:
        return {"rules": await self.usage(scope)}

    async def quiet(self, scope: Scope, seconds: float) -> None:
        await trio.lowlevel.checkpoint()

    def saved(
        self, scope: Scope, *, lane: str | None = None, after: int, limit: int
    ) -> Iterable[bytes]:
        wanted = [
            msgspec.json.encode({"id": number, "key": key.api_key_id})
            for key, number in self.entries
            if scope in _layers(key) and number > after and lane in (None, "")
        ]
        return wanted[:limit]

    async def fates(self, scope: Scope, *, lane: str | None = None) -> dict[str, Any]:
        keys = {str(n): key.api_key_id for key, n in self.entries if scope in _layers(key)}
        return {"token": "st1.", "keys": keys, "replay": {"lane": lane}}

    async def verdict(self, scope: Scope, *, lane: str | None = None) -> Verdict:
        entries = [
            made(number, float(number), key=key.api_key_id)
            for key, number in self.entries
            if scope in _layers(key)
        ]
        return judge(entries if lane in (None, "") else [])

    async def reset(self, scope: Scope) -> None:
        self.entries = [entry for entry in self.entries if scope not in _layers(entry[0])]

    async def revoke(self, account: AccountRecord) -> None:
        self.revoked.append(account)

    def state(self) -> str:
        """Everything that a request could change, as text; the log apart."""
        store = self.store
        seen = (
            store.accounts(None, limit=99),
            store.messages(None, limit=99),
            store.feedback(None),
        )
        return repr((seen, self.sets, self.entries, self.revoked))


def _layers(scope: Scope) -> Iterator[Scope]:
    """A scope and those farther out, nearest first."""
    if isinstance(scope, OfLane):
        yield scope
        yield from _layers(scope.key)
        return
    if isinstance(scope, OfKey):
        yield scope
        yield OfTenant(scope.tenant_id)
    elif isinstance(scope, OfTenant):
        yield scope
    yield Operator()


@attrs.frozen
class Tenant:
    """A tenant as its maker knows it, with one key."""

    tenant_id: str
    secret: str
    api_key_id: str
    api_key: str

    @property
    def auth(self) -> dict[str, str]:
        return basic(self.tenant_id, self.secret)

    @property
    def key(self) -> OfKey:
        return OfKey(self.tenant_id, self.api_key_id)


@attrs.frozen
class Site:
    """An app with nothing but the twin plane on it."""

    twin: SmallTwin
    app: QuartTrio
    client: TestClientProtocol

    async def call(
        self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any
    ) -> Response:
        """The answer to a request; `json` is sent as a body."""
        return await self.client.open(path, method=method, headers=headers or {}, **more)

    async def tenant(self, name: str = "") -> Tenant:
        """A new tenant with a key, made as users make them, a second later than the one before."""
        self.twin.seconds += 1
        made = await self.call("POST", "/_twin/tenants", OPERATOR, json={"friendly_name": name})
        tenant = await made.get_json()
        auth = basic(tenant["tenant_id"], tenant["tenant_secret"])
        account = await self.call("POST", "/_twin/accounts", auth, json={"kind": "api_key"})
        key = await account.get_json()
        return Tenant(
            tenant["tenant_id"], tenant["tenant_secret"], key["api_key_id"], key["api_key"]
        )

    async def logs(self, owner: str | None = None) -> list[dict[str, Any]]:
        """The log as it is, newest first."""
        return [record.doc(number) for number, record in self.twin.store.logs(owner, limit=1_000)]


def a_site(
    config: PlaneConfig | None = None,
    store: MemoryStore | None = None,
    secrets: TenantSecrets | None = None,
) -> Site:
    """A site in virtual time, where hashing is quick and needs no thread."""
    twin = SmallTwin(store=store or MemoryStore())
    app = QuartTrio(__name__)
    register(
        app,
        twin,
        config or PlaneConfig(admin_token=ADMIN_TOKEN),
        secrets or TenantSecrets(on_the_spot, cost=2),
    )
    return Site(twin, app, app.test_client())


def basic(tenant_id: str, secret: str) -> dict[str, str]:
    """The header of a tenant."""
    return {"authorization": "Basic " + b64encode(f"{tenant_id}:{secret}".encode()).decode()}


def bearer(token: str) -> dict[str, str]:
    """The header of an operator, or of an API key that is out of place."""
    return {"authorization": f"Bearer {token}"}


OPERATOR = bearer(ADMIN_TOKEN)
