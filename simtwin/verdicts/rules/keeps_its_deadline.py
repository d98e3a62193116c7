"""V28: a call does not take longer than its timeouts allow."""

from __future__ import annotations

import math
from functools import lru_cache

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
    allowed = 0.0
    for attempt in call.attempts:
        timeout = _seconds(attempt.entry.stainless.get("timeout"))
        if timeout is None:
            return None
        allowed += timeout
    return allowed + sum(max(0.0, wait) for wait in call.waits)


# A client mostly says the same in all of its requests.
@lru_cache(maxsize=64)
def _seconds(text: str | None) -> float | None:
    try:
        # It may also say "NOT_GIVEN".
        seconds = float(text or "")
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
