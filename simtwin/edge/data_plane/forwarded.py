"""A request that the upstream answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import trio

from simtwin.actors.actor import present
from simtwin.api.errors import ApiError, Rejected
from simtwin.api.models import resolve
from simtwin.api.replay.recording import fingerprint, same_path
from simtwin.api.request.measure import measure
from simtwin.api.request.parse import parsing
from simtwin.api.tiers import COUNT_TOKENS, Limits
from simtwin.core.lane import Fate
from simtwin.core.plan import Head, Plan, Step
from simtwin.core.pools import Ask, Curve
from simtwin.core.scope import OfKey, OfTenant
from simtwin.edge.data_plane.exchange import Exchange, Headers
from simtwin.edge.data_plane.limits import admitted
from simtwin.edge.data_plane.manner import manner
from simtwin.edge.data_plane.times import given_back
from simtwin.edge.data_plane.turns import drained
from simtwin.edge.data_plane.upload import Upload
from simtwin.edge.twin import Twin
from simtwin.edge.upstream.answer import Answer
from simtwin.edge.upstream.connection import Connection, UnreachableError
from simtwin.edge.upstream.heard import Heard
from simtwin.edge.upstream.request_head import can_be_written
from simtwin.edge.upstream.request_head import forwarded as forwarded_head
from simtwin.edge.upstream.upstream import Upstream
from simtwin.store.records import AccountRecord

#: What is fingerprinted, in a few milliseconds: the journal does without that of a larger request.
LARGEST_PRINTED = 1024 * 1024

_NO_KEY = (
    "The twin has no key for its upstream: start it with ANTHROPIC_API_KEY in its environment, or"
    " send a key of the upstream's own."
)


async def forwarded(
    twin: Twin,
    upstream: Upstream,
    exchange: Exchange,
    fate: Fate,
    doc: Mapping[str, Any],
) -> Plan:
    """The plan of what the upstream will answer; nothing is sent before it is performed.

    Raises:
        Rejected: the twin has no key for it, or a limit of its own refuses the request.
    """
    account = exchange.account
    assert account is not None, "only accounts are answered"  # noqa: S101
    request = exchange.request
    if not can_be_written(request.raw_path + request.query, request.pairs):
        exchange.cause = "own"
        raise Rejected(ApiError.of(400, "The request cannot be written in HTTP/1.1."))
    key = _key(twin, upstream, exchange, account)
    if exchange.parses and exchange.body_bytes <= LARGEST_PRINTED:
        exchange.fingerprint = fingerprint(doc)
    limits = await _limits(twin, exchange, account, doc)
    multiplexed = request.wire.multiplexed
    verbatim = not (fate.fired or limits or multiplexed)
    # Who asks has the caller's key or the environment's, and lives no longer than the request.
    ask = partial(_ask, upstream, exchange, _take_upload(exchange), key, plain=bool(fate.fired))
    exchange.answer = Answer(
        request.method,
        ask,
        partial(_unreachable, exchange),
        Heard(keeps=twin.recorder is not None),
        marks=exchange.marked(),
        verbatim=verbatim,
        multiplexed=multiplexed,
    )
    plan = exchange.answer.steps()
    return _limited(plan, limits) if limits else plan


async def concluded(twin: Twin, exchange: Exchange) -> None:
    """What the upstream answered is over, however that came about: book it, and let go."""
    answer, upstream = exchange.answer, twin.upstream
    if answer is None or upstream is None:
        return
    if answer.connection is not None:
        wire = exchange.request.wire
        await upstream.let_go(
            answer.connection, wire, whole=answer.whole and wire.closed_by is None
        )
    progress = exchange.progress
    if not answer.whole and progress.ended == "hangup" and not progress.marks:
        answer.trouble = answer.trouble or f"the upstream was silent for {twin.max_wait:g} s"
    if answer.trouble is not None and exchange.cause is None:
        exchange.cause = "upstream"
        exchange.reason = exchange.reason or answer.trouble
    head = answer.heard.head
    exchange.request_id = (head and head.header("request-id")) or exchange.request_id
    if answer.whole and twin.recorder is not None and exchange.asked_at is not None:
        request = exchange.request
        twin.recorder.add(
            request.method,
            same_path(request.path, request.query.decode("latin-1")),
            exchange.recorded,
            answer.heard,
            secrets=[key for key in (request.credential, upstream.key) if key],
            began=exchange.asked_at,
        )


async def _ask(
    upstream: Upstream, exchange: Exchange, upload: Upload, key: str | None, *, plain: bool
) -> Connection:
    """Connect to the upstream and send it the request."""
    request = exchange.request
    connection = await upstream.connection(request.wire)
    exchange.asked_at = trio.current_time()
    query = b"?" + request.query if request.query else b""
    head = forwarded_head(
        upstream.target,
        request.method,
        request.raw_path + query,
        request.pairs,
        key=key,
        length=upload.length,
        plain=plain,
    )
    body = upload.at_once
    if body is not None:
        await connection.send(head + body)
    else:
        await connection.send(head)
        upstream.send(connection, upload.pieces())
    return connection


def _take_upload(exchange: Exchange) -> Upload:
    upload, exchange.upload = exchange.upload, None
    assert upload is not None, "what is forwarded was read"  # noqa: S101
    return upload


def _key(twin: Twin, upstream: Upstream, exchange: Exchange, account: AccountRecord) -> str | None:
    """The key that the upstream gets in the place of the caller's; None where that is not ours."""
    if twin.store.account(account.api_key_id, None) is None:
        return None
    if upstream.key is None:
        exchange.cause = "own"
        raise Rejected(ApiError.of(401, _NO_KEY, headers=(("x-should-retry", "false"),)))
    return upstream.key


def _unreachable(exchange: Exchange, error: UnreachableError) -> Plan:
    exchange.cause = "upstream"
    status = 504 if error.late else 502
    exchange.reason = f"the upstream cannot be reached: {error}"
    return exchange.refused(ApiError.of(status, f"The upstream cannot be reached: {error}"))


async def _limits(
    twin: Twin, exchange: Exchange, account: AccountRecord, doc: Mapping[str, Any]
) -> Headers:
    """How the twin's own limits stand, where there are any; what is not valid costs nothing."""
    model = resolve(exchange.model or "")
    if model is None or not exchange.parses or not _is_limited(twin, account):
        return ()
    with given_back(exchange):
        if exchange.endpoint.name == "count_tokens":
            return await admitted(twin, exchange, Ask(COUNT_TOKENS, exchange.hold, 0, None))
        if exchange.endpoint.name != "messages":
            return ()
        wants = manner(exchange.request, strict=False)
        try:
            await drained(parsing(doc, wants.version, wants.betas))
        except Rejected:
            return ()
        measured = await drained(measure(doc, exchange.body_bytes))
        # What it produces is not foreseen; the books have it in the end.
        curve = Curve(present(), present(), 0)
        ask = Ask(model.pool, exchange.hold, measured.input_tokens, curve)
        return await admitted(twin, exchange, ask)


def _is_limited(twin: Twin, account: AccountRecord) -> bool:
    own = twin.board.own(OfKey(account.tenant_id, account.api_key_id))
    of_key: Limits | None = None if own is None else own.limits
    of_tenant: Limits = twin.board.in_force(OfTenant(account.tenant_id)).limits
    return not of_tenant.unlimited or (of_key is not None and not of_key.unlimited)


def _limited(plan: Plan, limits: Headers) -> Iterator[Step]:
    """The answer with how the twin's own limits stand, not the upstream's."""
    names = [name for name, _ in limits]
    for step in plan:
        if isinstance(step, Head):
            head = step.without(*names)
            yield Head(head.status, (*head.headers, *limits), head.framing)
        else:
            yield step
