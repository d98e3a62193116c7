"""V27: where a client goes when a model is overloaded. Nothing of it is wrong."""

from __future__ import annotations

from simtwin.verdicts.attempt import Attempt
from simtwin.verdicts.rule import Judged, Rule, judged
from simtwin.verdicts.run import Run


def judge(run: Run) -> Judged:
    overloaded: dict[tuple[str, bytes], Attempt] = {}
    ways: dict[tuple[str, str], int] = {}
    for attempt in run.attempts:
        entry, chain = attempt.entry, attempt.asked.chain
        if not chain:
            continue
        which = (entry.key, chain[-1])
        before = overloaded.get(which)
        if (
            before is not None
            and entry.model not in (None, before.entry.model)
            and attempt.began - before.ended <= run.thresholds.failover_seconds
        ):
            way = (before.entry.model or "?", entry.model or "?")
            ways[way] = ways.get(way, 0) + 1
            del overloaded[which]
        if attempt.status == 529:
            overloaded[which] = attempt
    notes = [f"{count} calls went from {left} to {taken}" for (left, taken), count in ways.items()]
    exercised = any(attempt.status == 529 for attempt in run.attempts)
    return judged((), exercised=exercised, missing="a 529", notes=notes[:20])


RULE = Rule(
    "V27",
    "fails over to another model",
    "Decide which models may answer for which, and mind that everybody goes the same way.",
    "overloads of one line of models spill over to the next",
    judge,
)
