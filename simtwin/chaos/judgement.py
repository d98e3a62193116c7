"""What rules make of a run, in the words of a report: plain values, whoever judged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import attrs

from simtwin.core.journal_line import Line
from simtwin.verdicts.amplification import Amplification
from simtwin.verdicts.waste import Waste

Value = Literal["pass", "fail", "not_exercised"]
Severity = Literal["info", "warning", "error"]
Confidence = Literal["low", "medium", "high"]

#: Each from the least to the most.
SEVERITIES: tuple[Severity, ...] = ("info", "warning", "error")
CONFIDENCES: tuple[Confidence, ...] = ("low", "medium", "high")


@attrs.frozen
class Finding:
    """One thing that the client did wrong.

    Args:
        text: what it did, in a sentence, with the numbers.
        requests: the ids of the requests that show it, in order.
        endpoint: what they asked for.
        severity: how bad it is.
        confidence: how sure it is that the client did it.
    """

    text: str
    requests: tuple[str, ...]
    endpoint: str
    severity: Severity
    confidence: Confidence


@attrs.frozen
class Ruling:
    """The answer of one rule.

    Args:
        rule: its id, such as "V1".
        title: what a good client does.
        advice: what to do about it, in a sentence.
        source: where the rule is from.
        value: "not_exercised" where the run had nothing to judge by.
        found: what was wrong, where it is "fail".
        missing: what a run would have to meet, where it is "not_exercised".
        notes: what there is to know beside.
    """

    rule: str
    title: str
    advice: str
    source: str
    value: Value
    found: tuple[Finding, ...] = ()
    missing: str = ""
    notes: tuple[str, ...] = ()


@attrs.frozen
class Judgement:
    """All that is made of a run: what every rule says, what was wasted, how requests multiplied."""

    rulings: Sequence[Ruling]
    waste: Waste
    amplification: Amplification


#: Judges what the journal of one run tells.
Judge = Callable[[Sequence[Line]], Judgement]
