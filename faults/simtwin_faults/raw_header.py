"""Send a line in the head that is no header."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import ClassVar

import attrs

from simtwin.core.plan import Head, Mark, Plan, Step
from simtwin_faults.bounds import latin_1


@attrs.frozen
class RawHeader:
    """Put `line` at the end of the head as it is, whatever it breaks, and close after the answer.

    Args:
        line: the bytes, a character each, without the line break at the end.
    """

    replaces: ClassVar[bool] = False
    raw: ClassVar[bool] = True

    line: str = attrs.field(validator=latin_1)

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:  # noqa: ARG002  # chance has no part
        for step in plan:
            if isinstance(step, Head):
                yield Mark()
                yield self._worse(step.framed())
            else:
                yield step

    def _worse(self, head: Head) -> Head:
        assert head.framing is not None, "a framed head has a framing"  # noqa: S101
        framing = attrs.evolve(
            head.framing, closes=True, extra_lines=(*head.framing.extra_lines, self.line)
        )
        return attrs.evolve(head, framing=framing)
