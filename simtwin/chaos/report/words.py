"""Words that every form of a report uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from simtwin.chaos.document import AttemptDoc, FindingDoc, Report, RunDoc
from simtwin.chaos.judgement import CONFIDENCES, SEVERITIES
from simtwin.chaos.outcome import Result
from simtwin.verdicts.figures import amplified, counted, wasted

RESULTS: Mapping[Result, str] = MappingProxyType(
    {
        "good": "good",
        "findings": "findings",
        "not_exercised": "not exercised",
        "command_failed": "the command failed",
        "not_started": "not started",
        "stopped": "stopped",
    }
)


#: Of the findings of a rule so many are told at once, and of each the first requests.
TOLD = 3
NAMED = 6


def title(report: Report, run: RunDoc) -> str:
    """What a run is called."""
    number = f", run {run.number} of {report.runs_asked}" if report.runs_asked > 1 else ""
    return f"{report.scenario}{number}, seed {run.seed}"


def summary(run: RunDoc) -> str:
    """A run in a line."""
    status = "not started" if run.command_status is None else f"exit status {run.command_status}"
    calls = counted(run.amplification.overall.calls, "call")
    unanswered = f", {run.unanswered:,} of them without an answer" if run.unanswered else ""
    return (
        f"{counted(run.requests, 'request')}, {run.faulted:,} with faults, of {calls}{unanswered}, in"
        f" {run.seconds:.1f} s; the command: {status}"
    )


def lead(report: Report) -> str:
    """What it comes to, in a sentence. Where nothing is wrong it says how much was looked at."""
    if report.why or not report.runs:
        return "; ".join(report.why) or "nothing was run"
    rules = [rule for run in report.runs for rule in run.rules]
    shown = {rule.rule for rule in rules if rule.value != "not_exercised"}
    of = len({rule.rule for rule in rules})
    said = f"nothing to complain of in the {len(shown)} of {of} rules that were exercised"
    light = sum(len(run.findings) for run in report.runs)
    does = "does" if light == 1 else "do"
    return f"{said}, but {counted(light, 'finding')} that {does} not count" if light else said


def figures(run: RunDoc) -> Iterator[str]:
    """How requests multiplied in a run, and what was thrown away, in lines; none of no requests."""
    if run.amplification.overall.attempts:
        yield amplified(run.amplification)
        thrown = list(wasted(run.waste))
        yield from thrown or ["no tokens were thrown away"]


def run_figures(run: RunDoc) -> dict[str, float]:
    """The same as numbers, by names that a program may look for."""
    waste = run.waste
    return {
        "requests": run.requests,
        "requests_with_faults": run.faulted,
        "requests_a_call": run.amplification.overall.ratio,
        "wasted_input_tokens": waste.aborted.input_tokens + waste.duplicated.input_tokens,
        "wasted_output_tokens": waste.aborted.output_tokens + waste.duplicated.output_tokens,
        "wasted_dollars_estimate": round(waste.aborted.dollars + waste.duplicated.dollars, 6),
    }


def by_rule(run: RunDoc) -> list[list[FindingDoc]]:
    """The findings of a run, a list a rule, what counts and the gravest first."""
    found: dict[str, list[FindingDoc]] = {}
    for finding in run.findings:
        found.setdefault(finding.rule, []).append(finding)
    grave = [sorted(each, key=_gravity, reverse=True) for each in found.values()]
    return sorted(grave, key=lambda each: _gravity(each[0]), reverse=True)


def _gravity(finding: FindingDoc) -> tuple[bool, int, int]:
    sure = CONFIDENCES.index(finding.confidence)
    return finding.counts, SEVERITIES.index(finding.severity), sure


def rule_of(finding: FindingDoc) -> str:
    """The rule that was broken, so that nobody takes it for what the client did."""
    return f"{finding.rule}: a good client {finding.title}"


def standing(finding: FindingDoc) -> str:
    """How grave and sure a finding is, and why it does not count where it does not."""
    words = f"{finding.severity}, {finding.confidence} confidence"
    if finding.known:
        return f"{words}, known"
    return words if finding.counts else f"{words}, does not count"


def rules_that(run: RunDoc, value: str) -> list[str]:
    """The ids of the rules of that value."""
    return [each.rule for each in run.rules if each.value == value]


def answered(attempt: AttemptDoc) -> str:
    """What an attempt got."""
    end = "" if attempt.whole else f", {ended(attempt)}"
    return f"{'no answer' if attempt.status is None else attempt.status}{end}"


def ended(attempt: AttemptDoc) -> str:
    """How an answer ended."""
    if attempt.whole:
        return "whole"
    return {"left": "the client left", "hangup": "cut off"}.get(attempt.ended_by or "", "not whole")
