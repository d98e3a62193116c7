"""The bodies of requests and answers, made fit to be kept: bounded, and without the secrets in them."""

from __future__ import annotations

from collections.abc import Generator
from hashlib import sha256
from typing import Any

import attrs
import msgspec

from simtwin.core.redact import without_secrets

#: A long conversation is some tens of kB; what is larger is mostly base64 that nobody reads back.
WHOLE = 256 * 1024
#: Enough to recognise a body by: its model, its settings and how its first message begins.
HEAD = 4 * 1024


@attrs.frozen
class Excerpt:
    """What is kept of a body that is too large: `size` in bytes, hash, and how it begins."""

    size: int
    sha256: str
    head: bytes


#: JSON text, or what is left of it.
Body = bytes | Excerpt


def keep(body: bytes) -> Body:
    """A body as it may be kept."""
    if len(body) > WHOLE:
        return excerpt(len(body), sha256(body).hexdigest(), body)
    return without_secrets(body)


def excerpt(size: int, digest: str, beginning: bytes) -> Excerpt:
    """What is kept of a body that is too large.

    Args:
        size: its bytes.
        digest: its SHA-256, hexadecimal.
        beginning: as much of it as is at hand; the first `HEAD` bytes are enough.
    """
    return Excerpt(size, digest, without_secrets(beginning[:HEAD]))


def keeping(body: bytes | bytearray) -> Generator[None, None, Body]:
    """`keep`, with a pause about every millisecond: hashing many megabytes would hold others up."""
    if len(body) <= WHOLE:
        return keep(bytes(body))
    digest = sha256()
    for start in range(0, len(body), WHOLE):
        digest.update(memoryview(body)[start : start + WHOLE])
        yield
    return excerpt(len(body), digest.hexdigest(), bytes(body[:HEAD]))


def size(body: Body) -> int:
    """The bytes that a kept body takes."""
    return len(body.head) if isinstance(body, Excerpt) else len(body)


def readable(body: Body) -> Any:
    """A kept body as a part of a JSON document: spliced in, and never parsed into objects.

    Text that is no JSON, as the page of a broken gateway, becomes a string.
    """
    if isinstance(body, Excerpt):
        return {
            "truncated": True,
            "size": body.size,
            "sha256": body.sha256,
            "head": body.head.decode(errors="replace"),
        }
    try:
        body.decode()
        return msgspec.json.decode(body, type=msgspec.Raw)
    except (UnicodeDecodeError, msgspec.DecodeError, RecursionError):
        return body.decode(errors="replace")
