"""V14: what was said before is told as it was."""

from __future__ import annotations

from collections.abc import Iterator

from simtwin.verdicts.rule import Found, Judged, Rule, judged
from simtwin.verdicts.run import Run


def judge(run: Run) -> Judged:
    exercised = any(len(attempt.asked.chain) > 1 for attempt in run.attempts)
    missing = "a conversation of more than one turn"
    return judged(_found(run), exercised=exercised, missing=missing)


def _found(run: Run) -> Iterator[Found]:
    seen: set[tuple[object, ...]] = set()
    for attempt in run.attempts:
        kept = run.kept.get(attempt.entry.id)
        texts = list(attempt.asked.flaws)
        if kept is not None and kept.how == "doubled":
            texts.append("the text of a cut answer stands there twice: its part, and all of it")
        # A retry tells the same history again, and so does every later turn.
        which = (attempt.entry.key, attempt.asked.chain[:1], *texts)
        if texts and which not in seen:
            seen.add(which)
            yield Found("; ".join(texts), (attempt,), "error", "high")


RULE = Rule(
    "V14",
    "keeps a clean history",
    "Store a turn only once it is whole: each call of a tool with its result, no empty content, no text twice.",
    "openclaw#14322, letta-ai/letta#3273, agno#3137",
    judge,
)
