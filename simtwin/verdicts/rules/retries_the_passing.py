"""V10: what may pass is tried again."""

from __future__ import annotations

from simtwin.verdicts.rule import Found, Judged, Rule, judged
from simtwin.verdicts.run import Run, is_retryable


def judge(run: Run) -> Judged:
    found, retried = [], False
    for call in run.calls:
        first = call.attempts[0]
        # An answer that was begun is V12's matter, and one that the client left is its own.
        if not is_retryable(first) or first.status == 200 or first.entry.ended == "left":
            continue
        if call.evidence:
            retried = True
        elif run.until - first.ended >= run.thresholds.given_up_seconds:
            what = "a lost connection" if first.status is None else f"a {first.status}"
            text = f"gave up after {what}, the first attempt"
            found.append(Found(text, call.attempts, "info"))
    missing = "a passing failure, as a 529, that was tried again or left for a minute"
    return judged(found, exercised=retried, missing=missing)


RULE = Rule(
    "V10",
    "retries what may pass",
    "Retry 408, 409, 429, 5xx and connections that were lost before an answer, at least once.",
    "the API's page on errors",
    judge,
)
