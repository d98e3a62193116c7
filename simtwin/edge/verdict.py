"""The verdict on what a journal holds, in steps between which other tasks have their turn."""

from __future__ import annotations

from collections.abc import Iterable

import trio

from simtwin.core.journal_line import read
from simtwin.verdicts.judging import judging
from simtwin.verdicts.verdict import Verdict


async def verdict(lines: Iterable[bytes]) -> Verdict:
    """The verdict on lines of a journal, oldest first."""
    # What is added to the journal meanwhile is no matter of this verdict.
    steps = judging(map(read, list(lines)), dropped=0)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            found: Verdict = done.value
            return found
        await trio.lowlevel.checkpoint()
