"""The verdict on what a journal holds, in steps between which other tasks have their turn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
import trio

from simtwin.core.journal import Entry
from simtwin.verdicts.judging import judging
from simtwin.verdicts.outcome import Outcome
from simtwin.verdicts.verdict import Verdict


async def verdict(lines: Iterable[bytes], outcomes: Sequence[Outcome], *, dropped: int) -> Verdict:
    """The verdict on lines of a journal.

    Args:
        lines: the journal's, oldest first.
        outcomes: what was told of calls.
        dropped: how many entries it had no room for.
    """
    # What is added to the journal meanwhile is no matter of this verdict.
    steps = judging(map(_decode, list(lines)), outcomes=outcomes, dropped=dropped)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            found: Verdict = done.value
            return found
        await trio.lowlevel.checkpoint()


_decode = msgspec.json.Decoder(Entry).decode
