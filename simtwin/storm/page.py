"""What came of it as one page of HTML that needs nothing else: tables, and the curves beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from simtwin.chaos.report.elements import State, badge, items, page, table, text
from simtwin.core.storm.overload import State as Overloaded
from simtwin.storm.plot import STYLE, Curve, key, plot
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

_STATES: Mapping[Overloaded, State] = MappingProxyType(
    {"recovered": "good", "metastable": "bad", "unknown": "warn", "no_cause": "dim"}
)
_WORDS: Mapping[Overloaded, str] = MappingProxyType(
    {
        "recovered": "recovered",
        "metastable": "metastable",
        "unknown": "not known",
        "no_cause": "no cause",
    }
)


def html(results: Sequence[Result]) -> str:
    """The page."""
    return page("simtwin storm", _parts(results), STYLE)


def _parts(results: Sequence[Result]) -> Iterator[str]:
    first = results[0]
    yield f"<h1>simtwin storm</h1>\n{items(setting(first))}"
    if len(results) > 1:
        yield _table(COMPARED, compared(results))
        yield f'<p class="small dim">{text(MEANING)}</p>\n'
    served, attempts = _curves(results, "served"), _curves(results, "attempts")
    cause, seconds = first.outcome.cause, first.storm.seconds
    yield key([each.name for each in served])
    yield plot("Calls served a second", served, seconds, cause)
    yield plot("Attempts a second", attempts, seconds, cause)
    for each in results:
        state = each.outcome.overload.state
        yield f"<section><h2>{text(each.name)} {badge(_WORDS[state], _STATES[state])}</h2>\n"
        yield f"<p>{text(verdict(each.outcome))}</p>\n{_table(FARED, fared(each.outcome))}"
        yield "".join(f"<p>{text(note)}</p>\n" for note in notes(each))
        yield "</section>\n"


def _curves(results: Sequence[Result], series: str) -> list[Curve]:
    """One for each storm, or for each population of the only one."""
    window = results[0].outcome.window_seconds
    if len(results) > 1:
        return [Curve(each.name, rates(each, series), window) for each in results]
    return [
        Curve(each.name, rates(results[0], series, each), window)
        for each in results[0].outcome.populations
    ]


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return table(columns, [list(map(text, row)) for row in rows], len(columns) - 1)
