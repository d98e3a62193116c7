"""The report as one page: what it comes to, what was wrong and what to do, then call by call.

It needs nothing else and runs nothing: what unfolds does so by itself, and links stay in the page.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType

from simtwin.chaos.document import Report, RunDoc
from simtwin.chaos.outcome import Result
from simtwin.chaos.report.calls import calls, rows_of, telling
from simtwin.chaos.report.curve import curve
from simtwin.chaos.report.elements import (
    Room,
    State,
    badge,
    code,
    facts,
    folded,
    items,
    page,
    table,
    text,
    tiles,
)
from simtwin.chaos.report.findings import findings
from simtwin.chaos.report.words import RESULTS, figures, lead, rules_that, title
from simtwin.verdicts.figures import counted, duration, money, share

#: More than these nobody scrolls through, and a browser takes its time for more; the JSON has all.
MOST_RUNS = 50
#: What calls and findings of all runs may take, in bytes: a page is to be mailed and kept.
LARGEST = 1024 * 1024

_STATES: Mapping[Result, State] = MappingProxyType(
    {"good": "good", "command_failed": "warn", "not_exercised": "warn", "stopped": "warn"}
)
_MARKS: Mapping[State, str] = MappingProxyType({"good": "✓", "warn": "!", "bad": "✗"})


def html(report: Report) -> str:
    """The page."""
    return page(f"simtwin chaos: {report.scenario}: {RESULTS[report.result]}", _parts(report))


def _parts(report: Report) -> Iterator[str]:
    # The worst first, as long as there is room.
    runs = sorted(report.runs, key=lambda each: each.result == "good")[:MOST_RUNS]
    yield from _verdict(report, runs)
    room = Room(LARGEST)
    for run in runs:
        yield from _run(report, run, room)
    left_out = len(report.runs) - len(runs)
    if left_out > 0:
        yield f"<p>and {left_out:,} more runs, which the report as JSON has</p>\n"
    yield (
        f'<footer class="small dim">simtwin {text(report.simtwin)}. Nothing on this page was said by'
        " a model or cost money: tokens and dollars are estimates of what it would be.</footer>\n"
    )


def _verdict(report: Report, runs: Sequence[RunDoc]) -> Iterator[str]:
    state = _state(report.result)
    why = lead(report)
    yield (
        f'<header class="card {state}"><p class="dim">simtwin chaos: {text(report.scenario)}</p>'
        f'<h1 class="{state}"><span aria-hidden="true">{_MARKS[state]}</span>'
        f" {text(RESULTS[report.result].capitalize())}</h1>"
        f'<p class="lead">{text(why[:1].upper() + why[1:])}.</p>\n'
    )
    if report.not_found:
        yield f"<p>In the baseline and not found: {text(', '.join(report.not_found))}.</p>"
    yield folded("What was run", facts(_asked(report)))
    if len(report.runs) == 1:
        yield _nav(runs[0])
    yield "</header>\n"
    if len(report.runs) > 1:
        yield table(
            ("run", "came to", "seed", "requests", "a call", "thrown away", "time"),
            [_in_a_row(run) for run in runs],
            numbers=5,
        )


def _asked(report: Report) -> Iterator[tuple[str, str]]:
    yield "command", shlex.join(report.command)
    if report.profiles:
        yield "profiles", ", ".join(report.profiles)
    if report.script is not None:
        yield "script", report.script
    yield "seed", str(report.seed)
    yield "limits", f"those of tier {report.tier}; pace {report.pace}"
    yield "fails on", f"{report.fail_on}s of at least {report.min_confidence} confidence"
    if report.expect_success:
        yield "expects", "that the command succeeds"
    if report.runs:
        began = datetime.fromtimestamp(report.runs[0].began, UTC)
        yield "began", f"{began:%Y-%m-%d %H:%M:%S} UTC"
    yield "simtwin", report.simtwin


def _nav(run: RunDoc) -> str:
    places = {
        "Findings": bool(run.findings),
        "Load and waste": run.amplification.overall.attempts,
        "Calls": bool(run.calls),
        "Rules": bool(run.rules),
        "Have it again": True,
    }
    links = (
        f'<a href="#run{run.number}-{_slug(name)}">{name}</a>'
        for name, is_there in places.items()
        if is_there
    )
    return f'<nav aria-label="On this page">{"".join(links)}</nav>'


def _slug(name: str) -> str:
    return name.lower().replace(" ", "-")


def _in_a_row(run: RunDoc) -> Sequence[str]:
    return (
        f'<a href="#run{run.number}">run {run.number}</a>',
        badge(RESULTS[run.result], _state(run.result)),
        str(run.seed),
        f"{run.requests:,}",
        f"{run.amplification.overall.ratio:.2f}",
        f"{share(run.waste):.0%}",
        duration(run.seconds),
    )


def _run(report: Report, run: RunDoc, room: Room) -> Iterator[str]:
    shown = telling(run)
    rows = rows_of(run, shown)

    def head(name: str) -> str:
        return f'<h3 id="run{run.number}-{_slug(name)}">{name}</h3>\n'

    yield f'<section id="run{run.number}">\n'
    if report.runs_asked > 1:
        why = "; ".join(run.why)
        yield f"<h2>{text(title(report, run))} {badge(RESULTS[run.result], _state(run.result))}</h2>"
        yield f"<p>{text(why)}</p>\n"
    yield tiles(_tiles(run))
    if run.findings:
        yield head("Findings") + findings(run, rows, room)
    if run.unmet:
        yield head("Had to come and did not") + _listed(run.unmet, room)
    lines = list(figures(run))
    if lines:
        yield head("Load and waste") + curve(run.amplification) + items(lines)
    if run.calls:
        yield head("Calls")
        yield calls(run, shown, rows, room)
    if run.notes:
        yield head("Notes") + _listed(run.notes, room)
    yield head("Rules")
    yield from _rules(run)
    yield f"{head('Have it again')}{code(run.replay)}</section>\n"


def _listed(told: Sequence[str], room: Room) -> str:
    drawn, left = room.fill(told, lambda each: f"<li>{text(each)}</li>")
    more = f"<li>and {left:,} more</li>" if left else ""
    return f'<ul class="plain">{drawn}{more}</ul>\n'


def _tiles(run: RunDoc) -> Iterator[tuple[str, str]]:
    waste, whole = run.waste, run.amplification.overall
    passed, failed = len(rules_that(run, "pass")), len(rules_that(run, "fail"))
    silent = len(run.rules) - passed - failed
    yield "findings that count", f"{sum(each.counts for each in run.findings):,}"
    yield f"rules passed, {failed} failed, {silent} not exercised", f"{passed}"
    yield "requests", f"{run.requests:,}"
    yield "of them met a fault", f"{run.faulted:,}"
    yield "calls without an answer", f"{run.unanswered:,}"
    yield f"requests a call, of {counted(whole.calls, 'call')}", f"{whole.ratio:.2f}"
    thrown = waste.aborted.dollars + waste.duplicated.dollars
    priced = f", {money(thrown)} of about {money(waste.spent.dollars)}"
    wasted = "of the tokens thrown away" + (priced if waste.spent.dollars else "")
    yield wasted, f"{share(waste):.0%}"
    status = "none" if run.command_status is None else str(run.command_status)
    yield f"the command's exit status, after {duration(run.seconds)}", status


def _rules(run: RunDoc) -> Iterator[str]:
    states: tuple[tuple[str, str, State], ...] = (
        ("fail", "failed", "bad"),
        ("pass", "passed", "good"),
    )
    for value, word, state in states:
        titled = [f"{each.rule} {each.title}" for each in run.rules if each.value == value]
        if titled:
            ids = text(", ".join(rules_that(run, value)))
            yield folded(f"{badge(f'{len(titled)} {word}', state)} {ids}", items(titled))
    silent = [rule for rule in run.rules if rule.value == "not_exercised"]
    if silent:
        told = [(text(rule.rule), text(rule.title), text(rule.missing)) for rule in silent]
        yield folded(
            f"{badge(f'{len(silent)} not exercised', 'dim')} what a run would have to meet for them",
            table(("rule", "a good client", "a run would have to meet"), told, numbers=0),
        )


def _state(result: Result) -> State:
    return _STATES.get(result, "bad")
