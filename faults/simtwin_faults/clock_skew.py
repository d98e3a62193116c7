"""Answer from a server whose clock is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import ClassVar

import attrs

from simtwin.core.plan import Head, Mark, Plan, Step
from simtwin_faults.bounds import Number
from simtwin_faults.dates import shifted

# Thirty years of seconds: what lies beyond is a slip.
_skew = Number(
    "a number from -1000000000 to 1000000000",
    lambda value: -1_000_000_000 <= value <= 1_000_000_000,
)


@attrs.frozen
class ClockSkew:
    """Shift every date in the head of the answer: `date`, a `retry-after` that is one, and resets.

    Waits that are told in seconds stay right, so a client that trusts both hears two stories.

    Args:
        seconds: how far the clock of the server is ahead (s); below 0, how far it is behind. Dates
            have whole seconds.
    """

    replaces: ClassVar[bool] = False

    seconds: float = attrs.field(validator=_skew)

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:  # noqa: ARG002  # chance has no part
        for step in plan:
            if isinstance(step, Head):
                headers = tuple(self._skewed(*header) for header in step.headers)
                worse = attrs.evolve(step, headers=headers)
                if worse != step:
                    yield Mark()
                yield worse
            else:
                yield step

    def _skewed(self, name: str, value: str) -> tuple[str, str]:
        if name in {"date", "retry-after"} or name.endswith("-reset"):
            return name, shifted(value, round(self.seconds)) or value
        return name, value
