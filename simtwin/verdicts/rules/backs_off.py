"""V4: each wait is longer than the one before, where nothing says how long to wait."""

from __future__ import annotations

import math
from itertools import takewhile
from statistics import mean, stdev

from simtwin.verdicts.calls import Call
from simtwin.verdicts.rule import Found, Judged, Rule, judged
from simtwin.verdicts.run import Run, is_retryable, worst

# A logarithm wants more than nothing.
_SHORTEST = 0.001


def judge(run: Run) -> Judged:
    lines = run.thresholds
    grew: list[tuple[Call, float]] = []
    for call in run.calls:
        waits = [
            max(wait, _SHORTEST)
            for wait, _ in takewhile(
                lambda pair: pair[1].retry_after is None and is_retryable(pair[1]),
                zip(call.waits, call.attempts, strict=False),
            )
        ]
        # What has reached a cap grows no more, and what does not wait at all is V5's matter.
        under = list(takewhile(lambda wait: wait < lines.backoff_cap_seconds, waits))
        waits = waits[: len(under) + 1]
        if len(waits) > 1 and under and max(waits) >= lines.immediate_seconds:
            grew.append((call, math.log(waits[-1] / waits[0]) / (len(waits) - 1)))
    missing = (
        f"{lines.backoff_calls} calls that failed three times and were not told how long to wait"
    )
    if len(grew) < lines.backoff_calls:
        return judged((), exercised=False, missing=missing)
    rates = [rate for _, rate in grew]
    error = stdev(rates) / math.sqrt(len(rates))
    found = []
    if mean(rates) + lines.backoff_errors * error < math.log(lines.backoff_growth):
        text = (
            f"in {len(grew)} calls each wait was {math.exp(mean(rates)):.2f} times the one before, "
            f"{lines.backoff_growth:g} would be backing off"
        )
        sure = worst([call.confidence for call, _ in grew])
        found.append(Found(text, grew[0][0].attempts, "warning", sure))
    return judged(found, exercised=True, missing=missing)


RULE = Rule(
    "V4",
    "waits longer after each failure",
    "Double the wait after each failure, up to a cap, and draw the wait itself at random below that.",
    "AWS Builders' Library, Timeouts, retries and backoff with jitter",
    judge,
)
