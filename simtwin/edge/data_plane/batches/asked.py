"""What clients ask of batches: to make one, to tell of it, to stop it, to give its results."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from functools import partial
from operator import attrgetter

import trio

from simtwin.api.batches import held
from simtwin.api.batches.batch import LIFE_SECONDS, Batch
from simtwin.api.batches.envelope import AT_ONCE_BYTES, Envelope, reading
from simtwin.api.batches.split import Splitter
from simtwin.api.errors import ApiError, Rejected, invalid
from simtwin.api.pages import Query, between_ids
from simtwin.api.request.decoding import decoding
from simtwin.api.tiers import BATCHES as POOL
from simtwin.api.tiers import Limits
from simtwin.core.plan import Chunk, End, Head, Plan, Step
from simtwin.core.pools import Ask
from simtwin.core.scope import OfTenant
from simtwin.edge.data_plane.batches.order import Order, handed_on
from simtwin.edge.data_plane.batches.work import body_name, results_name, work_off
from simtwin.edge.data_plane.exchange import Exchange, Headers
from simtwin.edge.data_plane.held import holdings
from simtwin.edge.data_plane.json_plan import json_plan
from simtwin.edge.data_plane.limits import admitted
from simtwin.edge.data_plane.load import OverloadError
from simtwin.edge.data_plane.manner import Answer, Doc, Manner
from simtwin.edge.data_plane.turns import drained
from simtwin.edge.twin import Twin
from simtwin.store.blobs import Blobs
from simtwin.store.draft import Draft, FullError
from simtwin.store.records import AccountRecord

_JSONL: Headers = (("content-type", "application/x-jsonl"),)
#: A smaller body is decoded as a whole before it is split: then the words for what is wrong with it
#: are those that a message would get.
_WHOLE_BYTES = 256 * 1024


async def _create(twin: Twin, exchange: Exchange, _: Doc, __: Manner) -> Plan:
    account, draft = _account(exchange), exchange.draft
    assert draft is not None, "its body is spooled"  # noqa: S101
    requests = await _checked(draft)
    headers = await _admitted(twin, exchange)
    batch = await _made(twin, exchange, account, requests)
    try:
        await draft.keep(body_name(batch.id))
    except BaseException as error:
        forget = partial(held.forget, batch_id=batch.id)
        with trio.CancelScope(shield=True):
            await twin.holdings.ask(account.tenant_id, forget)
        if isinstance(error, FullError):
            raise OverloadError(str(error)) from error
        raise
    request = exchange.request
    order = Order(
        batch.id,
        account,
        requests,
        trio.current_time() + LIFE_SECONDS,
        request.address,
        handed_on(request.headers),
    )
    twin.nursery.start_soon(work_off, twin, order)
    return json_plan(exchange, batch.doc(twin.wall(), request.base_url), headers)


async def _checked(draft: Draft) -> int:
    """How many requests a body has.

    Raises:
        Rejected: it is no batch.
    """
    splitter, envelope = Splitter(), Envelope()
    async with await draft.reading() as reader:
        while piece := await reader.read():
            if draft.size <= _WHOLE_BYTES:
                await drained(decoding(piece))
            await drained(reading(splitter, envelope, piece, AT_ONCE_BYTES))
    splitter.close()
    envelope.close()
    return envelope.requests


async def _made(twin: Twin, exchange: Exchange, account: AccountRecord, requests: int) -> Batch:
    limits: Limits = twin.board.in_force(OfTenant(account.tenant_id)).limits
    most = sys.maxsize if limits.unlimited else limits.queue
    made = await twin.holdings.ask(
        account.tenant_id,
        partial(
            held.create,
            name=lambda number: exchange.id("msgbatch_01", f"batch/{number}"),
            requests=requests,
            wall=twin.wall(),
            most_queued=most,
        ),
    )
    if made is None:
        raise OverloadError(f"a tenant has at most {held.MOST_BATCHES:,} batches")
    if isinstance(made, held.QueueFull):
        # That it is a 429 is documented; style.
        raise Rejected(
            ApiError.of(
                429,
                f"This request would exceed your organization's limit of {made.limit:,} batch "
                f"requests in the processing queue (org: {account.tenant_id}): {made.queued:,} are "
                f"in it, and this batch has {requests:,}. Please try again later.",
            )
        )
    return made


async def _retrieve(twin: Twin, exchange: Exchange, _: Doc, __: Manner) -> Plan:
    headers = await _admitted(twin, exchange)
    return _told(twin, exchange, _found(twin, exchange), headers)


async def _list(twin: Twin, exchange: Exchange, _: Doc, __: Manner) -> Plan:
    query = Query(exchange.request.query)
    query.limit()
    headers = await _admitted(twin, exchange)
    wall, base_url = twin.wall(), exchange.request.base_url
    newest_first = [*_batches(twin, exchange).values()][::-1]
    page = between_ids(
        newest_first, query, attrgetter("id"), lambda batch: batch.doc(wall, base_url)
    )
    return json_plan(exchange, page, headers)


async def _cancel(twin: Twin, exchange: Exchange, _: Doc, __: Manner) -> Plan:
    headers = await _admitted(twin, exchange)
    batch = _found(twin, exchange)
    if batch.status == "ended":
        # "Batches may be canceled any time before processing ends" (reference); style.
        raise invalid(f"Message batch {batch.id} cannot be canceled: its processing has ended.")
    tenant = _account(exchange).tenant_id
    cancel = partial(held.cancel, batch_id=batch.id, wall=twin.wall())
    after = await twin.holdings.ask(tenant, cancel)
    twin.works.hurry(tenant, batch.id)
    return _told(twin, exchange, after or batch, headers)


async def _delete(twin: Twin, exchange: Exchange, _: Doc, __: Manner) -> Plan:
    headers = await _admitted(twin, exchange)
    batch = _found(twin, exchange)
    if batch.status != "ended":
        # "If you'd like to delete an in-progress batch, you must first cancel it" (reference); style.
        raise invalid(
            f"Message batch {batch.id} cannot be deleted while it is {batch.status}: cancel it first."
        )
    await twin.holdings.ask(_account(exchange).tenant_id, partial(held.delete, batch_id=batch.id))
    await twin.blobs.remove(results_name(batch.id))
    return json_plan(exchange, {"id": batch.id, "type": "message_batch_deleted"}, headers)


async def _results(twin: Twin, exchange: Exchange, _: Doc, __: Manner) -> Plan:
    headers = await _admitted(twin, exchange)
    batch = _found(twin, exchange)
    if batch.status != "ended":
        # Documented is that there is no `results_url` yet; style.
        raise invalid(f"Message batch {batch.id} has no results yet: it is {batch.status}.")
    if batch.archived(twin.wall()):
        # "After that you may still view the Batch, but its results will no longer be available for
        # download" (docs, batch processing, 2026-08); style.
        raise Rejected(
            ApiError.of(404, f"The results of message batch {batch.id} are no longer available.")
        )
    if batch.lost is not None:
        return exchange.refused_by_twin(500, batch.lost)
    head = Head(200, (*_JSONL, *headers, *exchange.headers()))
    return _streamed(head, twin.blobs, results_name(batch.id))


def _streamed(head: Head, blobs: Blobs, name: str) -> Iterator[Step]:
    """A file as the body of an answer, read as it is sent."""
    yield head
    for piece in blobs.read(name):
        yield Chunk(piece)
    yield End()


def _told(twin: Twin, exchange: Exchange, batch: Batch, headers: Headers) -> Plan:
    return json_plan(exchange, batch.doc(twin.wall(), exchange.request.base_url), headers)


async def _admitted(twin: Twin, exchange: Exchange) -> Headers:
    return await admitted(twin, exchange, Ask(POOL, exchange.hold, 0, None))


def _found(twin: Twin, exchange: Exchange) -> Batch:
    batch = _batches(twin, exchange).get(exchange.endpoint.arguments["message_batch_id"])
    if batch is None:
        # As seen for a batch that is not there (tidyverse/ellmer#843, 2025-11).
        raise Rejected(ApiError.of(404))
    return batch


def _batches(twin: Twin, exchange: Exchange) -> Mapping[str, Batch]:
    return holdings(twin, exchange).batches


def _account(exchange: Exchange) -> AccountRecord:
    assert exchange.account is not None, "batches are of accounts"  # noqa: S101
    return exchange.account


BATCHES: Mapping[str, Answer] = {
    "batches": _list,
    "batches_create": _create,
    "batches_retrieve": _retrieve,
    "batches_cancel": _cancel,
    "batches_delete": _delete,
    "batches_results": _results,
}
