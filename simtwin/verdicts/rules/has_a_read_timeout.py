"""V21: a client does not wait for ever for a connection that says nothing."""

from __future__ import annotations

import math

from simtwin.verdicts.attempt import Attempt
from simtwin.verdicts.rule import Found, Judged, Rule, judged
from simtwin.verdicts.run import Run

#: The kinds that say nothing at all; beside `pings`, which says nothing of meaning.
_SILENT = frozenset(("stall", "hang", "latency"))


def judge(run: Run) -> Judged:
    line = run.thresholds.max_expected_gap_seconds
    found, notes, exercised = [], [], False
    for attempt in run.attempts:
        for kind, seconds in _silences(attempt):
            # A wait may be cut short, by the twin's own limit: then nobody had to be patient.
            lasted = attempt.ended - attempt.began
            if seconds <= line or (attempt.entry.ended != "left" and lasted <= line):
                continue
            exercised = True
            waited = attempt.ended - _last_word(attempt)
            if attempt.entry.ended == "left":
                notes.append(f"{attempt.entry.request}: left after {waited:.1f} s of {kind}")
            else:
                said = "for ever" if math.isinf(seconds) else f"for {seconds:g} s"
                text = f"stayed with a connection that said nothing {said} ({kind})"
                found.append(Found(text, (attempt,), "warning"))
    missing = f"a silence of more than {line:g} s: less may be a model that thinks"
    return judged(found, exercised=exercised, missing=missing, notes=notes[:10])


def _silences(attempt: Attempt) -> list[tuple[str, float]]:
    found = []
    for fired in attempt.entry.fired:
        if fired.kind in _SILENT and fired.outcome == "reached":
            seconds = fired.settings.get("seconds")
            endless = fired.kind == "hang" and seconds is None
            if endless or isinstance(seconds, int | float):
                found.append((fired.kind, math.inf if endless else float(seconds or 0.0)))
    return found


def _last_word(attempt: Attempt) -> float:
    entry = attempt.entry
    at = entry.last_byte_at or entry.body_at or entry.first_byte_at
    return (at or 0.0) - attempt.start


RULE = Rule(
    "V21",
    "gives up on a silent connection",
    "Set a read timeout, above the longest silence that you expect and below for ever; pings do not count as words.",
    "anthropic-sdk-typescript#867, claude-code#61001",
    judge,
)
