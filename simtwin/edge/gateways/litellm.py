"""LiteLLM in front of the API: its pass-through `/anthropic`, for virtual keys and a master key.

As of LiteLLM 1.110.2 (the package, read 2026-11-24): `anthropic_proxy_route`, `user_api_key_auth`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from hashlib import sha256
from uuid import UUID

import attrs
from quart import Quart

from simtwin.api.errors import ApiError, Rejected
from simtwin.api.gateways.litellm_errors import (
    BLOCKED,
    NO_BEARER,
    NO_KEY,
    UNKNOWN_KEY,
    Problem,
    ProblemError,
    expired,
    model_denied,
    short_of,
)
from simtwin.api.gateways.rules import Doc
from simtwin.core import key as keys
from simtwin.core.allowance import Short
from simtwin.edge.credentials import same
from simtwin.edge.data_plane.endpoints import Endpoint
from simtwin.edge.data_plane.exchange import Exchange, Headers
from simtwin.edge.data_plane.request import Request
from simtwin.edge.gateways.own_account import OwnAccount
from simtwin.edge.gateways.virtual_keys import VirtualKey, VirtualKeys
from simtwin.edge.twin import Twin
from simtwin.store.records import AccountRecord
from simtwin.store.store import Store

#: The LiteLLM that this is made after.
VERSION = "1.110.2"
#: What it puts itself in the place of what the provider sent (`get_response_headers`).
_SERVER = ("server", "uvicorn")


@attrs.define(eq=False)
class LiteLLM:
    """A LiteLLM proxy.

    Args:
        master_key: makes keys and may use everything; without one any key is let in.
    """

    master_key: str | None = attrs.field(default=None, repr=False)
    keys: VirtualKeys = attrs.field(init=False, factory=VirtualKeys)
    own_account: OwnAccount = attrs.field(init=False, factory=OwnAccount)

    @property
    def name(self) -> str:
        """What the journal calls it."""
        return "litellm"

    @property
    def prefix(self) -> bytes:
        """What its paths begin with."""
        return b"/anthropic"

    def settle_in(self, store: Store, tenant_id: str, wall: float) -> None:
        """Belong to a tenant."""
        self.own_account.make(store, tenant_id, self.name, wall)

    def mount(self, app: Quart, twin: Twin) -> None:
        """Serve what makes keys, and its health."""
        from simtwin.edge.gateways.key_endpoints import register  # noqa: PLC0415  # in turn it imports this

        register(app, twin, self)

    def forwarded(self, request: Request) -> Request:
        """It sends on what it was sent."""
        return request

    def account(self, twin: Twin, request: Request) -> AccountRecord | ApiError:
        """Whose request it is, or its own 401."""
        try:
            text = presented(request.headers)
        except ProblemError as error:
            return _refusal(request, error.problem)
        if self.master_key is None:
            account = twin.known(text) or self.own_account.found(twin.store)
        elif same(text, self.master_key):
            account = self.own_account.found(twin.store)
        else:
            key = self.keys.find(text)
            account = None if key is None else twin.store.account(key.account.api_key_id, None)
        return _refusal(request, UNKNOWN_KEY) if account is None else account

    def rewritten(self, endpoint: Endpoint, doc: Doc) -> Doc:  # noqa: ARG002  # whatever is asked
        """It leaves a request as it is."""
        return doc

    async def admits(self, twin: Twin, exchange: Exchange) -> None:
        """Hold a virtual key to what it was made for.

        Raises:
            Rejected: it may not ask this, or not now.
        """
        assert exchange.account is not None, "keys have accounts"  # noqa: S101
        key = self.keys.of_account(exchange.account)
        if key is None:
            return
        # Of what is asked for in the path LiteLLM knows nothing.
        model = exchange.model if exchange.endpoint.has_body else None
        problem = _standing(key, model, twin.wall())
        if problem is not None:
            raise Rejected(_refusal(exchange.request, problem))
        outcome = await twin.keys.ask(
            key.account.api_key_id,
            partial(keys.allow, allowance=key.allowance),
        )
        if not isinstance(outcome, Short):
            exchange.told_by_gateway = (*_limits(key), ("x-litellm-key-spend", str(outcome)))
            return
        error = _refusal(exchange.request, short_of(outcome, key.label, key.token, twin.wall()))
        if outcome.measure != "budget":
            error = attrs.evolve(error, headers=(*self._call(exchange), *_limits(key)))
        raise Rejected(error)

    def forget(self, account: AccountRecord) -> None:
        """Let go of the virtual key that an account stands for."""
        self.keys.forget(account)

    def passed(self, exchange: Exchange, headers: Headers) -> Headers:
        """The provider's headers but for `server`, and LiteLLM's own."""
        kept = tuple(header for header in headers if header[0] != "server")
        return (_SERVER, *kept, *self._call(exchange), *exchange.told_by_gateway)

    def own(self, exchange: Exchange) -> Headers:
        """What its web server sends with everything."""
        return (("date", exchange.date), _SERVER)

    def _call(self, exchange: Exchange) -> Headers:
        call = UUID(bytes=sha256(exchange.request_id.encode()).digest()[:16], version=4)
        return (
            ("x-litellm-call-id", str(call)),
            ("x-litellm-model-api-base", f"https://api.anthropic.com{exchange.request.path}"),
            ("x-litellm-version", VERSION),
        )


def presented(headers: Mapping[bytes, bytes]) -> str:
    """The key that a request carries, by its headers in LiteLLM's order (`get_api_key`).

    Raises:
        ProblemError: it carries none, or not as a bearer's.
    """
    custom, authorization = headers.get(b"x-litellm-api-key"), headers.get(b"authorization")
    if custom is not None:
        given = custom.removeprefix(b"Bearer ")
    elif authorization is not None:
        scheme, _, given = authorization.partition(b" ")
        if scheme.lower() != b"bearer":
            raise ProblemError(NO_BEARER)
    else:
        given = headers.get(b"x-api-key", b"")
    text = given.decode("latin-1").strip()
    if not text:
        raise ProblemError(NO_KEY)
    return text


def _standing(key: VirtualKey, model: str | None, wall: float) -> Problem | None:
    """Why a key may not ask for a model (Unix seconds), whatever it has used so far."""
    if key.asked.blocked:
        return BLOCKED
    if key.expires_at is not None and key.is_expired(wall):
        return expired(key.name, key.expires_at, wall)
    if model is not None and not key.asked.allows(model):
        return model_denied(model)
    return None


def _limits(key: VirtualKey) -> Headers:
    told = {
        "tpm-limit": key.asked.tpm_limit,
        "rpm-limit": key.asked.rpm_limit,
        "max-budget": key.asked.max_budget,
    }
    return tuple(
        (f"x-litellm-key-{name}", str(limit)) for name, limit in told.items() if limit is not None
    )


def _refusal(request: Request, problem: Problem) -> ApiError:
    return problem.refusal(request.header(b"x-request-id"))
