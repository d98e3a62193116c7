"""Asking the limits: the key's own where it has some, then those of its tenant."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from simtwin.actors.actor import present
from simtwin.api.errors import ApiError, Rejected
from simtwin.api.ratelimits import headers, refusal
from simtwin.api.tiers import Limits
from simtwin.core import key as keys
from simtwin.core import tenant as tenants
from simtwin.core.bucket import NS
from simtwin.core.pools import (
    Ask,
    Gauges,
    Granted,
    Impossible,
    Refused,
    unlimited_gauges,
)
from simtwin.core.scope import OfKey, OfTenant
from simtwin.edge.data_plane.exchange import Exchange, Headers
from simtwin.edge.twin import Twin


async def admitted(twin: Twin, exchange: Exchange, ask: Ask) -> Headers:
    """Take what a request costs, and say how its limits stand.

    Raises:
        Rejected: a limit refuses it; nothing was taken from any.
    """
    account = exchange.account
    assert account is not None, "limits are on accounts"  # noqa: S101
    own = twin.board.own(OfKey(account.tenant_id, account.api_key_id))
    key_limits: Limits | None = own.limits if own is not None else None
    if key_limits is not None and not key_limits.unlimited:
        quota = key_limits.quota(ask.pool)
        outcome = await twin.keys.ask(account.api_key_id, partial(keys.take, ask=ask, quota=quota))
        _require(outcome, twin, exchange)
    limits: Limits = twin.board.in_force(OfTenant(account.tenant_id)).limits
    quota = limits.quota(ask.pool)
    if limits.unlimited:
        return headers(unlimited_gauges(quota, present()), _wall(twin))
    outcome, exchange.tenant = await twin.tenants.ask_reserving(
        account.tenant_id, partial(tenants.take, ask=ask, quota=quota)
    )
    if key_limits is not None and not isinstance(outcome, Granted):
        await twin.keys.ask(account.api_key_id, partial(keys.give_back, ask=ask))
    return headers(_require(outcome, twin, exchange), _wall(twin))


def _require(outcome: Granted | Refused | Impossible, twin: Twin, exchange: Exchange) -> Gauges:
    if isinstance(outcome, Granted):
        return outcome.gauges
    assert exchange.account is not None, "limits are on accounts"  # noqa: S101
    error = refusal(outcome, org=exchange.account.tenant_id, model=exchange.model or "")
    told = headers(outcome.gauges, _wall(twin))
    raise Rejected(
        ApiError(error.status, error.type, error.message, error.error_code, (*told, *error.headers))
    )


def _wall(twin: Twin) -> Callable[[int], float]:
    return lambda now: twin.epoch.wall(now / NS)
