"""What was found as text: the matrix, what is bad, and the lines that have it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import click
from rich.console import Console
from rich.text import Text

from simtwin.chaos.explore.document import CellOutcome, Report
from simtwin.chaos.explore.forms.words import (
    RESULT_WORDS,
    Row,
    bad,
    cell_in_words,
    coverage,
    names,
    numbered,
    pairs,
    rows,
)
from simtwin.chaos.report.plain import legible, plain

#: As many lines of a sort as people read.
MOST = 20
#: A letter for each outcome, so that twenty requests fit side by side.
LETTERS: Mapping[CellOutcome, tuple[str, str]] = MappingProxyType(
    {
        "survived": (".", "green"),
        "loud": ("L", "yellow"),
        "silent": ("S", "bold red"),
        "hung": ("H", "bold red"),
        "not_met": ("-", "magenta"),
    }
)
_NOT_RUN = ("?", "dim")
_NONE = (" ", "")
_KEY = ". survived   L failed loudly   S failed silently   H hung   - not met   ? not run"
_CELL = 4


def tell(report: Report, to: Console) -> None:
    """Print it."""
    if report.requests:
        _matrix(report, to)
        for line in (coverage(report), pairs(report)):
            if line is not None:
                to.print(Text(line), soft_wrap=True)
        if report.free_lines:
            lines = f"{report.free_lines:,} lines of its output differ from run to run"
            to.print(Text(f"{lines}, and are not compared", "dim"), soft_wrap=True)
        _bad(report, to)
    style = "bold green" if report.status == 0 else "bold red"
    why = f": {plain('; '.join(report.why))}" if report.why else ""
    said = f"simtwin chaos explore: {RESULT_WORDS[report.result]}{why}"
    to.print(Text(said, style), soft_wrap=True)
    to.print(Text(f"seed {report.asked.seed}"))


def _matrix(report: Report, to: Console) -> None:
    """Faults downwards, requests across, as many side by side as fit."""
    found, faults = rows(report), names(report)
    first = max([len(each) for each in faults] + [0])
    across = max(1, (to.width - first) // _CELL)
    for at in range(0, len(found), across):
        _block(report, found[at : at + across], first, to)
    for row in found:
        to.print(Text(f"{row.number:>{_CELL}}  {plain(row.label)}", "dim"), soft_wrap=True)
    to.print(Text(_KEY, "dim"), soft_wrap=True)
    to.print()


def _block(report: Report, found: Sequence[Row], first: int, to: Console) -> None:
    head = "".join(f"{row.number:>{_CELL}}" for row in found)
    to.print(Text(f"{'':{first}}{head}", "bold"), soft_wrap=True)
    for name in names(report):
        line = Text(f"{name:{first}}")
        for row in found:
            letter, style = _letter(row, name)
            line.append(f"{letter:>{_CELL}}", style)
        to.print(line, soft_wrap=True)
    to.print()


def _letter(row: Row, name: str) -> tuple[str, str]:
    cell = row.cells.get(name)
    if cell is not None:
        return LETTERS[cell.outcome]
    return _NOT_RUN if name in row.not_run else _NONE


def _bad(report: Report, to: Console) -> None:
    numbers = numbered(report)
    found = bad(report)
    for cell in found[:MOST]:
        to.print(Text(plain(cell_in_words(cell, numbers)), "red"), soft_wrap=True)
        if cell.replay is not None:
            # Never folded: it is there to be copied.
            click.echo(f"  {legible(cell.replay)}")
    if len(found) > MOST:
        to.print(Text(f"and {len(found) - MOST:,} more, in the report as JSON", "dim"))
