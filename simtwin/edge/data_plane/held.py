"""What the organization of a request has made: looked at, and changed."""

from __future__ import annotations

from typing import TypeVar

import trio

from simtwin.actors.actor import Message
from simtwin.api.errors import ApiError, Rejected
from simtwin.api.holdings import Holdings
from simtwin.edge.data_plane.exchange import Exchange
from simtwin.edge.twin import Twin

T = TypeVar("T")


def holdings(twin: Twin, exchange: Exchange) -> Holdings:
    """The state of the organization as it is, to be looked at."""
    return twin.holdings.state(_tenant(exchange)) or Holdings()


async def done(twin: Twin, exchange: Exchange, message: Message[Holdings, T | ApiError]) -> T:
    """What a message to the organization's holdings comes to.

    Raises:
        Rejected: it cannot be done, and nothing was.
    """
    reply = await twin.holdings.ask(_tenant(exchange), message)
    if isinstance(reply, ApiError):
        raise Rejected(reply)
    return reply


async def done_or_removed(
    twin: Twin, exchange: Exchange, message: Message[Holdings, T | ApiError], blob: str
) -> T:
    """Like `done`, of something that was kept as a blob: where it cannot be done that is gone again.

    Raises:
        Rejected: it cannot be done, and nothing was.
    """
    try:
        return await done(twin, exchange, message)
    except BaseException:
        # Also where the client has left meanwhile, which cancels whatever waits.
        with trio.CancelScope(shield=True):
            await twin.blobs.remove(blob)
        raise


def _tenant(exchange: Exchange) -> str:
    assert exchange.account is not None, "what was made is of accounts"  # noqa: S101
    return exchange.account.tenant_id
