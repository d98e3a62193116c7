"""V22: what is sent is read."""

from __future__ import annotations

from simtwin.verdicts.rule import Found, Judged, Rule, judged
from simtwin.verdicts.run import Run


def judge(run: Run) -> Judged:
    line = run.thresholds.unread_seconds
    found = [
        Found(
            f"left what was sent unread for {attempt.entry.blocked_seconds:.1f} s",
            (attempt,),
            "info",
        )
        for attempt in run.attempts
        if attempt.entry.blocked_seconds > line
    ]
    # An answer that fits into the system's buffers tells nothing of its reader.
    exercised = any(a.entry.wire_bytes > _BUFFERED and not a.failed for a in run.attempts)
    return judged(found, exercised=exercised, missing="an answer of more than 4 MB")


#: What Linux lets a socket of loopback hold, both ends together (tcp_wmem's and tcp_rmem's default
#: maximum are 4 and 6 MB, and a reader that stops is noticed well before both are full).
_BUFFERED = 4_000_000

RULE = Rule(
    "V22",
    "reads as fast as it is sent",
    "Read the stream in a task of its own, so that what is done with each event does not hold it up.",
    "TCP's flow control",
    judge,
)
