"""Fail inside a 200: an `error` event in the stream, after which the stream ends."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import ClassVar

import attrs
from attrs.validators import optional

from simtwin.api.errors import STATUS_TYPES, ApiError, event
from simtwin.core.plan import Cursor, End, Plan, Step
from simtwin_faults.bounds import text
from simtwin_faults.placed import Placed

_STATUSES = {type_: status for status, type_ in STATUS_TYPES.items()}


@attrs.frozen(kw_only=True)
class ErrorEvent(Placed):
    """Send `event: error` at a place of the stream (default: as its first event), and end it.

    The status was a 200, so no SDK retries: the client has to. An answer that is no stream has no
    events and stays as it is.

    Args:
        type: `error.type`.
        message: `error.message`; by default that of the API for the type.
    """

    replaces: ClassVar[bool] = False

    type: str = attrs.field(default="overloaded_error", validator=text)
    message: str | None = attrs.field(default=None, validator=optional(text))

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:  # noqa: ARG002  # chance has no part
        cursor = Cursor(plan)
        head = yield from cursor.head()
        if head is not None and head.streams and (yield from cursor.reach(self.place)):
            yield event(self._error(), head.header("request-id") or "")
            yield End()
            return
        yield from cursor

    def _error(self) -> ApiError:
        error = ApiError.of(_STATUSES.get(self.type, 500), self.message)
        return attrs.evolve(error, type=self.type)
