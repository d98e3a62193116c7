"""Asking the limits: a key's own where it has some, its workspace's likewise, then its tenant's."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from simtwin.actors.actor import present
from simtwin.api.errors import ApiError, Rejected
from simtwin.api.organization.rate_limits import narrowed
from simtwin.api.ratelimits import headers, refusal
from simtwin.api.tiers import Limits
from simtwin.core import key as keys
from simtwin.core import tenant as tenants
from simtwin.core.bucket import NS
from simtwin.core.cache import Use
from simtwin.core.pools import (
    Ask,
    Gauge,
    Gauges,
    Granted,
    Impossible,
    Refused,
    unlimited_gauges,
)
from simtwin.core.scope import OfKey, OfTenant
from simtwin.edge.data_plane.exchange import Exchange, Headers
from simtwin.edge.data_plane.held import holdings
from simtwin.edge.twin import Twin
from simtwin.store.records import AccountRecord


async def admitted(twin: Twin, exchange: Exchange, ask: Ask, use: Use | None = None) -> Headers:
    """Take what a request costs, and say how its limits stand: of two, the one that has less left.

    Args:
        twin: whose limits.
        exchange: the request.
        ask: what it costs.
        use: what the tenant's cache is to keep of it, None for nothing.

    Raises:
        Rejected: a limit refuses it; nothing was taken from any.
    """
    account = exchange.account
    assert account is not None, "limits are on accounts"  # noqa: S101
    if exchange.batch is not None:
        # They waited in a queue that has limits of its own.
        if use is not None:
            await twin.tenants.ask(account.tenant_id, partial(tenants.keep, use=use))
        return ()
    limits: Limits = twin.board.in_force(OfTenant(account.tenant_id)).limits
    quota = limits.quota(ask.pool)
    own = await _by_key(twin, exchange, account, ask)
    try:
        narrower = await _by_workspace(twin, exchange, account, ask, limits)
        own = _narrower(own, narrower)
        if limits.unlimited:
            if use is not None:
                await twin.tenants.ask(account.tenant_id, partial(tenants.keep, use=use))
            return headers(unlimited_gauges(quota, present()) if own is None else own, _wall(twin))
        outcome, exchange.tenant = await twin.tenants.ask_reserving(
            account.tenant_id, partial(tenants.take, ask=ask, quota=quota, use=use)
        )
        gauges = _require(outcome, twin, exchange)
    except BaseException:
        if exchange.limited_key and exchange.key is not None:
            exchange.limited_key = False
            exchange.key.remark(partial(keys.give_back, ask=ask))
        if exchange.workspace is not None:
            exchange.workspace.tell(partial(tenants.give_back, ask=ask))
            exchange.workspace = None
        raise
    return headers(_narrower(gauges, own) or gauges, _wall(twin))


def foresee(exchange: Exchange, until: float) -> None:
    """An answer under way waits until then (loop time, s): where limits foresaw otherwise, tell."""
    production = exchange.production
    if production is None or not exchange.sends_as_it_produces:
        return
    curve = production.waits(exchange.progress.tokens, present(), round(until * NS))
    if curve is None:
        return
    if exchange.tenant is not None:
        exchange.tenant.remark(partial(tenants.correct, request=exchange.hold, curve=curve))
    if exchange.workspace is not None:
        exchange.workspace.remark(partial(tenants.correct, request=exchange.hold, curve=curve))
    if exchange.limited_key and exchange.key is not None:
        exchange.key.remark(partial(keys.correct, request=exchange.hold, curve=curve))


async def _by_key(
    twin: Twin, exchange: Exchange, account: AccountRecord, ask: Ask
) -> Gauges | None:
    """Ask the key's own limits, where it has any."""
    own = twin.board.own(OfKey(account.tenant_id, account.api_key_id))
    limits: Limits | None = None if own is None else own.limits
    if limits is None or limits.unlimited:
        return None
    quota = limits.quota(ask.pool)
    outcome = await twin.keys.ask(account.api_key_id, partial(keys.take, ask=ask, quota=quota))
    gauges = _require(outcome, twin, exchange)
    exchange.limited_key = True
    return gauges


async def _by_workspace(
    twin: Twin, exchange: Exchange, account: AccountRecord, ask: Ask, limits: Limits
) -> Gauges | None:
    """Ask the limits of the key's workspace, where that has any."""
    if account.workspace_id is None:
        return None
    own = holdings(twin, exchange).organization.limits.get(account.workspace_id, {})
    if not own.get(ask.pool):
        return None
    quota = narrowed(limits, own).quota(ask.pool)
    outcome, exchange.workspace = await twin.tenants.ask_reserving(
        account.workspace_id, partial(tenants.take, ask=ask, quota=quota)
    )
    return _require(outcome, twin, exchange)


def _narrower(one: Gauges | None, other: Gauges | None) -> Gauges | None:
    """Of two that may not be there what is left of both."""
    return one or other if one is None or other is None else _tightest(one, other)


def _tightest(one: Gauges, other: Gauges) -> Gauges:
    """Of each measure the gauge that has less left."""
    return Gauges(
        min(one.requests, other.requests, key=_left),
        _tighter(one.input, other.input),
        _tighter(one.output, other.output),
    )


def _tighter(one: Gauge | None, other: Gauge | None) -> Gauge | None:
    return one if one is None or other is None else min(one, other, key=_left)


def _left(gauge: Gauge) -> tuple[int, int]:
    return gauge.remaining, gauge.limit


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
