"""Files of a form, each into a draft of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import attrs

from simtwin.edge.data_plane.exchange import Exchange
from simtwin.edge.data_plane.load import OverloadError
from simtwin.edge.data_plane.multipart import Part, Sink, form
from simtwin.edge.twin import Twin
from simtwin.store.draft import Draft, FullError


class _Nowhere:
    """Where files of fields that nobody asked for go."""

    async def write(self, piece: bytes, /) -> None:
        del piece


@attrs.frozen
class Form:
    """A form that was read: its fields, and its files in the order in which they came."""

    fields: dict[str, str]
    files: list[tuple[Part, Draft]]


@asynccontextmanager
async def uploaded(twin: Twin, exchange: Exchange, field: str) -> AsyncIterator[Form]:
    """The form that a request brought; what is not kept in the block is gone after it.

    Args:
        twin: where files are.
        exchange: the request, whose body was spooled.
        field: of the files that are wanted, with or without `[]`.

    Raises:
        Rejected: a 400 where the body is no form.
        OverloadError: there is no room.
        OSError: the disk does not take it.
    """
    assert exchange.draft is not None, "forms are spooled"  # noqa: S101
    files: list[tuple[Part, Draft]] = []

    async def sink(part: Part) -> Sink:
        if part.field.removesuffix("[]") != field:
            return _Nowhere()
        assert exchange.draft is not None, "forms are spooled"  # noqa: S101
        draft = twin.blobs.draft(exchange.draft.owner)
        files.append((part, draft))
        return draft

    try:
        yield Form(await form(exchange.request, exchange.draft, sink), files)
    except FullError as error:
        raise OverloadError(str(error)) from error
    finally:
        for _, draft in files:
            await draft.discard()
