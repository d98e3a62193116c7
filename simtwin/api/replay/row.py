"""An exchange as a row of a cassette, one line of JSON, which `cassette` reads."""

from __future__ import annotations

from base64 import b64encode
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from simtwin.api.replay.body import frames_of
from simtwin.core.redact import without_secrets

#: The headers of an answer that are kept, and none of a request's: what a client acts on. Limits and
#: ids are in it, credentials and cookies are not.
KEPT = frozenset(("content-type", "request-id", "retry-after", "retry-after-ms", "x-should-retry"))
KEPT_FAMILY = "anthropic-ratelimit-"

#: How every line begins.
BEGINNING = b'{"method":"'

#: What stands in the place of a key that an answer repeats.
_REDACTED = b"[redacted]"

_encode = msgspec.json.Encoder().encode


def row(
    method: str,
    path: str,
    asked: bytes,
    status: int,
    *,
    headers: Iterable[tuple[str, str]],
    body: bytes,
    secrets: Iterable[str],
    head_seconds: float,
    arrived: Sequence[tuple[float, int]],
    seconds: float,
) -> bytes:
    """The line of an exchange, with its line end.

    Args:
        method: in capitals.
        path: with the query.
        asked: the request's body where it is JSON; else empty.
        status: of the answer.
        headers: of the answer, names in lower case.
        body: of the answer, not compressed.
        secrets: are nowhere in the line, whoever repeats them.
        head_seconds: when the head came, seconds since the request.
        arrived: when the pieces of the body came, likewise, each with how much there was by then.
        seconds: when the answer was whole.
    """
    kept = {name: value for name, value in headers if name in KEPT or name.startswith(KEPT_FAMILY)}
    hidden = tuple(secret.encode("latin-1") for secret in secrets)
    told = _hidden(body, hidden)
    if len(told) != len(body):
        # Nothing is as far into it as it was.
        arrived = ()
    times = _event_seconds(told, kept.get("content-type", ""), arrived)
    doc: dict[str, Any] = {
        "method": method,
        "path": path,
        "request_body": _text(_hidden(without_secrets(asked), hidden)) if asked else None,
        "status": status,
        "response_headers": kept,
        "response_body": _text(without_secrets(told)),
        "head_seconds": round(head_seconds, 6),
        "event_seconds": times,
        "seconds": round(seconds, 6),
    }
    return _hidden(_encode(doc), hidden) + b"\n"


def _hidden(data: bytes, secrets: Iterable[bytes]) -> bytes:
    for secret in secrets:
        data = data.replace(secret, _REDACTED)
    return data


def _text(body: bytes) -> str | dict[str, str]:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return {"base64_string": b64encode(body).decode()}


def _event_seconds(
    body: bytes, content_type: str, arrived: Sequence[tuple[float, int]]
) -> list[float]:
    """When each event was whole; nothing where nobody knows."""
    if not arrived or not content_type.startswith("text/event-stream"):
        return []
    sizes = [size for _, size in arrived]
    done, times = 0, []
    for frame in frames_of(body, content_type):
        done += len(frame.data)
        at = min(bisect_left(sizes, done), len(arrived) - 1)
        times.append(round(arrived[at][0], 6))
    return times
