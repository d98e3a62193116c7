"""V20: a call that is cancelled leaves the connection."""

from __future__ import annotations

from simtwin.verdicts.attempt import Attempt
from simtwin.verdicts.rule import Found, Judged, Rule, judged
from simtwin.verdicts.run import Run


def judge(run: Run) -> Judged:
    found, exercised = [], False
    for attempt in run.attempts if run.outcomes else ():
        moments = (each.at for each in run.told_of(attempt) if each.outcome == "cancelled")
        at = next((moment for moment in moments if moment is not None), None)
        if at is None:
            continue
        late = _late(attempt, at)
        if late is None:
            continue
        exercised = True
        # What ends by itself so soon after leaves nobody the time to close it.
        if late <= run.thresholds.cancel_seconds:
            continue
        if attempt.entry.ended != "left":
            text = "was cancelled and received to its end all the same"
            found.append(Found(text, (attempt,), "error"))
        else:
            text = f"left the connection {late:.1f} s after it was cancelled"
            found.append(Found(text, (attempt,), "warning"))
    missing = "a call that was cancelled while it was answered, told by whoever cancels it"
    return judged(found, exercised=exercised, missing=missing)


def _late(attempt: Attempt, at: float) -> float | None:
    """Seconds from the cancelling to the end; None where it was over before, or began later."""
    late = attempt.start + attempt.ended - at
    return late if late >= 0 and attempt.start + attempt.began <= at else None


RULE = Rule(
    "V20",
    "closes what it cancels",
    "Close the stream when you stop reading it (`with`, or `close()`): a reference to it keeps it open and billed.",
    "BerriAI/litellm#17364, QuantumNous/new-api#4184",
    judge,
)
