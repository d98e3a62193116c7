"""V12: what the client was already shown in part is not silently begun anew."""

from __future__ import annotations

from simtwin.verdicts.rule import Found, Judged, Rule, Severity, judged
from simtwin.verdicts.run import Run


def judge(run: Run) -> Judged:
    found = []
    for retry in run.retries:
        entry = retry.before.entry
        if not entry.stream or entry.status != 200 or not entry.sent_tokens:
            continue
        stopped = entry.ended == "left" and not retry.before.faults
        # Whoever stops an answer and asks anew, as people do in a chat, knows that it began.
        if stopped or any(each.outcome == "cancelled" for each in run.told_of(retry.before)):
            continue
        severity: Severity = "error" if run.thresholds.replay_policy == "no_replay" else "info"
        text = f"began anew a stream of which {entry.sent_tokens} tokens had been delivered"
        if entry.sent_tools:
            severity = "error"
            text += f", {entry.sent_tools} whole calls of tools among them"
        found.append(Found(text, (retry.before, retry.after), severity, retry.confidence))
    exercised = any(attempt.cut and attempt.entry.sent_tokens for attempt in run.attempts)
    return judged(found, exercised=exercised, missing="a stream cut after a part of its content")


RULE = Rule(
    "V12",
    "does not replay what was shown",
    "Once a part was shown, or a tool was called, report the cut; or discard the part before you begin anew.",
    "livekit/agents-js#2477, nanobot#4038",
    judge,
)
