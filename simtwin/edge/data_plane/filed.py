"""Requests for messages that name files: the files are looked up, and read."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from simtwin.api.files import files
from simtwin.api.files.file import File
from simtwin.api.files.named import IMAGES, PDF, TEXT, inlined, named
from simtwin.edge.data_plane.exchange import Exchange
from simtwin.edge.data_plane.held import holdings
from simtwin.edge.twin import Twin

Doc = Mapping[str, Any]

#: Of all files in a request: what a request itself may have. Of more the rest is not read.
_MOST_READ = 32 * 1024 * 1024


async def filed(twin: Twin, exchange: Exchange, doc: Doc) -> tuple[Doc, int]:
    """The request with the contents of the files that it names, and how large it is then, bytes.

    An organization that never uploaded a file is believed whatever it names, so that recordings of
    others can be played.

    Raises:
        Rejected: a 404 for a file that is not there, or not any more.
    """
    held = holdings(twin, exchange)
    size = exchange.body_bytes
    if not held.uploaded:
        return doc, size
    found = {id_: files.one(held, id_, twin.wall()) for id_ in named(doc)}
    sources: dict[str, Doc] = {}
    left = _MOST_READ
    for id_, file in found.items():
        left -= file.size
        if left >= 0 and file.mime_type in (*IMAGES, PDF, TEXT):
            sources[id_] = await _source(twin, file)
            size += len(sources[id_]["data"])
    return (inlined(doc, sources) if sources else doc), size


async def _source(twin: Twin, file: File) -> Doc:
    def read() -> str:
        content = b"".join(twin.blobs.read(file.blob))
        if file.mime_type == TEXT:
            return content.decode("utf-8", "replace")
        return b64encode(content).decode()

    kind = "text" if file.mime_type == TEXT else "base64"
    return {"type": kind, "media_type": file.mime_type, "data": await twin.blobs.work(read)}
