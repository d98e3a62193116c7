"""What was found as Markdown, for the summary of a step in CI."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from simtwin.chaos.explore.document import CellOutcome, Report
from simtwin.chaos.explore.forms.words import (
    RESULT_WORDS,
    bad,
    cell_in_words,
    coverage,
    names,
    numbered,
    pairs,
    rows,
)
from simtwin.chaos.report.markup import LONGEST, code, escaped, within

#: As many as people read; the JSON has all.
MOST_ROWS = 200
MOST_BAD = 50

_MARKS: Mapping[CellOutcome, str] = MappingProxyType(
    {
        "survived": "✅",
        "loud": "⚠️ loud",
        "silent": "❌ silent",
        "hung": "❌ hung",
        "not_met": "not met",
    }
)


def markdown(report: Report, longest: int = LONGEST) -> bytes:
    """It as Markdown.

    Args:
        report: what is told.
        longest: the most bytes; whole paragraphs are left out where it would be more.
    """
    return within(_parts(report), longest)


def _parts(report: Report) -> Iterator[str]:
    mark = "✅" if report.status == 0 else "❌"
    yield f"## {mark} simtwin chaos explore: {RESULT_WORDS[report.result]}\n\n"
    if report.why:
        yield f"{escaped('; '.join(report.why))}\n\n"
    for line in (coverage(report), pairs(report)) if report.requests else ():
        if line is not None:
            yield f"{escaped(line)}\n\n"
    yield from _matrix(report)
    numbers, found = numbered(report), bad(report)
    for cell in found[:MOST_BAD]:
        yield f"- {escaped(cell_in_words(cell, numbers))}\n\n"
        if cell.replay is not None:
            yield f"{code(cell.replay, 'sh')}\n\n"
    if len(found) > MOST_BAD:
        yield f"And {len(found) - MOST_BAD:,} more.\n\n"
    yield f"Seed {report.asked.seed}.\n"


def _matrix(report: Report) -> Iterator[str]:
    found, faults = rows(report), names(report)
    if not found or not faults:
        return
    yield f"| | request | {' | '.join(map(escaped, faults))} |\n|{'---|' * (len(faults) + 2)}\n"
    for row in found[:MOST_ROWS]:
        cells = [
            _MARKS[row.cells[name].outcome]
            if name in row.cells
            else ("not run" if name in row.not_run else "")
            for name in faults
        ]
        yield f"| {row.number} | {escaped(row.label)} | {' | '.join(cells)} |\n"
    yield "\n"
    if len(found) > MOST_ROWS:
        yield f"And {len(found) - MOST_ROWS:,} more requests.\n\n"
