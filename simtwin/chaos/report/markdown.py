"""The report as Markdown, for the summary of a step in CI."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from simtwin.chaos.document import FindingDoc, Report, RunDoc
from simtwin.chaos.report.markup import LONGEST, code, escaped, within
from simtwin.chaos.report.words import (
    RESULTS,
    TOLD,
    by_rule,
    figures,
    lead,
    rule_of,
    rules_that,
    standing,
    summary,
    title,
)
from simtwin.verdicts.figures import chart, share


def markdown(report: Report, longest: int = LONGEST) -> bytes:
    """The report as Markdown.

    Args:
        report: what is told.
        longest: the most bytes; whole paragraphs are left out where it would be more.
    """
    return within(_parts(report), longest)


def _parts(report: Report) -> Iterator[str]:
    mark = "✅" if report.status == 0 else "❌"
    yield f"## {mark} simtwin chaos: {RESULTS[report.result]}\n\n"
    yield f"{escaped(lead(report))}\n\n"
    yield (
        "| run | seed | came to | requests | with faults | a call | thrown away | command |\n"
        f"|{'---|' * 8}\n"
    )
    for run in report.runs:
        status = "none" if run.command_status is None else run.command_status
        yield (
            f"| {run.number} | {run.seed} | {RESULTS[run.result]} | {run.requests:,} |"
            f" {run.faulted:,} | {run.amplification.overall.ratio:.2f} | {share(run.waste):.0%} |"
            f" {status} |\n"
        )
    yield "\n"
    for run in sorted(report.runs, key=lambda each: each.result == "good"):
        yield from _run(report, run)
    if report.not_found:
        yield f"In the baseline and not found: {escaped(', '.join(report.not_found))}\n\n"


def _run(report: Report, run: RunDoc) -> Iterator[str]:
    yield f"### {escaped(title(report, run))}\n\n{escaped(summary(run))}\n\n"
    for found in by_rule(run):
        yield from _findings(found)
    for each in run.unmet:
        yield f"- **had to come and did not:** {escaped(each)}\n"
    for each in run.notes:
        yield f"- note: {escaped(each)}\n"
    yield "".join(f"\n{escaped(line)}.\n" for line in figures(run))
    drawn = "\n".join(chart(run.amplification))
    if drawn:
        yield f"\n{code(drawn, 'text')}\n"
    failed, passed = rules_that(run, "fail"), rules_that(run, "pass")
    yield (f"\nFailed: {', '.join(failed) or 'none'}. Passed: {', '.join(passed) or 'none'}.\n\n")
    silent = [rule for rule in run.rules if rule.value == "not_exercised"]
    if silent:
        rows = "".join(
            f"| {rule.rule} {escaped(rule.title)} | {escaped(rule.missing)} |\n" for rule in silent
        )
        # In one piece: what follows half of it would be folded away with it.
        yield (
            f"<details><summary>{len(silent)} rules were not exercised</summary>\n\n"
            f"| rule | missing |\n|---|---|\n{rows}\n</details>\n\n"
        )
    yield f"To have it again:\n\n{code(run.replay, 'sh')}\n\n"


def _findings(found: Sequence[FindingDoc]) -> Iterator[str]:
    first = found[0]
    mark = "❌" if first.counts else "▫️"
    rule, advice = escaped(rule_of(first)), escaped(first.advice)
    yield f"- {mark} **{rule}** ({first.severity}). _{advice}_\n"
    for finding in found[:TOLD]:
        shown = ", ".join(finding.requests[:TOLD])
        more = len(finding.requests) - TOLD
        requests = f" {escaped(shown)}{f' and {more:,} more' if more > 0 else ''}" if shown else ""
        yield f"  - {escaped(finding.text)} ({standing(finding)}){requests}\n"
    if len(found) > TOLD:
        yield f"  - and {len(found) - TOLD:,} more of these\n"
