"""V10: what may pass is tried again."""

from __future__ import annotations

from bisect import bisect_left

from simtwin.verdicts.attempt import Attempt
from simtwin.verdicts.rule import Found, Judged, Rule, judged
from simtwin.verdicts.run import Run, is_retryable

#: Where something is asked: by key and model.
Where = tuple[str, str | None]


def judge(run: Run) -> Judged:
    found, retried = [], False
    asked = _asked(run)
    for call in run.calls:
        first = call.attempts[0]
        # An answer that was begun is V12's matter, and one that the client left is its own.
        if not is_retryable(first) or first.status == 200 or first.entry.ended == "left":
            continue
        if call.evidence or _goes_elsewhere(first, asked, run.thresholds.failover_seconds):
            retried = True
        elif run.until - first.ended >= run.thresholds.given_up_seconds:
            what = "a lost connection" if first.status is None else f"a {first.status}"
            text = f"gave up after {what}, the first attempt"
            found.append(Found(text, call.attempts, "info"))
    missing = (
        "a passing failure, as a 529, that was tried again, here or elsewhere, or left for a minute"
    )
    return judged(found, exercised=retried, missing=missing)


def _asked(run: Run) -> dict[bytes, dict[Where, list[float]]]:
    """When each conversation was asked for, by where, whatever else was asked for with it."""
    asked: dict[bytes, dict[Where, list[float]]] = {}
    for attempt in run.attempts:
        if attempt.asked.chain:
            where = (attempt.entry.key, attempt.entry.model)
            asked.setdefault(attempt.asked.chain[-1], {}).setdefault(where, []).append(
                attempt.began
            )
    return asked


def _goes_elsewhere(
    first: Attempt, asked: dict[bytes, dict[Where, list[float]]], seconds: float
) -> bool:
    """Whether another model, or another key, was asked what the first was refused."""
    if not first.asked.chain:
        return False
    for where, moments in asked[first.asked.chain[-1]].items():
        if where != (first.entry.key, first.entry.model):
            at = bisect_left(moments, first.ended)
            if at < len(moments) and moments[at] <= first.ended + seconds:
                return True
    return False


RULE = Rule(
    "V10",
    "retries what may pass",
    "Retry 408, 409, 429, 5xx and connections that were lost before an answer, at least once.",
    "the API's page on errors",
    judge,
)
