"""Forms with files (`multipart/form-data`), read from a draft piece by piece."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

import attrs
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, MultipartDecoder, NeedData
from werkzeug.sansio.multipart import File as FilePart

from simtwin.api.errors import invalid
from simtwin.edge.data_plane.request import Request
from simtwin.store.draft import BUFFER_BYTES, Draft

#: Of a form: skills have some hundreds of files.
MOST_PARTS = 1_000
#: A field that is no file: names, numbers.
MOST_FIELD_BYTES = 8 * 1024


@attrs.frozen
class Part:
    """A file of a form: its field, its name as it was sent, its media type."""

    field: str
    filename: str
    mime_type: str


class Sink(Protocol):
    """Where the bytes of a file go."""

    async def write(self, piece: bytes, /) -> None:
        """Add a piece."""
        ...


async def form(
    request: Request, draft: Draft, sink: Callable[[Part], Awaitable[Sink]]
) -> dict[str, str]:
    """Read a form: its fields that are no files, by name, the last of each.

    Args:
        request: with the boundary in its head.
        draft: its body.
        sink: makes the place of each file, as it comes.

    Raises:
        Rejected: a 400 where the body is no such form, or has too much in it.
    """
    kind, options = parse_options_header(request.header(b"content-type") or "")
    boundary = options.get("boundary", "")
    if kind != "multipart/form-data" or not boundary:
        raise invalid("The request body must be multipart/form-data with a boundary")
    decoder = MultipartDecoder(
        boundary.encode("latin-1", "replace"), 4 * BUFFER_BYTES, max_parts=MOST_PARTS
    )
    reading = _Reading(sink)
    try:
        async with await draft.reading() as reader:
            while not reading.over:
                decoder.receive_data(await reader.read() or None)
                while not reading.over and not isinstance(event := decoder.next_event(), NeedData):
                    await reading.take(event)
    except (ValueError, RequestEntityTooLarge):
        raise invalid("The request body is no valid multipart/form-data") from None
    return reading.fields


@attrs.define
class _Reading:
    """What was read of a form so far."""

    sink: Callable[[Part], Awaitable[Sink]]
    fields: dict[str, str] = attrs.field(factory=dict)
    over: bool = False
    _name: str = ""
    _text: bytearray = attrs.field(factory=bytearray)
    _place: Sink | None = None

    async def take(self, event: Event) -> None:
        match event:
            case Epilogue():
                self.over = True
            case Field():
                self._name, self._text, self._place = event.name, bytearray(), None
            case FilePart():
                mime = event.headers.get("content-type", "application/octet-stream")
                self._place = await self.sink(Part(event.name, event.filename, mime))
            case Data() if self._place is not None:
                await self._place.write(event.data)
            case Data():
                self._text += event.data
                if len(self._text) > MOST_FIELD_BYTES:
                    raise invalid(f"{self._name}: String is too long")
                if not event.more_data:
                    self.fields[self._name] = self._text.decode("utf-8", "replace")
