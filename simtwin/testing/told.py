"""What a client did, as lines of text for whoever reads of a test that failed."""

from __future__ import annotations

from simtwin.testing.handle import Handle
from simtwin.verdicts.attempt import Attempt
from simtwin.verdicts.text import findings

#: More than one test makes in a sensible time; the last ones are those that matter.
MOST = 40


def told(handle: Handle) -> str:
    """A line an attempt, with the calls that they make up, what was never met, and what was wrong."""
    lines = []
    for number, call in enumerate(handle.calls, 1):
        for which, attempt in enumerate(call.attempts, 1):
            lines.append(f"call {number}, attempt {which}: {_line(attempt)}")
    left_out = len(lines) - MOST
    if left_out > 0:
        lines = [f"({left_out} attempts before these)", *lines[-MOST:]]
    found = findings(handle.verdict(), "info")
    return "\n".join(
        [
            *(lines or ["no request came in"]),
            *(f"not met: {s}" for s in handle.unmet),
            *([found] if found else []),
        ]
    )


def _line(attempt: Attempt) -> str:
    answered = "no answer" if attempt.status is None else str(attempt.status)
    words = [f"at {attempt.began:.3f} s", answered, *attempt.faults]
    if attempt.retry_after is not None:
        words.append(f"retry-after {attempt.retry_after:g} s")
    if attempt.entry.ended != "end":
        words.append("cut by the twin" if attempt.entry.ended == "hangup" else "the client left")
    return ", ".join([*words, f"over at {attempt.ended:.3f} s"])
