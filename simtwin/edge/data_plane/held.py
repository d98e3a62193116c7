"""What the organization of a request has made."""

from __future__ import annotations

from simtwin.api.holdings import Holdings
from simtwin.edge.data_plane.exchange import Exchange
from simtwin.edge.twin import Twin


def holdings(twin: Twin, exchange: Exchange) -> Holdings:
    """The state of the organization as it is, to be looked at."""
    assert exchange.account is not None, "what was made is of accounts"  # noqa: S101
    return twin.holdings.state(exchange.account.tenant_id) or Holdings()
