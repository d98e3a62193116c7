"""What came of it as text: the same on a terminal and in a log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from simtwin.chaos.report.plain import plain
from simtwin.storm.chart import chart, line
from simtwin.storm.result import (
    COMPARED,
    FARED,
    MEANING,
    Result,
    compared,
    fared,
    notes,
    rates,
    setting,
    verdict,
)

#: The widest of the small curves, and of prose.
_NARROW = 60
_WIDTH = 100


def told(results: Sequence[Result], *, comparing: bool) -> Iterator[str]:
    """The lines of it."""
    yield from setting(results[0])
    yield ""
    yield from _comparison(results) if comparing else _alone(results[0])
    for each in results:
        yield from notes(each)


def _alone(result: Result) -> Iterator[str]:
    outcome = result.outcome
    served, attempts = rates(result, "served"), rates(result, "attempts")
    seconds = len(served) * outcome.window_seconds
    if served:
        yield from chart("calls served a second", served, seconds, outcome.cause)
        yield ""
        yield from chart("attempts a second", attempts, seconds, outcome.cause)
        yield ""
    yield from table(FARED, fared(outcome))
    yield ""
    if outcome.fairness is not None:
        yield f"Fairness by Jain, from the cause on: {outcome.fairness:.2f} (1 is fair)"
    yield (
        f"{outcome.worst_minute:.1f} times the usual attempts in the worst minute; {outcome.wasted:.0%}"
        " of the server's work was for nothing"
    )
    yield verdict(outcome)


def _comparison(results: Sequence[Result]) -> Iterator[str]:
    yield from table(COMPARED, compared(results))
    yield ""
    width = max(len(plain(each.name)) for each in results)
    curves = [rates(each, "served") for each in results]
    most = max((max(curve, default=0) for curve in curves), default=0)
    windows = max(map(len, curves))
    if windows:
        yield f"calls served over time, up to {most:,.4g} a second:"
        for each, curve in zip(results, curves, strict=True):
            # One that stopped early is as much shorter.
            yield f"{plain(each.name):{width}} {line(curve, most, _NARROW * len(curve) // windows)}"
        yield ""
    yield from wrap(MEANING, _WIDTH)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines whose columns stand under each other; all but the first to the right."""
    cells = [list(map(plain, row)) for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [
        "  ".join(
            [row[0].ljust(widths[0])]
            + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        ).rstrip()
        for row in cells
    ]
