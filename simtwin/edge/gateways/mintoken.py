"""Mintoken in front of the API: a key of its own beside the provider's, and rules before every prompt.

As of mintoken.dev/docs (authentication, anthropic, errors, intensity; 2026). There it is reached at
an address of its own; here its paths begin with `/mintoken`.
"""

from __future__ import annotations

import attrs
import msgspec
from quart import Quart

from simtwin.api.errors import ApiError
from simtwin.api.gateways.rules import RULES, Doc, with_rules, with_system_message
from simtwin.api.version import OLDER
from simtwin.edge.credentials import API_KEY_PREFIX, same
from simtwin.edge.data_plane.endpoints import Endpoint
from simtwin.edge.data_plane.exchange import Exchange, Headers
from simtwin.edge.data_plane.request import Request
from simtwin.edge.gateways.own_account import OwnAccount
from simtwin.edge.twin import Twin
from simtwin.store.records import AccountRecord
from simtwin.store.store import Store

INTENSITIES = ("lite", "full", "ultra")
#: What mintoken does where nothing is said.
USUAL = "full"
_VERSION = b"anthropic-version"
_PROVIDER_KEY = b"x-provider-key"


@attrs.define(eq=False)
class Mintoken:
    """A mintoken proxy.

    Args:
        keys: its keys; without any, every key is let in.
        rules: what stands before every system prompt.
    """

    keys: tuple[str, ...] = attrs.field(default=(), repr=False)
    rules: str = RULES
    own_account: OwnAccount = attrs.field(init=False, factory=OwnAccount)

    @property
    def name(self) -> str:
        """What the journal calls it."""
        return "mintoken"

    @property
    def prefix(self) -> bytes:
        """What its paths begin with."""
        return b"/mintoken"

    def settle_in(self, store: Store, tenant_id: str, wall: float) -> None:
        """Belong to a tenant."""
        self.own_account.make(store, tenant_id, self.name, wall)

    def mount(self, app: Quart, twin: Twin) -> None:
        """It has no others."""

    def forwarded(self, request: Request) -> Request:
        """It adds the edition of the API where the request names none."""
        if _VERSION in request.headers:
            return request
        return attrs.evolve(request, headers={**request.headers, _VERSION: OLDER.encode()})

    def account(self, twin: Twin, request: Request) -> AccountRecord | ApiError:
        """The account of the provider's key, once mintoken's own is good; its own 401 and 400 else.

        A key of the twin is that key, and must be known. Any other stands for the gateway's account.
        """
        if not self._admits(_key(request)):
            return _no(401, "Invalid API key")
        provider_key = (request.header(_PROVIDER_KEY) or "").strip()
        if not provider_key:
            return _no(400, "Missing required header: X-Provider-Key")
        account = twin.known(provider_key)
        if account is None and not provider_key.startswith(API_KEY_PREFIX):
            account = self.own_account.found(twin.store)
        return ApiError.of(401) if account is None else account

    def rewritten(self, endpoint: Endpoint, doc: Doc) -> Doc:
        """The rules go before the system prompt, where a request has one."""
        if endpoint.name in ("messages", "count_tokens"):
            return with_rules(doc, self.rules)
        return with_system_message(doc, self.rules) if endpoint.openai else doc

    async def admits(self, twin: Twin, exchange: Exchange) -> None:
        """It lets everything through."""

    def forget(self, account: AccountRecord) -> None:
        """It keeps nothing of any."""

    def passed(self, exchange: Exchange, headers: Headers) -> Headers:
        """The provider's headers, and how much the answer was to be compressed."""
        return (*headers, ("x-mintoken-intensity", _intensity(exchange.request)))

    def own(self, exchange: Exchange) -> Headers:
        """Nothing but the date."""
        return (("date", exchange.date),)

    def _admits(self, key: str) -> bool:
        if not self.keys:
            return bool(key)
        # With all of them, so that the time tells nothing of which.
        return sum(same(key, known) for known in self.keys) > 0


def _key(request: Request) -> str:
    """Mintoken's key; older SDKs, which its documentation shows, send it as `x-api-key`."""
    scheme, _, key = (request.header(b"authorization") or "").partition(" ")
    if scheme.lower() != "bearer":
        key = request.header(b"x-api-key") or ""
    return key.strip()


def _intensity(request: Request) -> str:
    """The level that a request asks for, in its header or its query."""
    asked = request.header(b"x-mintoken-intensity")
    if asked is None:
        found = [part for part in request.query.split(b"&") if part.startswith(b"intensity=")]
        asked = found[-1].removeprefix(b"intensity=").decode("latin-1") if found else USUAL
    return asked if asked in INTENSITIES else USUAL


def _no(status: int, message: str) -> ApiError:
    """An error of mintoken itself: `{"detail": …}`, as its documentation says of errors."""
    error = ApiError.of(status, message)
    return attrs.evolve(error, body=msgspec.json.encode({"detail": message}))
