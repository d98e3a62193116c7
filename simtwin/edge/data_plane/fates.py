"""What is to happen to a request: what is known of it is put before the rules in force."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from hashlib import blake2b
from typing import Any

import attrs

from simtwin.actors.actor import present
from simtwin.api.errors import Rejected
from simtwin.core import key as keys
from simtwin.core.asked import Asked, Details
from simtwin.core.commons import Who
from simtwin.core.in_force import InForce
from simtwin.core.lane import Fate
from simtwin.edge.data_plane.exchange import Exchange
from simtwin.edge.data_plane.request import MOST_BODY_BYTES
from simtwin.edge.data_plane.scheduled import scheduled
from simtwin.edge.twin import Twin
from simtwin.store.body import Body, Excerpt
from simtwin.store.records import AccountRecord

_NO_BODY = b""


async def decide_fate(
    twin: Twin,
    exchange: Exchange,
    account: AccountRecord,
    doc: Mapping[str, Any] | Rejected,
) -> Fate:
    """Give a request its ordinal and its fate, and its share in what is going on.

    Args:
        twin: whose request.
        exchange: the request.
        account: who asks.
        doc: its document, or why it has none.

    Raises:
        MailboxFullError: too much is waiting for the key already.
        CrashedError: the key's actor crashed on it.
    """
    endpoint, request = exchange.endpoint, exchange.request
    asked = Asked(
        endpoint.name,
        request.method,
        request.path,
        exchange.model,
        exchange.stream,
        endpoint.answers,
    )
    if twin.steady_ids:
        exchange.steady_ids, exchange.call = True, _call(exchange)
    schedule = scheduled(twin, exchange, account)
    in_force = exchange.in_force
    by_rules = bool(schedule.rules) and not (schedule.script is not None and asked.answers)
    if by_rules and in_force is not None and in_force.looks_closer:
        asked = attrs.evolve(asked, details=_details(exchange, account, in_force, doc))
    of_others = in_force.of_others if by_rules and in_force is not None else ()
    if of_others or twin.board.counts_traffic:
        who = Who(account.tenant_id, account.api_key_id, request.address.lane or "")
        exchange.share = twin.commons.enter(
            of_others, asked, who, present(), counts_traffic=twin.board.counts_traffic
        )
        schedule = attrs.evolve(schedule, around=exchange.share.around)
    admit = partial(keys.admit, asked=asked, schedule=schedule, lane=request.address.lane)
    fate, exchange.key = await twin.keys.ask_reserving(account.api_key_id, admit)
    if exchange.share is not None:
        twin.commons.decided(exchange.share, fate.rules, present())
    exchange.decided(fate, schedule)
    return fate


def _details(
    exchange: Exchange,
    account: AccountRecord,
    in_force: InForce,
    doc: Mapping[str, Any] | Rejected,
) -> Details:
    request = exchange.request
    betas = request.header(b"anthropic-beta")
    if in_force.tells_calls_apart and exchange.call is None:
        exchange.call = _call(exchange)
    return Details(
        key=(account.api_key_id, account.friendly_name),
        betas=tuple(name.strip() for name in betas.split(",")) if betas else (),
        user_agent=request.header(b"user-agent"),
        connection=request.wire.ordinal,
        request_on_connection=exchange.on_connection,
        body_bytes=MOST_BODY_BYTES + 1 if exchange.too_large else exchange.body_bytes,
        body=doc if exchange.parses and not isinstance(doc, Rejected) else None,
        call=exchange.call,
    )


def _call(exchange: Exchange) -> str:
    """What a request has in common with its repetitions."""
    request = exchange.request
    line = f"{request.method} {request.path}\n".encode()
    return blake2b(line + _identity(exchange.body), digest_size=12).hexdigest()


def _identity(body: Body | None) -> bytes:
    match body:
        case None:
            return _NO_BODY
        case Excerpt(sha256=digest):
            return digest.encode()
        case _:
            return body
