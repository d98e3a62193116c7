"""V3: seconds, milliseconds and dates are read alike."""

from __future__ import annotations

from simtwin.verdicts.attempt import Attempt
from simtwin.verdicts.retry_after import form
from simtwin.verdicts.rule import Found, Judged, Rule, judged
from simtwin.verdicts.rules.honours_retry_after import is_early
from simtwin.verdicts.run import Retry, Run

_WORDS = {"seconds": "in seconds", "ms": "in milliseconds", "date": "that is a date"}


def judge(run: Run) -> Judged:
    by_form: dict[str, list[tuple[Retry, bool]]] = {}
    for retry in run.retries:
        told, which = retry.before.retry_after, form(retry.before.entry.told)
        if told is not None and which is not None:
            by_form.setdefault(which, []).append((retry, is_early(retry, told, run.thresholds)))
    honoured = {which for which, seen in by_form.items() if not any(early for _, early in seen)}
    found = []
    # Where no form is honoured, it is not the form that is wrong.
    for which, seen in by_form.items() if honoured else ():
        early = [retry for retry, is_early in seen if is_early]
        if early:
            evidence: list[Attempt] = [early[0].before, early[0].after]
            others = " and ".join(_WORDS[each] for each in sorted(honoured))
            text = f"heeds a retry-after {others}, and none {_WORDS[which]}"
            found.append(Found(text, evidence, "error", early[0].confidence))
    lacking = [_WORDS[each] for each in _WORDS if each not in by_form]
    missing = "retries of refusals with a retry-after " + ", and one ".join(lacking)
    return judged(found, exercised=not lacking or (len(honoured) > 1), missing=missing)


RULE = Rule(
    "V3",
    "reads every form of retry-after",
    "Read retry-after as seconds and as all three forms of a date, and retry-after-ms beside it.",
    "RFC 9110, 5.6.7 and 10.2.3",
    judge,
)
