"""Fail inside a 200: an `error` event in the stream, after which the stream ends."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import ClassVar, Literal

import attrs
from attrs.validators import in_, optional

from simtwin.api.errors import STATUS_TYPES, ApiError, event
from simtwin.core.cursor import Cursor
from simtwin.core.plan import Chunk, End, Plan, Step
from simtwin_faults.bounds import text
from simtwin_faults.placed import Placed

_NAME = "event: error\n"
_STATUSES = {type_: status for status, type_ in STATUS_TYPES.items()}


@attrs.frozen(kw_only=True)
class ErrorEvent(Placed):
    """Send `event: error` at a place of the stream (default: as its first event), and end it.

    The status was a 200, so no SDK retries: the client has to. An answer that is no stream has no
    events and stays as it is.

    Args:
        type: `error.type`.
        message: `error.message`; by default that of the API for the type.
        form: the envelope of the API in `json`; the message alone, as `text` that is no JSON; or
            `bare`, JSON that says that it is an error and has none.
        event_line: whether the event has its `event: error` line; without one, SDKs pass it over.
    """

    replaces: ClassVar[bool] = False

    type: str = attrs.field(default="overloaded_error", validator=text)
    message: str | None = attrs.field(default=None, validator=optional(text))
    form: Literal["json", "text", "bare"] = attrs.field(
        default="json", validator=in_(("json", "text", "bare"))
    )
    event_line: bool = True

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:  # noqa: ARG002  # chance has no part
        cursor = Cursor(plan)
        head = yield from cursor.head()
        if head is not None and head.streams and (yield from cursor.reach(self.place)):
            yield self._event(head.header("request-id") or "")
            yield End()
            return
        yield from cursor

    def _event(self, request_id: str) -> Chunk:
        error = self._error()
        match self.form:
            case "json":
                frame = event(error, request_id).data
            case "text":
                lines = "".join(f"data: {line}\n" for line in error.message.splitlines() or [""])
                frame = f"{_NAME}{lines}\n".encode()
            case "bare":
                frame = f'{_NAME}data: {{"type":"error"}}\n\n'.encode()
        return Chunk(frame if self.event_line else frame.removeprefix(_NAME.encode()), "error")

    def _error(self) -> ApiError:
        error = ApiError.of(_STATUSES.get(self.type, 500), self.message)
        return attrs.evolve(error, type=self.type)
