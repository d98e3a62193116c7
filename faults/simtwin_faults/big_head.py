"""Send more header than a client may take."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import ClassVar

import attrs

from simtwin.core.plan import Head, Mark, Plan, Step
from simtwin_faults.bounds import Number

_bytes = Number(
    "a whole number from 0 to 1000000", lambda value: 0 <= value <= 1_000_000, whole=True
)
_count = Number("a whole number from 1 to 10000", lambda value: 1 <= value <= 10_000, whole=True)

#: All headers together: what a client has to hold, and the twin as well.
MOST_BYTES = 10_000_000


@attrs.frozen
class BigHead:
    """Add `count` headers with values of `bytes` bytes each, otherwise answer as ever.

    Args:
        bytes: the length of a value.
        count: how many there are.
    """

    replaces: ClassVar[bool] = False

    bytes: int = attrs.field(default=20_000, validator=_bytes)
    count: int = attrs.field(default=1, validator=_count)

    def __attrs_post_init__(self) -> None:
        if self.bytes * self.count > MOST_BYTES:
            raise ValueError(f"bytes must be at most {MOST_BYTES:,} in all headers together")

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:  # noqa: ARG002  # chance has no part
        for step in plan:
            if isinstance(step, Head):
                yield Mark()
                more = tuple((f"x-big-{number}", "a" * self.bytes) for number in range(self.count))
                yield attrs.evolve(step, headers=(*step.headers, *more))
            else:
                yield step
