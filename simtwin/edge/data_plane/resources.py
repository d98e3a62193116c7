"""Answers of the long tail: the engine decides in the actor of what the tenant has made."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import attrs
import msgspec

from simtwin.api.errors import ApiError, Rejected
from simtwin.api.holdings import Holdings
from simtwin.api.pages import Query
from simtwin.api.resources.asked import Ask
from simtwin.api.resources.engine import FULL, Bytes, answered, example
from simtwin.api.resources.sessions import Follow, News, news
from simtwin.api.resources.table import table
from simtwin.api.sse import PING, frame
from simtwin.core.plan import Arrival, Chunk, End, Head, Plan, Step
from simtwin.edge.data_plane.endpoints import resource_paths
from simtwin.edge.data_plane.exchange import Exchange
from simtwin.edge.data_plane.json_plan import json_plan
from simtwin.edge.data_plane.manner import Doc, Manner
from simtwin.edge.twin import Twin

#: Well within the 60 s after which common proxies give up on a silent connection. How often the real
#: API pings here is not known.
PING_SECONDS = 15.0
_STREAM = (("content-type", "text/event-stream; charset=utf-8"), ("cache-control", "no-cache"))
_BINARY = (("content-type", "application/octet-stream"),)

_encode = msgspec.json.Encoder().encode


async def resource(twin: Twin, exchange: Exchange, doc: Doc, manner: Manner) -> Plan:
    """The answer of a route of a resource.

    Raises:
        Rejected: the API's 400 or 404; or there is no room for more.
    """
    assert exchange.account is not None, "answers are for accounts"  # noqa: S101
    tenant = exchange.account.tenant_id
    ask = _ask(exchange, doc, manner, twin.wall())
    assert ask is not None, "every other endpoint has an answer of its own"  # noqa: S101
    reply = await twin.holdings.ask(tenant, partial(_respond, ask=ask))
    if isinstance(reply, ApiError):
        if reply is FULL:
            exchange.cause = "own"
        raise Rejected(reply)
    if exchange.request.method != "GET":
        twin.bells.ring(tenant)
    if isinstance(reply, Follow):
        return _followed(twin, exchange, tenant, reply)
    return _whole(exchange, reply)


def exemplified(twin: Twin, exchange: Exchange, doc: Doc, manner: Manner) -> Plan | None:
    """What the answer of a route would look like, whatever there is; None where no type says."""
    ask = _ask(exchange, doc, manner, twin.wall())
    if ask is None:
        return None
    if ask.route.kind == "stream":
        return (Head(200, (*_STREAM, *exchange.headers())), Chunk(PING, event="ping"), End())
    return _whole(exchange, example(ask))


def _ask(exchange: Exchange, doc: Doc, manner: Manner, wall: float) -> Ask | None:
    # By its path: where another answer goes first the endpoint may be called otherwise.
    place = resource_paths().find(exchange.request.path)
    if place is None or exchange.request.method not in place.methods:
        return None
    known, name = table(), place.methods[exchange.request.method].name
    route = known.route(name)
    assert route is not None, "the paths are of its routes"  # noqa: S101
    assert exchange.in_force is not None, "answers are for accounts"  # noqa: S101
    return Ask(
        known,
        route,
        tuple(place.arguments.values()),
        Query(exchange.request.query),
        doc,
        manner.betas,
        wall,
        exchange.seed,
        exchange.chance("resource"),
        exchange.in_force.pace.draw(None, 0, partial(exchange.rng, "pace")),
    )


def _respond(holdings: Holdings, _: int, *, ask: Ask) -> tuple[Holdings, Any]:
    shelves, reply = answered(holdings.shelves, ask)
    return attrs.evolve(holdings, shelves=shelves), reply


def _whole(exchange: Exchange, reply: Any) -> Plan:
    if isinstance(reply, Bytes):
        return (Head(200, (*_BINARY, *exchange.headers())), Chunk(reply.data), End())
    return json_plan(exchange, reply)


def _followed(twin: Twin, exchange: Exchange, tenant: str, follow: Follow) -> Plan:
    """The events of a session from now on, for as long as the client stays and the session is there."""
    look = partial(_news, twin, tenant, follow.path)
    return _following(twin, exchange, tenant, look, look(None))


def _following(
    twin: Twin, exchange: Exchange, tenant: str, look: Any, told: News
) -> Iterator[Step]:
    yield Head(200, (*_STREAM, *exchange.headers()))
    # A silence that is too long for the twin would end the answer.
    longest = min(PING_SECONDS, twin.max_wait / 2)
    spoken = twin.now()
    while not told.over:
        for event in told.events:
            yield Chunk(frame(event["type"], _encode(event)), event=event["type"])
            spoken = twin.now()
        if twin.now() - spoken >= longest:
            yield Chunk(PING, event="ping")
            spoken = twin.now()
        seconds = spoken + longest - twin.now()
        if told.next_at is not None:
            seconds = min(seconds, told.next_at - twin.wall())
        yield Arrival(partial(twin.bells.listen, tenant, max(0.0, seconds)))
        told = look(told.place)
    yield End()


def _news(twin: Twin, tenant: str, path: str, since: tuple[float, int] | None) -> News:
    holdings = twin.holdings.state(tenant) or Holdings()
    return news(holdings.shelves, path, since, twin.wall())
