"""V28: a call does not take longer than its timeouts allow."""

from __future__ import annotations

import math

from simtwin.verdicts.attempt import Attempt
from simtwin.verdicts.calls import Call
from simtwin.verdicts.rule import Found, Judged, Rule, judged
from simtwin.verdicts.run import Run


def judge(run: Run) -> Judged:
    found, exercised = [], False
    for call in run.calls:
        allowed = _allowed(call)
        if allowed is None:
            continue
        exercised = True
        took = call.attempts[-1].ended - call.attempts[0].began
        if took > allowed + run.thresholds.deadline_slack_seconds:
            text = f"took {took:.1f} s, and its timeouts and waits allow {allowed:.1f} s"
            found.append(Found(text, call.attempts, "info", call.confidence))
    missing = "a call that names its timeout in x-stainless-timeout"
    return judged(found, exercised=exercised, missing=missing)


def _allowed(call: Call) -> float | None:
    """Seconds that the timeout of each attempt allows, with the waits between them."""
    timeouts = [_timeout(attempt) for attempt in call.attempts]
    if any(timeout is None for timeout in timeouts):
        return None
    return sum(t for t in timeouts if t is not None) + sum(max(0.0, wait) for wait in call.waits)


def _timeout(attempt: Attempt) -> float | None:
    try:
        # It may also say "NOT_GIVEN".
        seconds = float(attempt.entry.stainless.get("timeout", ""))
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds > 0 else None


RULE = Rule(
    "V28",
    "keeps a deadline in all",
    "Bound the whole call, not only each read: a timeout of reads never fires while bytes drip in.",
    "the official SDKs' timeout is one of reads",
    judge,
)
