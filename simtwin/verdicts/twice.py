"""What was asked twice: while the first was under way, or when it had been answered."""

from __future__ import annotations

from collections.abc import Iterator

from simtwin.verdicts.attempt import Attempt, Which
from simtwin.verdicts.run import Run


def hedges(run: Run) -> Iterator[tuple[Attempt, Attempt]]:
    """Attempts that began while the same was being asked, with that one.

    Copies that begin together are samples of one prompt, and no hedges; what is tried again while
    a sample is under way is a retry.
    """
    again = {retry.after.entry.id for retry in run.retries} if run.overlaps else ()
    for first, second in run.overlaps:
        is_sample = second.began - first.began < run.thresholds.hedge_seconds
        if second.entry.id not in again and not is_sample:
            yield first, second


def asked_again(run: Run) -> Iterator[tuple[Attempt, Attempt]]:
    """Attempts of a call that had been answered whole, with the one that had been."""
    answered: dict[Which, Attempt] = {}
    for attempt in run.attempts:
        before = answered.get(attempt.which)
        if before is not None and _is_again(before, attempt, run.thresholds.duplicate_seconds):
            yield before, attempt
        if not attempt.failed:
            answered[attempt.which] = attempt


def _is_again(before: Attempt, after: Attempt, seconds: float) -> bool:
    """Whether it is the same call: that the same is asked is nothing, samples of one prompt do."""
    # Who names all turns of a conversation alike asks something else in each.
    same = before.asked.question == after.asked.question
    if not same or not 0 <= after.began - before.ended <= seconds:
        return False
    counts = (before.retry_count, after.retry_count)
    counted = counts[0] is not None and counts[1] == counts[0] + 1
    return after.name is not None or counted
