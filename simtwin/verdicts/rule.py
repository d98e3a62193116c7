"""What a rule is: a question to a run, which it answers with pass, fail or not exercised."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import attrs

from simtwin.verdicts.attempt import Attempt
from simtwin.verdicts.calls import Confidence
from simtwin.verdicts.run import Run

Value = Literal["pass", "fail", "not_exercised"]
Severity = Literal["info", "warning", "error"]
#: From the least to the gravest.
SEVERITIES: tuple[Severity, ...] = ("info", "warning", "error")


@attrs.frozen
class Found:
    """One thing that a client did wrong.

    Args:
        text: what it did, in a sentence, with the numbers.
        attempts: the evidence, in order.
        severity: how bad it is.
        confidence: how sure it is that the client did it.
    """

    text: str
    attempts: Sequence[Attempt]
    severity: Severity
    confidence: Confidence = "high"


@attrs.frozen
class Judged:
    """A rule's answer.

    Args:
        value: "not_exercised" where the run had nothing to judge by.
        found: what was wrong, where it is "fail".
        missing: what a run would have to meet, where it is "not_exercised".
        notes: what there is to know beside.
    """

    value: Value
    found: tuple[Found, ...] = ()
    missing: str = ""
    notes: tuple[str, ...] = ()


def judged(
    found: Iterable[Found], *, exercised: object, missing: str, notes: Sequence[str] = ()
) -> Judged:
    """Fail for what was found; else pass if the rule was exercised; else what was missing."""
    all_found = tuple(found)
    if all_found:
        return Judged("fail", all_found, notes=tuple(notes))
    if exercised:
        return Judged("pass", notes=tuple(notes))
    return Judged("not_exercised", missing=missing, notes=tuple(notes))


@attrs.frozen
class Rule:
    """One rule.

    Args:
        id: "V1" and so on.
        title: what a good client does.
        advice: what to do about it, in a sentence.
        source: where it is from.
        judge: answers for a run.
    """

    id: str
    title: str
    advice: str
    source: str
    judge: Callable[[Run], Judged]
