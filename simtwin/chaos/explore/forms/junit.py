"""What was found as JUnit's XML: a suite a request, and in it a case for each fault there."""

from __future__ import annotations

from collections.abc import Iterator

from junitparser import Failure, JUnitXml, Skipped, TestCase, TestSuite

from simtwin.chaos.explore.document import CellDoc, Report
from simtwin.chaos.explore.forms.words import cell_in_words, numbered
from simtwin.chaos.explore.judged import counts
from simtwin.chaos.explore.requests import Name
from simtwin.chaos.report.plain import legible, plain


def junit(report: Report) -> bytes:
    """It as XML."""
    xml = JUnitXml("simtwin chaos explore")
    numbers = numbered(report)
    requests = {each.name: each for cell in report.cells for each in cell.extra}
    requests |= {each.name: each for each in report.requests}
    for name, number in sorted(numbers.items(), key=lambda each: _order(each[1])):
        suite = TestSuite(plain(f"{number} {requests[name].label}"))
        suite.add_property("seed", str(report.asked.seed))
        for case in _cases(report, name):
            suite.add_testcase(case)
        if suite.tests or any(True for _ in suite):
            xml.add_testsuite(suite)
    xml.update_statistics()  # type: ignore[no-untyped-call]  # the package is typed in part
    return bytes(xml.tostring())  # type: ignore[no-untyped-call]  # likewise


def _order(number: str) -> tuple[bool, int]:
    return number.startswith("+"), int(number[1:])


def _cases(report: Report, name: Name) -> Iterator[TestCase]:
    numbers = numbered(report)
    for cell in report.cells:
        if cell.faults[-1].request == name:
            yield _case(report, cell, numbers[name])
    for placed in report.not_run:
        if placed.request == name:
            case = TestCase(plain(f"{numbers[name]} {placed.fault}"), "simtwin.chaos.explore")
            case.result = [Skipped("not run: the budget was used up")]
            yield case


def _case(report: Report, cell: CellDoc, number: str) -> TestCase:
    numbers = numbered(report)
    after = "".join(
        f", after {placed.fault} at {numbers[placed.request]}" for placed in cell.faults[:-1]
    )
    case = TestCase(
        plain(f"{number} {cell.faults[-1].fault}{after}"), "simtwin.chaos.explore", cell.seconds
    )
    text = cell_in_words(cell, numbers)
    said = legible(text if cell.replay is None else f"{text}\n{cell.replay}")
    if counts(cell, report.fail_on) or cell.outcome == "not_met":
        failure = Failure(plain(text), cell.outcome)
        failure.text = said
        case.result = [failure]
    else:
        case.system_out = said
    return case
