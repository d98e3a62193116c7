"""V13: a cut stream is not taken for a whole answer."""

from __future__ import annotations

from collections.abc import Iterator

from simtwin.verdicts.attempt import Attempt
from simtwin.verdicts.calls import Confidence
from simtwin.verdicts.rule import Found, Judged, Rule, judged
from simtwin.verdicts.run import Run

_HOW = {
    "partial": "the part of an answer that was sent before the cut stands as a finished turn",
    "tool": "a call of a tool whose input was cut stands as a finished turn",
}


def judge(run: Run) -> Judged:
    cut = {attempt.entry.request: attempt for attempt in run.attempts if attempt.cut}
    retried = {r.before.entry.request for r in run.retries if r.before.cut}
    raised = told(run, cut, "raised")
    found = [*_in_history(run, cut), *_returned(run, cut)]
    unknown = len(cut) - len(set(cut) & (retried | set(raised)))
    if not cut:
        missing = "a stream that is cut before message_stop"
    else:
        missing = (
            "to know what the client made of the cut: a further turn of the conversation, "
            "a retry, or its outcome, told to SIMTWIN_OUTCOME_URL"
        )
    notes = [f"of {len(cut)} cut streams, {unknown} are unknown"] if unknown and cut else []
    return judged(found, exercised=len(cut) > unknown, missing=missing, notes=notes)


def told(run: Run, attempts: dict[str, Attempt], outcome: str) -> dict[str, Attempt]:
    """Of attempts by request, those whose call was told to have had that outcome."""
    return {
        request: attempt
        for request, attempt in attempts.items()
        if any(each.outcome == outcome for each in run.told_of(attempt))
    }


def _in_history(run: Run, cut: dict[str, Attempt]) -> Iterator[Found]:
    for attempt in run.attempts:
        kept = run.kept.get(attempt.entry.id)
        if kept is not None and kept.how in _HOW:
            before = cut.get(kept.request)
            evidence = (attempt,) if before is None else (before, attempt)
            sure: Confidence = "high" if kept.sure else "medium"
            yield Found(_HOW[kept.how], evidence, "error", sure)


def _returned(run: Run, cut: dict[str, Attempt]) -> Iterator[Found]:
    last = {call.attempts[-1].entry.request for call in run.calls if call.attempts[-1].cut}
    for request, attempt in told(run, cut, "returned").items():
        # What was tried again and answered was rightly returned.
        if request in last:
            text = "the program was given a cut answer as if it were whole"
            yield Found(text, (attempt,), "error", "high")


RULE = Rule(
    "V13",
    "notices that a stream was cut",
    "Take a stream for whole only once message_stop has come; else raise, or ask again.",
    "SamSaffron/term-llm#955, BerriAI/litellm#42085, sudoprivacy/sudocode#576",
    judge,
)
