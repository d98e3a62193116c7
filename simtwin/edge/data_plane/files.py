"""The Files API: uploads go to the disk, what is known of them to the organization's holdings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from simtwin.api.errors import ApiError, Rejected, invalid
from simtwin.api.files import files
from simtwin.api.files.file import (
    BETA,
    MOST_BYTES,
    File,
    checked_life,
    checked_name,
    not_downloadable,
)
from simtwin.api.pages import Query
from simtwin.core.chance import base58
from simtwin.core.plan import Plan
from simtwin.edge.data_plane.exchange import Exchange
from simtwin.edge.data_plane.held import done, done_or_removed, holdings
from simtwin.edge.data_plane.json_plan import json_plan
from simtwin.edge.data_plane.manner import Answer, Doc, Manner
from simtwin.edge.data_plane.uploading import uploaded
from simtwin.edge.twin import Twin


async def _upload(twin: Twin, exchange: Exchange, _: Doc, manner: Manner) -> Plan:
    async with uploaded(twin, exchange, "file") as form:
        if len(form.files) != 1:
            raise invalid("file: Field required" if not form.files else "file: only one is taken")
        ((part, draft),) = form.files
        if draft.size > MOST_BYTES:
            raise Rejected(ApiError.of(413))
        at = twin.wall()
        life = checked_life(form.fields.get("expires_in_seconds"))
        file = File(
            "file_011C" + base58(exchange.chance("file"), 20),
            checked_name(part.filename),
            part.mime_type,
            draft.size,
            at,
            None if life is None else at + life,
        )
        await draft.keep(file.blob)
    add = partial(files.add, file=file)
    gone = await done_or_removed(twin, exchange, add, file.blob)
    for each in gone:
        await twin.blobs.remove(each.blob)
    return json_plan(exchange, file.doc(beta=_beta(manner)))


async def _list(twin: Twin, exchange: Exchange, _: Doc, manner: Manner) -> Plan:
    query = Query(exchange.request.query)
    page = files.page(holdings(twin, exchange), query, twin.wall(), beta=_beta(manner))
    return json_plan(exchange, page)


async def _metadata(twin: Twin, exchange: Exchange, _: Doc, manner: Manner) -> Plan:
    return json_plan(exchange, _one(twin, exchange).doc(beta=_beta(manner)))


async def _download(twin: Twin, exchange: Exchange, _: Doc, __: Manner) -> Plan:
    raise not_downloadable(_one(twin, exchange))


async def _delete(twin: Twin, exchange: Exchange, _: Doc, __: Manner) -> Plan:
    id_ = exchange.endpoint.arguments["file_id"]
    remove = partial(files.remove, id_=id_, at=twin.wall())
    gone = await done(twin, exchange, remove)
    await twin.blobs.remove(gone.blob)
    return json_plan(exchange, {"id": id_, "type": "file_deleted"})


def _one(twin: Twin, exchange: Exchange) -> File:
    id_ = exchange.endpoint.arguments["file_id"]
    return files.one(holdings(twin, exchange), id_, twin.wall())


def _beta(manner: Manner) -> bool:
    return BETA in manner.betas


FILES: Mapping[str, Answer] = {
    "files": _list,
    "files_upload": _upload,
    "files_retrieve_metadata": _metadata,
    "files_download": _download,
    "files_delete": _delete,
}
