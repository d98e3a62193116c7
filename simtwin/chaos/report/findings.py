"""What the client did wrong, on a page: a card a rule, the gravest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from simtwin.chaos.document import FindingDoc, RunDoc
from simtwin.chaos.judgement import Severity
from simtwin.chaos.report.elements import Room, State, badge, folded, text
from simtwin.chaos.report.waterfall import Row
from simtwin.chaos.report.words import NAMED, TOLD, by_rule, rule_of

_STATES: Mapping[Severity, State] = MappingProxyType(
    {"error": "bad", "warning": "warn", "info": "dim"}
)


def findings(run: RunDoc, rows: Mapping[str, Row], room: Room) -> str:
    """The cards.

    Args:
        run: what they are of.
        rows: by request, its row where it is drawn.
        room: what they take.
    """
    cards = by_rule(run)
    drawn, left = room.fill(cards, lambda found: _card(found, rows))
    return drawn + (f"<p>and of {left:,} more rules, in the report as JSON</p>\n" if left else "")


def _card(found: Sequence[FindingDoc], rows: Mapping[str, Row]) -> str:
    first = found[0]
    state = _STATES[first.severity]
    marks = badge(first.severity, state)
    if not first.counts:
        marks += " " + badge("does not count", "dim")
    told = [_finding(each, rows) for each in found]
    more = (
        folded(f"{len(told) - TOLD:,} more of these", f"<ul>{''.join(told[TOLD:])}</ul>")
        if len(told) > TOLD
        else ""
    )
    return (
        f'<article class="card finding {state if first.counts else ""}">'
        f"<h4>{marks} {text(rule_of(first))}</h4>"
        f"<ul>{''.join(told[:TOLD])}</ul>{more}"
        f'<p class="advice"><strong>What to do:</strong> {text(first.advice)}</p>'
        f'<p class="small dim">Source: {text(first.source)}</p></article>\n'
    )


def _finding(finding: FindingDoc, rows: Mapping[str, Row]) -> str:
    known = "; known in the baseline" if finding.known else ""
    named = ", ".join(_request(each, rows) for each in finding.requests[:NAMED])
    more = len(finding.requests) - NAMED
    others = f" and {more:,} more" if more > 0 else ""
    seen = f"; attempts {named}{others}" if named else ""
    return (
        f"<li>{text(_sentence(finding.text))} "
        f'<span class="small dim">{text(finding.confidence)} confidence{known}{seen}</span></li>'
    )


def _sentence(said: str) -> str:
    return f"{said[:1].upper()}{said[1:]}."


def _request(request: str, rows: Mapping[str, Row]) -> str:
    """An attempt by its number, with a way to its row; by the id of its request if there is none."""
    row = rows.get(request)
    if row is None:
        return f'<span class="id">{text(request)}</span>'
    return f'<a href="#{row.anchor}" title="{text(request)}">{row.number}</a>'
