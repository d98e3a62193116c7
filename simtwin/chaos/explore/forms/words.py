"""Words and numbers that every form uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType

import attrs

from simtwin.chaos.explore.document import (
    OUTCOMES,
    CellDoc,
    CellOutcome,
    Placed,
    Report,
    Result,
)
from simtwin.chaos.explore.requests import Name, Request

OUTCOME_WORDS: Mapping[CellOutcome, str] = MappingProxyType(
    {
        "survived": "survived",
        "loud": "failed loudly",
        "silent": "failed silently",
        "hung": "hung",
        "not_met": "not met",
    }
)
RESULT_WORDS: Mapping[Result, str] = MappingProxyType(
    {
        "good": "good",
        "found": "failures found",
        "not_met": "not met",
        "clean_failed": "the clean run is of no use",
        "not_started": "not started",
        "stopped": "stopped",
    }
)
#: The worst last; what did not come has shown nothing.
_RANK: Mapping[CellOutcome, int] = MappingProxyType(
    {"not_met": 0, "survived": 1, "loud": 2, "hung": 3, "silent": 4}
)
_BAD: tuple[CellOutcome, ...] = ("silent", "hung", "not_met")


@attrs.frozen
class Row:
    """A request and what came of each fault there.

    Args:
        number: "#3" for the third request of the clean run, "+1" for the first that it has not.
        label: what it asked for.
        cells: the worst of what came of each fault, by the fault's name.
        not_run: the faults that were left out.
    """

    number: str
    label: str
    cells: Mapping[str, CellDoc]
    not_run: frozenset[str] = frozenset()


def names(report: Report) -> list[str]:
    """The faults that at least one request could meet, in order."""
    found = {placed.fault for cell in report.cells for placed in cell.faults}
    found |= {placed.fault for placed in report.not_run}
    return [name for name in report.asked.faults if name in found]


def rows(report: Report) -> list[Row]:
    """The requests of the clean run, then those that only a fault made the client send."""
    numbers = numbered(report)
    singles = _worst(report.singles)
    found = [
        Row(
            numbers[each.name],
            each.label,
            singles.get(each.name, {}),
            frozenset(placed.fault for placed in report.not_run if placed.request == each.name),
        )
        for each in report.requests
    ]
    pairs = _worst(report.pairs)
    found += [
        Row(numbers[each.name], f"{each.label}, {_again(each.name, numbers)}", pairs[each.name])
        for each in _extra(report)
        if each.name in pairs
    ]
    return found


def _again(name: Name, numbers: Mapping[Name, str]) -> str:
    """What a request is that the clean run has not."""
    first = numbers.get(Name(name.digest, 1))
    return "after a fault" if first is None or name.occurrence == 1 else f"{first} again"


def numbered(report: Report) -> Mapping[Name, str]:
    """What each request is called in the report."""
    known = {each.name: f"#{number}" for number, each in enumerate(report.requests, 1)}
    extra = {each.name: f"+{number}" for number, each in enumerate(_extra(report), 1)}
    return {**extra, **known}


def _extra(report: Report) -> Iterable[Request]:
    """The requests that the clean run has not, each once."""
    found: dict[Name, Request] = {}
    for cell in report.singles:
        for each in cell.extra:
            found.setdefault(each.name, each)
    return found.values()


def _worst(cells: Iterable[CellDoc]) -> dict[Name, dict[str, CellDoc]]:
    found: dict[Name, dict[str, CellDoc]] = {}
    for cell in cells:
        last = cell.faults[-1]
        row = found.setdefault(last.request, {})
        before = row.get(last.fault)
        if before is None or _RANK[cell.outcome] > _RANK[before.outcome]:
            row[last.fault] = cell
    return found


def cell_in_words(cell: CellDoc, numbers: Mapping[Name, str] | None) -> str:
    """A cell and what came of it, in a line."""
    faults = " and ".join(_placed(each, numbers) for each in cell.faults)
    return f"{OUTCOME_WORDS[cell.outcome]}: {faults}: {cell.why}"


def _placed(placed: Placed, numbers: Mapping[Name, str] | None) -> str:
    request = placed.request
    number = f"{request.digest[:8]}/{request.occurrence}" if numbers is None else numbers[request]
    said = placed.fault if placed.fault == placed.item else f"{placed.fault} ({placed.item})"
    return f"{said} at {number}"


def outcomes(told: Mapping[str, int]) -> str:
    """How many cells came to what."""
    return ", ".join(f"{OUTCOME_WORDS[each]} {told[each]:,}" for each in OUTCOMES if told.get(each))


def coverage(report: Report) -> str:
    """The share of cells, in words."""
    met = sum(each.outcome != "not_met" for each in report.singles)
    text = f"fault coverage {100 * report.coverage:.0f} % ({met:,} of {report.planned:,} cells)"
    told = Counter[str](each.outcome for each in report.singles)
    return f"{text}: {outcomes(told)}" if told else text


def pairs(report: Report) -> str | None:
    """What there is to say of pairs, None for nothing."""
    if not report.pairs_planned:
        return None
    done = report.pairs
    told = Counter[str](each.outcome for each in done)
    saturated = f", {report.saturated:,} saturated" if report.saturated else ""
    text = f"pairs of faults: {len(done):,} of {report.pairs_planned:,} run{saturated}"
    return f"{text}: {outcomes(told)}" if told else text


def bad(report: Report) -> list[CellDoc]:
    """The cells that went wrong, the worst first: of pairs with the same second fault only one."""
    found = [cell for row in rows(report) for cell in row.cells.values() if cell.outcome in _BAD]
    return sorted(found, key=lambda each: -_RANK[each.outcome])
