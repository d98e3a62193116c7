"""The report as JUnit's XML: a suite a run, and in it a case for each rule.

A case fails where a finding counts; a finding that does not is told in the case's output. A rule
that the run had nothing to show for is skipped, with what was missing. Two more cases say whether
what had to come came, and what became of the command.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from junitparser import Attr, Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from simtwin.chaos.document import FindingDoc, Report, RuleDoc, RunDoc
from simtwin.chaos.report.plain import legible, plain
from simtwin.chaos.report.words import run_figures, standing, title


class _Case(TestCase):
    """A case that names a file, which the schema has no word for and every reader knows."""

    file = Attr()


def junit(report: Report) -> bytes:
    """The report as XML."""
    xml = JUnitXml("simtwin chaos")
    for run in report.runs:
        suite = TestSuite(plain(title(report, run)))
        for name, value in _properties(report, run):
            suite.add_property(name, legible(value))
        for case in _cases(report, run):
            case.classname = plain(f"simtwin.chaos.{report.scenario}")
            # GitHub and others put what fails beside a file, and show nothing of a case without one.
            if report.file is not None:
                case.file = plain(report.file)
            suite.add_testcase(case)
        xml.add_testsuite(suite)
    # Which sums up the times of the cases, and cases of one run have none of their own.
    xml.update_statistics()  # type: ignore[no-untyped-call]  # the package is typed in part
    for suite, run in zip(xml, report.runs, strict=True):
        suite.time = run.seconds
        suite.timestamp = datetime.fromtimestamp(run.began, UTC).isoformat(timespec="seconds")
    xml.time = sum(run.seconds for run in report.runs)
    return bytes(xml.tostring())  # type: ignore[no-untyped-call]  # likewise


def _properties(report: Report, run: RunDoc) -> Iterator[tuple[str, str]]:
    yield "seed", str(run.seed)
    yield "replay", run.replay
    if run.token is not None:
        yield "token", run.token
    yield "lane", run.lane
    yield "simtwin", report.simtwin
    for name, value in run_figures(run).items():
        yield name, str(value)


def _cases(report: Report, run: RunDoc) -> Iterator[_Case]:
    scenario = plain(report.scenario)
    for rule in run.rules:
        found = [each for each in run.findings if each.rule == rule.rule]
        yield _case(f"{scenario} {rule.rule}: {rule.title}", *_result(rule, found))
    came = (Failure("a fault that had to come did not", "not_exercised"), run.unmet)
    yield _case(f"{scenario}: what had to come came", *(came if run.unmet else (None, ())))
    bad = {"not_started": Error, "command_failed": Failure, "stopped": Error}.get(run.result)
    told = None if bad is None else bad(plain("; ".join(run.why)), run.result)
    yield _case(f"{scenario}: the command", told, ())


def _result(rule: RuleDoc, found: list[FindingDoc]) -> tuple[Any, tuple[str, ...]]:
    lines = tuple(
        f"{each.text} ({standing(each)}) {each.advice} {' '.join(each.requests)}" for each in found
    )
    counting = [each for each in found if each.counts]
    if counting:
        return Failure(plain(counting[0].text), counting[0].severity), lines
    if rule.value == "not_exercised":
        return Skipped(plain(f"not exercised: {rule.missing}")), rule.notes
    return None, (*lines, *rule.notes)


def _case(name: str, result: Any, lines: tuple[str, ...]) -> _Case:
    case = _Case(plain(name))
    text = "\n".join(map(plain, lines))
    if result is None:
        if text:
            case.system_out = text
    else:
        if text:
            result.text = text
        case.result = [result]
    return case
