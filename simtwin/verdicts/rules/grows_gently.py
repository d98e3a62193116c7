"""V19: traffic does not rise in a step."""

from __future__ import annotations

from collections import Counter

from simtwin.verdicts.rule import Found, Judged, Rule, judged
from simtwin.verdicts.run import Run

_MINUTE = 60.0


def judge(run: Run) -> Judged:
    lines = run.thresholds
    minutes = Counter(int(attempt.began // _MINUTE) for attempt in run.attempts)
    last = int(run.until // _MINUTE)
    found = []
    for minute in sorted(minutes):
        before, now = minutes[minute - 1], minutes[minute]
        grows = now > lines.acceleration * before
        if minute and grows and now >= lines.acceleration_requests:
            text = f"{before} requests in minute {minute}, {now} in the next"
            began = [a for a in run.attempts if int(a.began // _MINUTE) == minute]
            found.append(Found(text, began, "info"))
    busy = max(minutes.values(), default=0) >= lines.acceleration_requests
    missing = f"two minutes, one with {lines.acceleration_requests} requests"
    return judged(found, exercised=busy and last > 0, missing=missing)


RULE = Rule(
    "V19",
    "raises its pace gradually",
    "Ramp traffic up over some minutes: a sharp rise is refused by itself.",
    "the API's page on rate limits: acceleration limits",
    judge,
)
