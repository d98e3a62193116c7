"""V8: a call ends after so many attempts."""

from __future__ import annotations

from simtwin.verdicts.calls import Call
from simtwin.verdicts.rule import Found, Judged, Rule, Severity, judged
from simtwin.verdicts.run import Run
from simtwin.verdicts.thresholds import Thresholds


def judge(run: Run) -> Judged:
    lines = run.thresholds
    found = []
    for call in run.calls:
        if not call.evidence:
            continue
        severity = _severity(len(call.attempts), lines)
        tried = _tried(call)
        text = f"one call made {len(call.attempts)} attempts"
        if tried > lines.trying_seconds:
            severity = "error"
            text += f" and waited {tried:.0f} s between them that nobody had asked for"
        if severity is not None:
            found.append(Found(text, call.attempts, severity, call.confidence))
    return judged(
        found, exercised=any(attempt.failed for attempt in run.attempts), missing="a failure"
    )


def _severity(attempts: int, lines: Thresholds) -> Severity | None:
    if lines.max_attempts is not None:
        return "error" if attempts > lines.max_attempts else None
    if attempts > lines.attempts_error:
        return "error"
    if attempts > lines.attempts_warning:
        return "warning"
    return "info" if attempts > lines.attempts_info else None


def _tried(call: Call) -> float:
    """Seconds that it waited of its own will."""
    pairs = zip(call.waits, call.attempts, strict=False)
    return sum(max(0.0, wait - (before.retry_after or 0.0)) for wait, before in pairs)


RULE = Rule(
    "V8",
    "gives up after a few attempts",
    "Give each call a budget of attempts, three or so, and count the attempts of every layer in it.",
    "Google, Site Reliability Engineering: a budget of up to three attempts a request",
    judge,
)
