"""A request on `/v1` from its arrival to its entry in the journal.

    credentials ─► body ─► fate (key) ─► validation ─► limits (tenant) ─► reply ─► faults ─► performed

The order is fixed: what a fault replaces is neither validated nor charged, and what a limit refuses
was valid. All of it happens in the task of the connection; the actors only decide.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

import trio

from simtwin.api.errors import ApiError, Rejected
from simtwin.api.gateways.rules import writing
from simtwin.api.request.decode import peek
from simtwin.api.request.decoding import decoding
from simtwin.core.plan import Plan
from simtwin.edge.data_plane.answers import answer
from simtwin.edge.data_plane.books import settle
from simtwin.edge.data_plane.endpoints import UNKNOWN, find
from simtwin.edge.data_plane.exchange import Exchange
from simtwin.edge.data_plane.identity import fit, identify
from simtwin.edge.data_plane.planned import carry_out, planned, unplanned
from simtwin.edge.data_plane.request import (
    BodyTooLargeError,
    ClientLeftError,
    Request,
    read_body,
)
from simtwin.edge.data_plane.spool import spool
from simtwin.edge.data_plane.turns import drained
from simtwin.edge.gateways.gateway import Gateway
from simtwin.edge.perform import Send
from simtwin.edge.twin import Twin
from simtwin.store.body import keeping
from simtwin.store.records import AccountRecord

log = logging.getLogger(__name__)

Doc = Mapping[str, Any]


async def respond(twin: Twin, request: Request, send: Send) -> None:
    """Answer a request on its own connection, and book what became of it."""
    endpoint, methods = find(request.method, request.path)
    gateway = None
    if request.address.gateway is not None:
        gateway = twin.gateways[request.address.gateway]
        request = gateway.forwarded(request)
    exchange = Exchange(
        request,
        endpoint,
        methods,
        twin.epoch.date(),
        twin.marks,
        twin.edge_headers,
        twin.run,
        next(twin.numbers),
        gateway=gateway,
    )
    try:
        # Planning never waits for long, but for the body, which says itself that the client left.
        plan = await _plan(twin, exchange)
        await carry_out(twin, plan, exchange, send)
    except ClientLeftError:
        exchange.progress.ended = "left"
    finally:
        if exchange.answer is not None:
            from simtwin.edge.data_plane.forwarded import concluded  # noqa: PLC0415  # most twins have none

            await concluded(twin, exchange)
        exchange.progress.conclude(request.wire)
        settle(twin, exchange)
        if exchange.draft is not None:
            await exchange.draft.discard()


def _who(twin: Twin, exchange: Exchange) -> AccountRecord | ApiError:
    if exchange.gateway is not None:
        account = exchange.gateway.account(twin, exchange.request)
        if isinstance(account, ApiError):
            return account
        # Whoever is let in by a gateway may no more than its account may.
        return fit(account, exchange.request.path, "invalid x-api-key", everywhere=twin.open_world)
    # Which key may ask for what is the upstream's to say.
    forwards = twin.upstream is not None
    open_keys = twin.open_keys if twin.accepts_any_key or forwards else None
    everywhere = twin.open_world or forwards
    return identify(exchange.request, twin.store, open_keys, everywhere=everywhere)


async def _plan(twin: Twin, exchange: Exchange) -> Plan:
    account = _who(twin, exchange)
    if isinstance(account, ApiError):
        unknown_path = exchange.endpoint is UNKNOWN and not exchange.methods
        return exchange.refused(ApiError.of(404) if unknown_path else account)
    exchange.account = account
    if exchange.request.address.mistake is not None:
        return exchange.misaddressed(exchange.request.address.mistake)
    held = 0

    def hold(size: int) -> None:
        nonlocal held
        twin.load.hold(size)
        held += size

    try:
        twin.load.begin(account.tenant_id)
        exchange.counted = True
        doc = await _asked(twin, exchange, hold)
        return await planned(twin, exchange, account, doc, answer)
    except ClientLeftError:
        raise
    except Exception as error:  # noqa: BLE001  # one answer is lost, and the client sees that
        return unplanned(exchange, error)
    finally:
        twin.load.release(held)
        # What is not forwarded is not held either.
        exchange.upload = None


async def _asked(twin: Twin, exchange: Exchange, hold: Callable[[int], None]) -> Doc | Rejected:
    """What is asked, as far as anybody here has to know."""
    exchange.model = exchange.endpoint.arguments.get("model_id")
    if twin.upstream is not None and not _is_document(exchange):
        from simtwin.edge.data_plane.upload import begun  # noqa: PLC0415  # most twins have none

        upload = exchange.upload = await begun(exchange.request, exchange.counts_body)
        exchange.body_at = trio.current_time()
        exchange.body_bytes = len(upload.first) if upload.length is None else upload.length
        return {}
    return await _read(twin, exchange, hold)


async def _read(twin: Twin, exchange: Exchange, hold: Callable[[int], None]) -> Doc | Rejected:
    """The request's document, or why there is none: it has a fate all the same.

    Of a body that goes into a file there is none here.
    """
    request = exchange.request
    body: bytes | bytearray = b""
    try:
        if exchange.endpoint.spooled is None:
            body = await read_body(request, hold)
        else:
            await _spool(twin, exchange, exchange.endpoint.spooled)
    except BodyTooLargeError:
        exchange.too_large = True
    exchange.body_at = trio.current_time()
    if exchange.too_large:
        return Rejected(ApiError.of(413))
    if not exchange.endpoint.has_body or exchange.endpoint.spooled is not None:
        return {}
    exchange.body_bytes = len(body)
    if exchange.endpoint.form:
        from simtwin.api.request.form import form_fields  # noqa: PLC0415  # few send one

        return form_fields(bytes(body), request.header(b"content-type") or "")
    if twin.upstream is not None:
        from simtwin.edge.data_plane.upload import Upload  # noqa: PLC0415  # most twins have none

        exchange.upload = Upload(body, length=len(body))
        exchange.recorded = bytes(body) if twin.recorder is not None else b""
    exchange.body = await drained(keeping(body))
    if not body and exchange.endpoint.may_be_empty:
        return {}
    try:
        doc = await drained(decoding(body))
    except Rejected as rejected:
        return rejected
    if exchange.gateway is not None:
        doc = await _rewritten(exchange, exchange.gateway, doc)
    exchange.parses = True
    exchange.model, exchange.stream = peek(doc)
    return doc


def _is_document(exchange: Exchange) -> bool:
    """Whether the request is a document that rules and limits look into."""
    endpoint = exchange.endpoint
    return endpoint.has_body and endpoint.spooled is None and not endpoint.form


async def _spool(twin: Twin, exchange: Exchange, most: int) -> None:
    assert exchange.account is not None, "only accounts upload"  # noqa: S101
    draft = exchange.draft = twin.blobs.draft(exchange.account.tenant_id)
    await spool(exchange.request, draft, twin.load, most)
    exchange.body_bytes, exchange.body = draft.size, draft.body()


async def _rewritten(exchange: Exchange, gateway: Gateway, doc: dict[str, Any]) -> dict[str, Any]:
    """The document as the provider gets it: what is measured, matched and kept from here on."""
    sent = gateway.rewritten(exchange.endpoint, doc)
    if sent is doc:
        return doc
    body = await drained(writing(sent, exchange.body_bytes))
    exchange.body_bytes = len(body)
    exchange.body = await drained(keeping(body))
    return dict(sent)
