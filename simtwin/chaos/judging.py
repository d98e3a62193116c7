"""The rules of `simtwin.verdicts`, in the words of a report."""

from __future__ import annotations

from collections.abc import Sequence

from simtwin.chaos.judgement import Finding, Judgement, Ruling
from simtwin.core.entry import Entry
from simtwin.core.journal_line import Line
from simtwin.verdicts.judging import judge
from simtwin.verdicts.verdict import Finding as Found
from simtwin.verdicts.verdict import RuleVerdict


def judgement(lines: Sequence[Line]) -> Judgement:
    """What the rules make of what a journal tells."""
    endpoints = {line.request: line.endpoint for line in lines if isinstance(line, Entry)}
    verdict = judge(lines)
    return Judgement(
        rulings=tuple(_ruling(rule, endpoints) for rule in verdict.rules),
        waste=verdict.waste,
        amplification=verdict.amplification,
    )


def _ruling(said: RuleVerdict, endpoints: dict[str, str]) -> Ruling:
    more = (f"{said.more:,} more findings are not listed",) if said.more else ()
    return Ruling(
        rule=said.id,
        title=said.title,
        advice=said.advice,
        source=said.source,
        value=said.value,
        found=tuple(_finding(found, endpoints) for found in said.findings),
        missing=said.missing,
        notes=(*said.notes, *more),
    )


def _finding(found: Found, endpoints: dict[str, str]) -> Finding:
    requests = tuple(each.request for each in found.evidence)
    asked = dict.fromkeys(endpoints[each] for each in requests)
    return Finding(
        text=found.text,
        requests=requests,
        # What a run as a whole shows has no endpoint of its own.
        endpoint="+".join(asked) or "all",
        severity=found.severity,
        confidence=found.confidence,
    )
