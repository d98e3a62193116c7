"""What is said beside completions, in OpenAI's words: errors, headers, and signs of life.

Faults say what the API says, and know nothing of OpenAI. So their plans are translated after them:
after each one, as the next may cut or edit what it finds.

Sources: 401s, 400s, 404s and 500s of the compatibility layer (2025-03 to 2026-08), all with
`invalid_request_error` for their `type` and the API's own type for their `code`; in a stream the
same object stands alone (anthropic-sdk-typescript#711, 2025-03).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from random import Random
from typing import Any

import attrs
import msgspec

from simtwin.api.reply.form.block_json import moment
from simtwin.core.fault import Fault, Fired
from simtwin.core.plan import Arrival, Chunk, Head, Plan, Step

#: "Always `2020-10-01`".
_VERSION = ("openai-version", "2020-10-01")
#: Seen in 2025-06 and 2026, whatever was wrong with the key.
_BAD_KEY = "Invalid Anthropic API Key"
_ENVELOPE = b'{"type":"error","error":'
#: A comment, which the standard for such streams has for this very purpose.
_PING = b": ping\n\n"
#: Frames of streams that are the API's own.
_EVENTS = ("error", "ping")
_OURS = "anthropic-ratelimit-"

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


@attrs.frozen
class Spoken:
    """A fault, and what it says in OpenAI's words."""

    fault: Fault

    @property
    def replaces(self) -> bool:
        """As of the fault."""
        return self.fault.replaces

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:
        return spoken(self.fault.rewrite(plan, rng))


def all_spoken(fired: tuple[Fired, ...]) -> tuple[Fired, ...]:
    """The same faults in OpenAI's words."""
    return tuple(attrs.evolve(each, fault=Spoken(each.fault)) for each in fired)


def spoken(plan: Plan) -> Iterator[Step]:
    """A plan in OpenAI's words; what is in them already stays as it is.

    Lazy, but for one step after a head: the length of a body is told before it.
    """
    head: Head | None = None
    for step in plan:
        if isinstance(step, Arrival):
            yield step
            continue
        if head is not None:
            body = _body(step)
            yield head if body is None else _resized(head, len(body.data))
            head = None
            step = body or step  # noqa: PLW2901  # the same step in other words
        if isinstance(step, Head):
            head = _with_headers(step)
            if head.streams:
                yield head
                head = None
        elif isinstance(step, Chunk) and step.event in _EVENTS:
            yield _event(step)
        else:
            yield step
    if head is not None:
        yield head


def _body(step: Step) -> Chunk | None:
    """The body that is an error of the API's, None for any other step."""
    if not isinstance(step, Chunk) or not step.ends or not step.data.startswith(_ENVELOPE):
        return None
    error = _error(step.data)
    return None if error is None else attrs.evolve(step, data=error)


def _event(chunk: Chunk) -> Chunk:
    if not chunk.ends or not chunk.data.startswith((b"event: ", b"data: ")):
        return chunk
    if chunk.event == "ping":
        return attrs.evolve(chunk, data=_PING)
    # Streams of OpenAI's have no names of events.
    data = chunk.data[chunk.data.find(b"data: ") :]
    error = _error(data.removeprefix(b"data: "))
    return attrs.evolve(chunk, data=data if error is None else b"data: %s\n\n" % error)


def _error(data: bytes) -> bytes | None:
    """The envelope of an error in OpenAI's words, None where it is none of the API's."""
    try:
        doc: Any = _decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    match doc:
        case {"type": "error", "error": {"type": str(code), "message": message}}:
            told = _BAD_KEY if code == "authentication_error" else message
        case _:
            return None
    return _encode(
        {"error": {"code": code, "message": told, "type": "invalid_request_error", "param": None}}
    )


def _resized(head: Head, size: int) -> Head:
    if head.header("content-length") is None:
        return head
    return attrs.evolve(
        head,
        headers=tuple(
            (name, str(size) if name == "content-length" else value) for name, value in head.headers
        ),
    )


def _with_headers(head: Head) -> Head:
    """The head with OpenAI's headers; the API's own stay, as it is not known that they are left out."""
    if _VERSION in head.headers:
        return head
    more = [_VERSION]
    for measure in ("requests", "tokens"):
        for part in ("limit", "remaining", "reset"):
            value = head.header(f"{_OURS}{measure}-{part}")
            if value is not None:
                told = _until(value, head.header("date")) if part == "reset" else value
                more.append((f"x-ratelimit-{part}-{measure}", told))
    return attrs.evolve(head, headers=(*head.headers, *more))


def _until(reset: str, date: str | None) -> str:
    """How long until a moment, as OpenAI tells it (assumed of the layer)."""
    if date is None:
        return "0s"
    seconds = (datetime.fromisoformat(reset) - moment(date)).total_seconds()
    minutes, left = divmod(max(0, round(seconds)), 60)
    return f"{minutes}m{left}s" if minutes else f"{left}s"
