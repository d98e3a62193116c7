"""Recorded answers, for the requests that they were given to."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from simtwin.actors.actor import present
from simtwin.api.errors import ApiError, Rejected
from simtwin.api.models import resolve
from simtwin.api.pacing import Pacing
from simtwin.api.replay.playing import curve, played
from simtwin.api.replay.recording import Recording, same_path
from simtwin.api.tiers import COUNT_TOKENS
from simtwin.core.plan import Plan
from simtwin.core.pools import Ask, Curve
from simtwin.core.usage import Tokens
from simtwin.edge.data_plane.exchange import Exchange, Headers
from simtwin.edge.data_plane.limits import admitted
from simtwin.edge.data_plane.production import Production
from simtwin.edge.data_plane.times import given_back, next_time
from simtwin.edge.twin import Twin


async def replayed(twin: Twin, exchange: Exchange, doc: Mapping[str, Any]) -> Plan | None:
    """The recorded answer to a request; None where the twin is to answer it itself.

    What was recorded is neither validated nor made up, so it is looked for before either.

    Raises:
        Rejected: there is none and the twin is not to answer, or a limit refuses it.
    """
    if twin.replay is None:
        return None
    request, shelf = exchange.request, twin.replay.shelf
    path = same_path(request.path, request.query.decode("latin-1"))
    found = shelf.find(request.method, path, doc)
    if found is None:
        if twin.replay.answers_misses or not exchange.endpoint.has_body:
            return None
        exchange.cause = "own"
        told = (("x-should-retry", "false"),)
        raise Rejected(ApiError.of(404, shelf.miss(request.method, path, doc), headers=told))
    exchange.fingerprint = found.fingerprint
    time = await next_time(twin, exchange, found.name) if len(found.answers) > 1 else 1
    return await _plan(twin, exchange, found.answer(time))


async def _plan(twin: Twin, exchange: Exchange, recording: Recording) -> Plan:
    assert exchange.in_force is not None, "answers are for accounts"  # noqa: S101
    pacing: Pacing = exchange.in_force.pace
    model = resolve(exchange.model or "")
    pace = pacing.draw(
        None if model is None else model.line,
        recording.usage.get("input_tokens", 0),
        partial(exchange.rng, "pace"),
    )
    foreseen = curve(recording, pace, pacing.times_real, present())
    with given_back(exchange):
        limits = await _limits(twin, exchange, recording, foreseen)
    recorded = dict(recording.headers).get("request-id")
    if recorded is not None:
        # In an error it is in the body as well, and the journal is to name what the client saw.
        exchange.request_id = recorded
    common = (*limits, *exchange.headers())
    own = recording.without({name for name, _ in limits})
    return played(own, pace, pacing.times_real, common, exchange.rng())


async def _limits(twin: Twin, exchange: Exchange, recording: Recording, foreseen: Curve) -> Headers:
    """What an answer costs is charged as if it were the twin's own; an error costs nothing."""
    model = resolve(exchange.model or "")
    if recording.status != 200 or model is None:
        return ()
    if exchange.endpoint.name == "count_tokens":
        return await admitted(twin, exchange, Ask(COUNT_TOKENS, exchange.hold, 0, None))
    if exchange.endpoint.name != "messages":
        return ()
    usage = recording.usage
    cost = Tokens(
        input=usage.get("input_tokens", 0),
        cache_creation=usage.get("cache_creation_input_tokens", 0),
        cache_read=usage.get("cache_read_input_tokens", 0),
    )
    ask = Ask(model.pool, exchange.hold, cost.input + cost.cache_creation, foreseen)
    limits = await admitted(twin, exchange, ask)
    exchange.production, exchange.input = Production(foreseen), cost
    return limits
