"""A verdict in lines of plain text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from simtwin.verdicts.calls import Confidence
from simtwin.verdicts.figures import chart, wasted
from simtwin.verdicts.rule import Severity
from simtwin.verdicts.verdict import Finding, RuleVerdict, Verdict, failing

#: Of the requests that show a finding, so many are named.
NAMED = 4
#: Of the findings of one rule, so many are told.
TOLD = 5


def text(verdict: Verdict, least: Confidence = "medium") -> str:
    """All of it: what was done, what was wrong, what was right, and what never came up."""
    lines = [summary(verdict)]
    for severity in ("error", "warning", "info"):
        for rule in verdict.rules:
            if rule.severity == severity:
                lines += _rule(rule, rule.findings)
    lines += [f"note, {rule.id}: {note}" for rule in verdict.rules for note in rule.notes]
    passed = [rule.id for rule in verdict.rules if rule.value == "pass"]
    lines.append(f"passed: {', '.join(passed) or 'nothing'}")
    lines += [
        f"not exercised, {rule.id} {rule.title}: {rule.missing}"
        for rule in verdict.rules
        if rule.value == "not_exercised"
    ]
    lines += [*wasted(verdict.waste), *chart(verdict.amplification)]
    weak = _weak(verdict, least)
    if weak:
        lines.append(f"of the findings, {weak} are less sure than {least} and fail nothing")
    return printable(lines)


def findings(verdict: Verdict, fail_on: Severity = "error", least: Confidence = "medium") -> str:
    """What fails a run, and nothing else; empty where nothing does."""
    by_rule: dict[str, list[Finding]] = {}
    for rule, finding in failing(verdict, fail_on, least):
        by_rule.setdefault(rule.id, []).append(finding)
    lines: list[str] = []
    for rule in verdict.rules:
        if rule.id in by_rule:
            lines += _rule(rule, by_rule[rule.id])
    return printable(lines)


def summary(verdict: Verdict) -> str:
    """A line: how much was judged, and what was left out."""
    ratio = verdict.amplification.overall.ratio
    line = (
        f"{verdict.attempts} requests of {verdict.calls} calls in {verdict.seconds:.1f} s, "
        f"{ratio:g} a call"
    )
    if verdict.own:
        line += f"; {verdict.own} left out that the twin itself refused or broke"
    if verdict.upstream:
        line += f"; {verdict.upstream} of them met trouble of the upstream's own"
    if verdict.dropped:
        line += f"; {verdict.dropped} dropped before them for want of room"
    if verdict.outcomes:
        line += f"; {verdict.outcomes} outcomes told"
    if verdict.unmatched:
        line += f", {verdict.unmatched} of calls that no request names"
    return line


def printable(lines: Iterable[str]) -> str:
    """Lines as one text, with nothing in it that a terminal obeys."""
    return "\n".join("".join(c if c.isprintable() else "�" for c in line) for line in lines)


def _rule(rule: RuleVerdict, found: Iterable[Finding]) -> Iterator[str]:
    told = list(found)
    worst = told[0].severity if told else rule.severity
    yield f"{worst}, {rule.id} {rule.title}:"
    for finding in told[:TOLD]:
        named = ", ".join(each.request for each in finding.evidence[:NAMED])
        more = finding.requests - min(NAMED, len(finding.evidence))
        others = f" and {more} more" if more > 0 else ""
        at = f"at {finding.evidence[0].began:.3f} s, " if finding.evidence else ""
        yield f"  {finding.text} ({at}{named}{others}; confidence {finding.confidence})"
    left_out = len(told) - TOLD + rule.more
    if left_out > 0:
        yield f"  and {left_out} more of these"
    yield f"  {rule.advice}"


def _weak(verdict: Verdict, least: Confidence) -> int:
    every = sum(len(rule.findings) for rule in verdict.rules)
    return every - len(failing(verdict, "info", least))
