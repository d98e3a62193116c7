"""Answer, and let the connection die at rest."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import ClassVar

import attrs
from attrs.validators import optional

from simtwin.core.plan import Mark, Plan, Rest, Step
from simtwin_faults.bounds import from_zero


@attrs.frozen
class Stale:
    """Answer as ever, and end the connection while it is kept for the next request.

    By default it looks alive until that request begins, and ends with its first byte: the client
    sends a request that nobody reads.

    Args:
        seconds: end it after so long without a request instead (s); the real edge does after 400.
        reset: by RST, rather than by FIN.
    """

    replaces: ClassVar[bool] = False

    seconds: float | None = attrs.field(default=None, validator=optional(from_zero))
    reset: bool = True

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:  # noqa: ARG002  # chance has no part
        yield Mark()
        yield Rest(self.seconds, self.reset)
        yield from plan
