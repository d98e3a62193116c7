"""The report as text for a terminal: what is wrong first, and last the line that has it again."""

from __future__ import annotations

import os
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from simtwin.chaos.document import FindingDoc, Report, RunDoc
from simtwin.chaos.report.plain import legible, plain
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
from simtwin.verdicts.figures import chart

#: As many lines of a sort as people read.
MOST = 20
#: Of many runs only those are told in full that did not go well, and of those the first.
MOST_RUNS = 5

_STYLES = {"error": "bold red", "warning": "yellow", "info": "cyan"}


def console(*, stderr: bool = True) -> Console:
    """The console that all of it goes to: that of a run is stderr, stdout is the command's own.

    Some CI services lend a job a terminal, which nobody looks at: theirs are plain lines as well.
    """
    in_ci = os.environ.get("CI", "").lower() not in ("", "0", "false")
    return Console(stderr=stderr, highlight=False, force_terminal=False if in_ci else None)


def tell(report: Report, to: Console) -> None:
    """Print the report."""
    telling = [run for run in report.runs if run.result != "good"][:MOST_RUNS] or report.runs[-1:]
    for run in telling:
        _run(report, run, to)
    if report.not_found:
        to.print(Text(f"  in the baseline and not found: {', '.join(report.not_found[:MOST])}"))
    style = "bold green" if report.status == 0 else "bold red"
    to.print(
        Text(f"simtwin chaos: {RESULTS[report.result]}: {plain(lead(report))}", style),
        soft_wrap=True,
    )
    for run in telling:
        # Never folded: it is there to be copied.
        again = f"seed {run.seed}, to have it again: {legible(run.replay)}"
        to.print(Text(again), soft_wrap=True)


def _run(report: Report, run: RunDoc, to: Console) -> None:
    to.print()
    head = Text.assemble((f"{plain(title(report, run))}: ", "bold"), summary(run))
    to.print(head, soft_wrap=True)
    for found in by_rule(run):
        _findings(found, to)
    for words, style in (
        *((f"had to come and did not: {each}", "bold red") for each in run.unmet[:MOST]),
        *((f"note: {each}", "dim") for each in run.notes[:MOST]),
    ):
        to.print(Text(f"  {plain(words)}", style), soft_wrap=True)
    _more(len(run.unmet), "faults that did not come", to)
    _more(len(run.notes), "notes", to)
    for line in (*figures(run), *chart(run.amplification)):
        to.print(Text(f"  {line}"), soft_wrap=True)
    passed, failed = rules_that(run, "pass"), rules_that(run, "fail")
    silent = rules_that(run, "not_exercised")
    to.print(
        Text(f"  rules: {len(passed)} passed, {len(failed)} failed, {len(silent)} not exercised")
    )


def _findings(found: Sequence[FindingDoc], to: Console) -> None:
    first = found[0]
    style = _STYLES[first.severity] if first.counts else "dim"
    head = Text.assemble((f"  {plain(rule_of(first))}", style), f"  ({standing(first)})")
    to.print(head, soft_wrap=True)
    for finding in found[:TOLD]:
        to.print(Text(f"     {plain(finding.text)}"), soft_wrap=True)
        if finding.requests:
            shown = ", ".join(map(plain, finding.requests[:TOLD]))
            more = f" and {len(finding.requests) - TOLD:,} more" * (len(finding.requests) > TOLD)
            to.print(Text(f"       {shown}{more}", "dim"), soft_wrap=True)
    if len(found) > TOLD:
        to.print(Text(f"     and {len(found) - TOLD:,} more of these"), soft_wrap=True)
    to.print(Text(f"     {plain(first.advice)}", "italic"), soft_wrap=True)


def _more(count: int, what: str, to: Console) -> None:
    if count > MOST:
        to.print(Text(f"  and {count - MOST:,} more {what}", "dim"))
