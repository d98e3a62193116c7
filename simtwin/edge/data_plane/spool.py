"""Bodies that are too large for memory: each goes piece by piece into a file."""

from __future__ import annotations

from simtwin.edge.data_plane.load import Load, OverloadError
from simtwin.edge.data_plane.request import BodyTooLargeError, ClientLeftError, Request
from simtwin.store.draft import BUFFER_BYTES, Draft, FullError


async def spool(request: Request, draft: Draft, load: Load, most: int) -> None:
    """Write the whole body into a draft, which is the caller's to discard whatever happens.

    Args:
        request: whose body it is.
        draft: where it goes.
        load: counts what is on its way, until this returns.
        most: the most bytes that are taken.

    Raises:
        BodyTooLargeError: it is larger, or says so; the rest is not read.
        ClientLeftError: it never came whole.
        OverloadError: there is too much on its way, or no room for it.
        OSError: the disk does not take it.
    """
    if _declared(request) > most:
        raise BodyTooLargeError
    load.hold(BUFFER_BYTES)
    counted = 0
    try:
        more = True
        while more:
            message = await request.receive()
            if message["type"] != "http.request":
                raise ClientLeftError
            more = message.get("more_body", False)
            piece = message.get("body", b"")
            if counted + len(piece) > most:
                raise BodyTooLargeError
            load.spool(len(piece))
            counted += len(piece)
            await draft.write(piece)
    except FullError as error:
        raise OverloadError(str(error)) from error
    finally:
        load.spooled(counted)
        load.release(BUFFER_BYTES)


def _declared(request: Request) -> int:
    """How long the body says that it is; 0 where it says nothing that can be read."""
    length = request.header(b"content-length") or ""
    return int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0
