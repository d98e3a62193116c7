"""Cut the connection: before an answer, in its head, or in the middle of its body."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import attrs
from attrs.validators import optional

from simtwin.core.http2 import ERRORS, ErrorName
from simtwin.core.plan import Hangup, Plan, Step, Wait
from simtwin_faults.bounds import from_zero
from simtwin_faults.placed import PlacedAnywhere


@attrs.frozen(kw_only=True)
class Disconnect(PlacedAnywhere):
    """Hang up at a place of the answer (default: before there is any), by FIN or by RST.

    Args:
        after_seconds: be silent for so long before (s).
        reset: by RST, as a crashed peer does, rather than by FIN.
        flush: let what was sent reach the client first; a reset without it throws that away.
        half_open_seconds: after a FIN, go on reading what the client sends for so long (s).
        close_notify: under TLS, say goodbye before a FIN, as an orderly end does.
        h2_error: in HTTP/2, the code of the RST_STREAM that there is instead of either.
    """

    after_seconds: float = attrs.field(default=0.0, validator=from_zero)
    reset: bool = False
    flush: bool = True
    half_open_seconds: float | None = attrs.field(default=None, validator=optional(from_zero))
    close_notify: bool = False
    h2_error: ErrorName = "internal_error"

    def __attrs_post_init__(self) -> None:
        PlacedAnywhere.__attrs_post_init__(self)
        if self.reset and self.half_open_seconds is not None:
            raise ValueError("half_open_seconds means nothing after a reset")
        if self.reset and self.close_notify:
            raise ValueError("close_notify cannot be said by a reset")

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:  # noqa: ARG002  # chance has no part
        if (yield from self.reach(plan)):
            if self.after_seconds:
                yield Wait(self.after_seconds)
            yield Hangup(
                self.reset,
                self.flush,
                self.half_open_seconds,
                self.close_notify,
                ERRORS[self.h2_error],
            )
