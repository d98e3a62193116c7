"""V11: what was answered is not asked again."""

from __future__ import annotations

from collections.abc import Iterator

from simtwin.verdicts.figures import duration
from simtwin.verdicts.rule import Found, Judged, Rule, judged
from simtwin.verdicts.run import Run
from simtwin.verdicts.twice import asked_again


def judge(run: Run) -> Judged:
    exercised = any(not attempt.failed for attempt in run.attempts)
    return judged(_found(run), exercised=exercised, missing="an answer that was whole")


def _found(run: Run) -> Iterator[Found]:
    for before, after in asked_again(run):
        wait = duration(after.began - before.ended)
        text = f"asked again {wait} after it had been answered, as a retry"
        yield Found(text, (before, after), "warning", "high")


RULE = Rule(
    "V11",
    "does not ask again what was answered",
    "Let a call end with its answer: look at timeouts that fire while the answer is being read.",
    "livekit/agents-js#2477, nanobot#4038",
    judge,
)
