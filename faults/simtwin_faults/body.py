"""Answer with another body than was asked for, or with another status of success."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import ClassVar, Literal

import attrs
import msgspec
from attrs.validators import in_, optional

from simtwin.api.errors import ApiError, envelope
from simtwin.core.plan import Chunk, End, Hangup, Head, Mark, Plan, Step
from simtwin_faults.bounds import Number
from simtwin_faults.bounds import text as any_text
from simtwin_faults.frames import Other, document, edited_body, told_otherwise
from simtwin_faults.told import Listener, events

Form = Literal["empty", "html", "null", "list", "text", "error", "bom", "json", "sse"]
_FORMS: tuple[Form, ...] = ("empty", "html", "null", "list", "text", "error", "bom", "json", "sse")

_status = Number("a whole number from 200 to 299", lambda value: 200 <= value <= 299, whole=True)

#: What a network that wants to be logged in to says to everybody.
_PORTAL = (
    b"<!DOCTYPE html><html><head><title>Sign in to the network</title>"
    b'<meta http-equiv="refresh" content="0; url=http://portal.example/login"></head>'
    b"<body><h1>Sign in to use this network</h1></body></html>\n"
)

_encode = msgspec.json.Encoder().encode


@attrs.frozen
class Body:
    """Replace the body of an answer, whatever was asked for; the status stays a success.

    Args:
        form: `empty` is no body, `html` the page of a network that wants a login, `null` and `list`
            (`[]`) JSON that is no message, `text` what `text` says, `error` the envelope of an
            overload. `bom` puts a byte order mark before a JSON body, `json` tells a stream as one
            JSON message, `sse` a JSON message as a stream. Without one the body stays.
        status: another status; 204 goes without a body.
        text: the body, for `text`.
    """

    replaces: ClassVar[bool] = False

    form: Form | None = attrs.field(default=None, validator=optional(in_(_FORMS)))
    status: int | None = attrs.field(default=None, validator=optional(_status))
    text: str | None = attrs.field(default=None, validator=optional(any_text))

    def __attrs_post_init__(self) -> None:
        if (self.text is None) == (self.form == "text"):
            raise ValueError("form = text and a text go together")
        # "A 204 response is terminated by the end of the header section" -- RFC 9110 15.3.5
        if self.status in (204, 205) and self.form not in (None, "empty"):
            raise ValueError(f"a {self.status} has no body")
        if self.status is not None and self.form in ("bom", "json", "sse"):
            raise ValueError(f"form = {self.form} leaves the status as it is")

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:  # noqa: ARG002  # chance has no part
        steps = iter(plan)
        for step in steps:
            if isinstance(step, Head):
                yield from self._answer(step, steps)
                return
            yield step

    def _answer(self, head: Head, steps: Iterator[Step]) -> Iterator[Step]:
        status = self.status or head.status
        other = attrs.evolve(head, status=status)
        match "empty" if status in (204, 205) else self.form:
            case None:
                if other != head:
                    yield Mark()
                yield other
                yield from steps
            case "bom" if not head.streams:
                yield from edited_body(head, steps, _with_bom)
            case "json" if head.streams:
                yield from _as_json(_typed(head, "application/json"), steps)
            case "sse" if not head.streams:
                yield from _as_stream(head, steps)
            case "bom" | "json" | "sse":
                yield head
                yield from steps
            case form:
                yield Mark()
                yield from self._instead(other, form)

    def _instead(self, head: Head, form: str) -> Iterator[Step]:
        body, kind = self._body(form, head.header("request-id") or "")
        if kind is not None:
            head = _typed(head, kind)
        if head.status in (204, 205):
            head = head.without("content-type", "content-length")
        else:
            head = head.without("content-length")
            head = attrs.evolve(head, headers=(*head.headers, ("content-length", str(len(body)))))
        yield head
        if body:
            yield Chunk(body)
        yield End()

    def _body(self, form: str, request_id: str) -> tuple[bytes, str | None]:
        """The body and its type; None is that of the answer that was asked for."""
        match form:
            case "html":
                return _PORTAL, "text/html; charset=utf-8"
            case "null":
                return b"null", "application/json"
            case "list":
                return b"[]", "application/json"
            case "error":
                return envelope(ApiError.of(529), request_id), "application/json"
            case "text":
                return (self.text or "").encode(), "text/plain; charset=utf-8"
        return b"", None


def _typed(head: Head, kind: str) -> Head:
    others = tuple(header for header in head.headers if header[0] != "content-type")
    return attrs.evolve(head, headers=(("content-type", kind), *others))


def _with_bom(chunk: Chunk) -> Chunk | None:
    return attrs.evolve(chunk, data=b"\xef\xbb\xbf" + chunk.data) if chunk.ends else None


def _as_json(head: Head, steps: Iterator[Step]) -> Iterator[Step]:
    """What a stream tells, as one document; it comes when the stream would have ended."""
    listener = Listener()
    for step in steps:
        match step:
            case Chunk():
                listener.hear(step)
            case End():
                yield Mark()
                yield head
                yield Chunk(_encode(listener.message), tokens=listener.tokens)
                yield step
            case Hangup():
                # It broke off, so there is no document; of the answer there is a head.
                yield Mark()
                yield head
                yield step
            case _:
                yield step


def _as_stream(head: Head, steps: Iterator[Step]) -> Iterator[Step]:
    """What a JSON message tells, as events; an answer that is no message stays as it is."""

    def other(chunk: Chunk) -> Other | None:
        doc = document(chunk)
        if doc is None or doc.get("type") != "message":
            return None
        streamed = _typed(head.without("content-length"), "text/event-stream; charset=utf-8")
        return streamed, events(doc, chunk.tokens)

    return told_otherwise(head, steps, other)
