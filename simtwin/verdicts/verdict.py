"""The verdict on a run as a document: what reports, CI and people read.

`version` goes up whenever a reader of an older one could be wrong.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from simtwin.verdicts.amplification import Amplification
from simtwin.verdicts.calls import Confidence, at_least
from simtwin.verdicts.rule import SEVERITIES, Severity, Value
from simtwin.verdicts.waste import Waste

VERSION: Literal[1] = 1


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """A request: its id, and when it began and was over, seconds from the start of the run."""

    request: str
    began: float
    ended: float
    status: int | None


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a client did wrong.

    Args:
        text: what it did.
        severity: how bad it is.
        confidence: how sure it is that it was one call that did it.
        evidence: the first requests that show it, and `requests`, how many do.
    """

    text: str
    severity: Severity
    confidence: Confidence
    evidence: tuple[Evidence, ...]
    requests: int


class RuleVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule says.

    Args:
        id: "V1" and so on.
        title: what a good client does.
        value: "not_exercised" where the run had nothing to judge by.
        severity: that of the worst finding; None without one.
        missing: what a run would have to meet, where the rule was not exercised.
        findings: the worst ones, and `more`, how many there are beside.
        notes: what there is to know beside.
        advice: what to do about it.
        source: where the rule is from.
    """

    id: str
    title: str
    value: Value
    severity: Severity | None
    missing: str
    findings: tuple[Finding, ...]
    more: int
    notes: tuple[str, ...]
    advice: str
    source: str


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict on a run.

    Args:
        version: of this document.
        began: the Unix time that other times are counted from.
        seconds: from then to the last thing that happened.
        keys: those whose requests were judged, the first hundred.
        attempts: requests that were judged, and `calls`, what they make up.
        own: requests that were left out, since it was the twin itself that refused or broke them.
        upstream: of the attempts, those that a real upstream refused or cut, rather than a fault.
        dropped: requests that the journal had no room for, or None where that is not known: what
            went before the first one judged is then missing.
        outcomes: what was told of calls by those who made them; `unmatched`, how many of these are
            of calls that no request was of.
        rules: what each says, in order.
        waste: what the run cost, and how much of that was for nothing.
        amplification: how many requests there were a call.
    """

    version: Literal[1]
    began: float
    seconds: float
    keys: tuple[str, ...]
    attempts: int
    calls: int
    own: int
    upstream: int
    dropped: int | None
    outcomes: int = 0
    unmatched: int = 0
    rules: tuple[RuleVerdict, ...]
    waste: Waste
    amplification: Amplification


def failing(
    verdict: Verdict, fail_on: Severity = "error", least: Confidence = "medium"
) -> list[tuple[RuleVerdict, Finding]]:
    """The findings that are as grave and as sure as that, in order of the rules."""
    grave = SEVERITIES[SEVERITIES.index(fail_on) :]
    return [
        (rule, finding)
        for rule in verdict.rules
        for finding in rule.findings
        if finding.severity in grave and at_least(finding.confidence, least)
    ]
