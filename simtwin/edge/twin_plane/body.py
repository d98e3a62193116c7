"""Reading what a write on the twin plane was sent with."""

from __future__ import annotations

from typing import Any

import msgspec
from quart import Request
from werkzeug.exceptions import RequestEntityTooLarge

from simtwin.edge.twin_plane.answer import JSON
from simtwin.edge.twin_plane.errors import bad_request, not_json, too_large

#: As the existing twin (twins-la/anthropic 0.1.0); settings and feedback are some kB.
BODY_BYTES = 1024 * 1024

_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


async def body_of(
    request: Request, most: int = BODY_BYTES, *, undeclared: bool = False
) -> dict[str, Any]:
    """The JSON object that a request carries; empty for a read.

    A write has to be declared as JSON: no form on a web page can do that, and no script on one
    without asking first. DELETE is asked for in any case, and has no body.

    Args:
        request: the request.
        most: how many bytes it may have.
        undeclared: whether it may be declared as something else.

    Raises:
        Refusal: it is not declared as JSON (415), too large (413), or no JSON object (400).
    """
    if request.method not in _WRITES:
        return {}
    deletes = request.method == "DELETE"
    declared = request.mimetype == JSON or (deletes and "content-type" not in request.headers)
    if not declared and not undeclared:
        raise not_json()
    if deletes:
        return {}
    return parse(await _read(request, most), may_be_empty=request.method == "POST")


def parse(raw: bytes, *, may_be_empty: bool) -> dict[str, Any]:
    """The JSON object that `raw` is the text of.

    Raises:
        Refusal: it is none.
    """
    if may_be_empty and not raw.strip():
        return {}
    try:
        doc = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise bad_request(f"the body is no JSON: {error}") from None
    if not isinstance(doc, dict):
        raise bad_request("the body must be a JSON object")
    return doc


async def _read(request: Request, most: int) -> bytes:
    if (request.content_length or 0) > most:
        raise too_large(most)
    read = bytearray()
    try:
        async for piece in request.body:
            read += piece
            if len(read) > most:
                raise too_large(most)
    except RequestEntityTooLarge:
        raise too_large(most) from None
    return bytes(read)
