"""V23: connections are used again, and not left open."""

from __future__ import annotations

from simtwin.verdicts.attempt import Attempt
from simtwin.verdicts.rule import Found, Judged, Rule, judged
from simtwin.verdicts.run import Run


def judge(run: Run) -> Judged:
    lines = run.thresholds
    told = [attempt for attempt in run.attempts if attempt.entry.open_connections]
    under_way = most_at_once(run)
    opened = len({attempt.entry.connection for attempt in run.attempts})
    most = max(told, key=lambda each: each.entry.open_connections, default=None)
    found = []
    line = 2 * under_way + lines.leaked_connections
    if most is not None and most.entry.open_connections - _used_again(run, most) > line:
        text = (
            f"had {most.entry.open_connections} connections open at once, "
            f"and never more than {under_way} requests under way"
        )
        found.append(Found(text, [*told[-lines.leaked_connections :], most], "warning"))
    notes = [f"{opened} connections for {len(run.attempts)} requests"] if run.attempts else []
    missing = f"more than {lines.leaked_connections} requests, on connections that stay open"
    exercised = bool(told) and len(run.attempts) > lines.leaked_connections
    return judged(found, exercised=exercised, missing=missing, notes=notes)


def _used_again(run: Run, then: Attempt) -> int:
    """How many connections there were by then that were used later on: a pool, or workers at rest."""
    before = {each.entry.connection for each in run.attempts if each.began <= then.ended}
    after = {each.entry.connection for each in run.attempts if each.began > then.ended}
    return len(before & after)


def most_at_once(run: Run) -> int:
    """How many requests were under way at once, at most."""
    ends = sorted(attempt.ended for attempt in run.attempts)
    most = over = 0
    for begun, attempt in enumerate(run.attempts, 1):
        # Begun before ended: where no time passes, a request is over as it begins.
        while ends[over] < attempt.began:
            over += 1
        most = max(most, begun - over)
    return most


RULE = Rule(
    "V23",
    "keeps few connections and uses them again",
    "Read or close every answer, errors too, and share one client: what is neither read nor closed holds its connection.",
    "anthropic-sdk-python#552, litellm#11345",
    judge,
)
