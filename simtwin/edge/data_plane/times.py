"""How often a key was given one of several answers that take turns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from simtwin.api.errors import Rejected
from simtwin.core import key as keys
from simtwin.edge.data_plane.exchange import Exchange
from simtwin.edge.twin import Twin


async def next_time(twin: Twin, exchange: Exchange, name: str) -> int:
    """One more answer of what is called `name`; how many that makes, from 1."""
    assert exchange.account is not None, "answers are for accounts"  # noqa: S101
    exchange.timed = name
    return await twin.keys.ask(
        exchange.account.api_key_id,
        partial(keys.next_time, name=name, lane=exchange.request.address.lane),
    )


@contextmanager
def given_back(exchange: Exchange) -> Iterator[None]:
    """An answer that is refused in this block was not given: the next request gets it."""
    try:
        yield
    except Rejected:
        if exchange.timed is not None and exchange.key is not None:
            exchange.key.remark(
                partial(keys.not_this_time, name=exchange.timed, lane=exchange.request.address.lane)
            )
        raise
