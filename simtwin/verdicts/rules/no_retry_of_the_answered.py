"""V11: what was answered is not asked again."""

from __future__ import annotations

from collections.abc import Iterator

from simtwin.verdicts.attempt import Attempt
from simtwin.verdicts.calls import named
from simtwin.verdicts.rule import Found, Judged, Rule, judged
from simtwin.verdicts.run import Run


def judge(run: Run) -> Judged:
    exercised = any(not attempt.failed for attempt in run.attempts)
    return judged(_found(run), exercised=exercised, missing="an answer that was whole")


def _found(run: Run) -> Iterator[Found]:
    answered: dict[tuple[str, object], Attempt] = {}
    for attempt in run.attempts:
        which = (attempt.entry.key, named(attempt) or attempt.asked.question)
        before = answered.get(which)
        if before is not None and _again(before, attempt, run.thresholds.duplicate_seconds):
            wait = attempt.began - before.ended
            text = f"asked again {wait:.2f} s after it had been answered, as a retry"
            yield Found(text, (before, attempt), "warning", "high")
        if not attempt.failed:
            answered[which] = attempt


def _again(before: Attempt, after: Attempt, seconds: float) -> bool:
    """Whether it is the same call: that the same is asked is nothing, samples of one prompt do."""
    if not 0 <= after.began - before.ended <= seconds:
        return False
    counts = (before.retry_count, after.retry_count)
    counted = counts[0] is not None and counts[1] == counts[0] + 1
    return named(after) is not None or counted


RULE = Rule(
    "V11",
    "does not ask again what was answered",
    "Let a call end with its answer: look at timeouts that fire while the answer is being read.",
    "livekit/agents-js#2477, nanobot#4038",
    judge,
)
