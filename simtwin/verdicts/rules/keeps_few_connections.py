"""V23: connections are used again, and not left open."""

from __future__ import annotations

from collections import Counter

from simtwin.verdicts.attempt import Attempt
from simtwin.verdicts.rule import Found, Judged, Rule, judged
from simtwin.verdicts.run import Run


def judge(run: Run) -> Judged:
    lines = run.thresholds
    requests = Counter(attempt.entry.connection for attempt in run.attempts)
    # Those that somebody ended were not left open.
    ended = {a.entry.connection for a in run.attempts if a.entry.closed_by is not None}
    open_ = [name for name in requests if name not in ended]
    most = _most_at_once(run)
    opened, asked = len(requests), len(run.attempts)
    notes = [f"{opened} connections for {asked} requests, {most} at once at most"]
    reused = any(count > 1 for count in requests.values())
    found = []
    # A process a request, which uses no connection twice, leaks none.
    if reused and len(open_) > 2 * most + lines.leaked_connections:
        text = (
            f"left {len(open_)} connections behind, and never had more than {most} requests at once"
        )
        evidence = [a for a in run.attempts if requests[a.entry.connection] == 1]
        found.append(Found(text, evidence, "warning", "medium"))
    missing = f"more than {lines.leaked_connections} requests on connections that are used again"
    exercised = reused and asked > lines.leaked_connections
    return judged(found, exercised=exercised, missing=missing, notes=notes if asked else ())


def _most_at_once(run: Run) -> int:
    moments = sorted(moment for attempt in run.attempts for moment in _moments(attempt))
    most = now = 0
    for _, change in moments:
        now += change
        most = max(most, now)
    return most


def _moments(attempt: Attempt) -> tuple[tuple[float, int], tuple[float, int]]:
    return (attempt.began, 1), (attempt.ended, -1)


RULE = Rule(
    "V23",
    "keeps few connections and uses them again",
    "Read or close every answer, errors too, and share one client: what is neither read nor closed holds its connection.",
    "anthropic-sdk-python#552, litellm#11345",
    judge,
)
