"""What was found as one page: what it comes to, the matrix, and what went wrong."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from simtwin.chaos.explore.document import CellOutcome, Report, Result
from simtwin.chaos.explore.forms.words import (
    OUTCOME_WORDS,
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
from simtwin.chaos.report.elements import State, badge, code, facts, folded, page, table, text

#: More than these nobody scrolls through; the JSON has all.
MOST_REQUESTS = 200
MOST_BAD = 200
#: As many as a page is wide.
_ACROSS = 8

_CELLS: Mapping[CellOutcome, State] = MappingProxyType(
    {"survived": "good", "loud": "warn", "silent": "bad", "hung": "bad", "not_met": "dim"}
)
_RESULTS: Mapping[Result, State] = MappingProxyType(
    {"good": "good", "stopped": "warn", "not_met": "warn"}
)


def html(report: Report) -> str:
    """The page."""
    return page(f"simtwin chaos explore: {RESULT_WORDS[report.result]}", _parts(report))


def _parts(report: Report) -> Iterator[str]:
    state = _RESULTS.get(report.result, "bad")
    why = "; ".join(report.why) or "nothing to complain of"
    yield (
        f'<header class="card {state}"><p class="dim">simtwin chaos explore</p>'
        f'<h1 class="{state}">{text(RESULT_WORDS[report.result].capitalize())}</h1>'
        f'<p class="lead">{text(why[:1].upper() + why[1:])}.</p>\n'
    )
    if report.requests:
        lines = (coverage(report), pairs(report))
        yield "".join(f"<p>{text(line)}</p>\n" for line in lines if line is not None)
    yield f"{folded('What was run', facts(_asked(report)))}</header>\n"
    yield from _matrix(report)
    yield from _bad(report)


def _asked(report: Report) -> Iterator[tuple[str, str]]:
    yield "command", shlex.join(report.asked.command)
    yield "seed", str(report.asked.seed)
    yield "fails on", report.fail_on
    yield "hung after", f"{report.hang_seconds:g} s"
    yield "simtwin", report.simtwin


def _matrix(report: Report) -> Iterator[str]:
    """Faults downwards and requests across, as on a terminal, some at a time."""
    found, faults = rows(report), names(report)
    if not found or not faults:
        return
    shown = found[:MOST_REQUESTS]
    yield "<h2>Requests and faults</h2>\n"
    for at in range(0, len(shown), _ACROSS):
        some = shown[at : at + _ACROSS]
        yield table(
            ("fault", *(row.number for row in some)),
            [(text(name), *(_cell(row, name) for row in some)) for name in faults],
            numbers=0,
        )
    yield facts((row.number, row.label) for row in shown)
    if len(found) > len(shown):
        yield f"<p>and {len(found) - len(shown):,} more, which the report as JSON has</p>\n"


def _cell(row: Row, name: str) -> str:
    cell = row.cells.get(name)
    if cell is None:
        return '<span class="dim">not run</span>' if name in row.not_run else ""
    return badge(OUTCOME_WORDS[cell.outcome], _CELLS[cell.outcome])


def _bad(report: Report) -> Iterator[str]:
    found, numbers = bad(report), numbered(report)
    if not found:
        return
    yield "<h2>What went wrong</h2>\n"
    for cell in found[:MOST_BAD]:
        yield f'<section class="card"><p>{text(cell_in_words(cell, numbers))}</p>\n'
        yield "" if cell.replay is None else code(cell.replay)
        yield "</section>\n"
    if len(found) > MOST_BAD:
        yield f"<p>and {len(found) - MOST_BAD:,} more, which the report as JSON has</p>\n"
