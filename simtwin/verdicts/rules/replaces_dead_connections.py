"""V25: a connection that died at rest is replaced once, at once."""

from __future__ import annotations

from simtwin.verdicts.attempt import Attempt
from simtwin.verdicts.rule import Found, Judged, Rule, judged
from simtwin.verdicts.run import Run


def judge(run: Run) -> Judged:
    found, exercised = [], False
    most = run.thresholds.resends
    for call in run.calls:
        first = call.attempts[0]
        if not _died(first):
            continue
        exercised = True
        resent = len(call.attempts) - 1
        if not resent and run.until - first.ended >= run.thresholds.given_up_seconds:
            text = "gave up when a connection that it used again died before an answer"
            found.append(Found(text, call.attempts, "info"))
        elif resent > most and all(_died(each) for each in call.attempts[: most + 1]):
            text = f"sent the same {resent} times more on connections that died"
            found.append(Found(text, call.attempts, "info", call.confidence))
    missing = "a connection that is used again and lost before a byte of the answer"
    return judged(found, exercised=exercised, missing=missing)


def _died(attempt: Attempt) -> bool:
    entry = attempt.entry
    return attempt.lost and not entry.wire_bytes and entry.request_on_connection > 1


RULE = Rule(
    "V25",
    "replaces a connection that died at rest",
    "Send once more on a new connection, at once, when one that was used before ends without a byte of an answer.",
    "Node's reusedSocket; InsForge#1813",
    judge,
)
