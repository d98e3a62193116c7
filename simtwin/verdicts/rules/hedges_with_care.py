"""V24: a question that is asked twice at once costs twice."""

from __future__ import annotations

from simtwin.verdicts.attempt import Attempt
from simtwin.verdicts.figures import duration
from simtwin.verdicts.rule import Found, Judged, Rule, Severity, judged
from simtwin.verdicts.run import Run
from simtwin.verdicts.twice import hedges


def judge(run: Run) -> Judged:
    lines = run.thresholds
    refused: dict[bytes, float] = {}
    found, at = [], 0
    refusals = sorted((a for a in run.attempts if a.status in (429, 529)), key=lambda a: a.ended)
    for first, second in hedges(run):
        while at < len(refusals) and refusals[at].ended <= second.began:
            refused[refusals[at].asked.question] = refusals[at].ended
            at += 1
        found.append(_found(first, second, refused, lines.hedge_after_refusal_seconds))
    overlap = bool(found) or bool(run.overlaps)
    missing = "the same question twice at once"
    return judged(found, exercised=overlap, missing=missing)


def _found(first: Attempt, second: Attempt, refused: dict[bytes, float], seconds: float) -> Found:
    wait = duration(second.began - first.began)
    text = f"asked the same again {wait} later, while the first was under way"
    severity: Severity = "info"
    # Samples of one prompt may begin apart as well, but all of them are wanted and read.
    is_sure = second.name is not None or "left" in (first.entry.ended, second.entry.ended)
    if is_sure and second.began - refused.get(second.asked.question, float("-inf")) <= seconds:
        severity = "error"
        text += ", and after it had been refused"
    return Found(text, (first, second), severity, "medium")


RULE = Rule(
    "V24",
    "hedges rarely, and never into an overload",
    "Hedge the slowest few in a hundred alone, cancel the loser, and stop hedging at the first 429 or 529.",
    "Dean and Barroso, The tail at scale",
    judge,
)
