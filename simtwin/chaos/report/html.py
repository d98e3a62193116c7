"""The report as one page of HTML that needs nothing else: no script, no font, no other file.

Each call is drawn as a waterfall: a row an attempt, in it the wait for the head and the answer, and
before it, hatched, what the attempt before told the client to wait.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from simtwin.chaos.document import AttemptDoc, CallDoc, FindingDoc, Report, RunDoc
from simtwin.chaos.report.plain import legible, plain
from simtwin.chaos.report.style import STYLE
from simtwin.chaos.report.words import (
    RESULTS,
    answered,
    figures,
    rules_that,
    standing,
    summary,
    title,
)

#: More than these nobody scrolls through, and a browser takes its time for more; the JSON has all.
MOST_RUNS = 50
MOST_CALLS = 200
MOST_ATTEMPTS = 50

_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
"""


def html(report: Report) -> str:
    """The page."""
    return "".join(_parts(report))


def _parts(report: Report) -> Iterator[str]:
    state = "good" if report.status == 0 else "bad"
    yield f"{_HEAD}<title>simtwin chaos: {_text(report.scenario)}</title>\n"
    yield f"<style>{STYLE}</style></head><body><main>\n"
    yield f'<h1>simtwin chaos: <span class="{state}">{RESULTS[report.result]}</span></h1>\n'
    yield f"<p>{_text('; '.join(report.why) or 'nothing to complain of')}</p>\n"
    # The worst first, as long as there is room.
    for run in sorted(report.runs, key=lambda each: each.result == "good")[:MOST_RUNS]:
        yield from _run(report, run)
    left_out = len(report.runs) - MOST_RUNS
    if left_out > 0:
        yield f"<p>{left_out:,} more runs are in the report as JSON.</p>\n"
    if report.not_found:
        yield f"<p>In the baseline and not found: {_text(', '.join(report.not_found))}</p>\n"
    yield "</main></body></html>\n"


def _run(report: Report, run: RunDoc) -> Iterator[str]:
    yield f"<section><h2>{_text(title(report, run))}</h2><p>{_text(summary(run))}</p>\n"
    yield f"<ul>{_items(tuple(figures(run)))}</ul>\n"
    yield f'<p>To have it again:</p><pre tabindex="0">{escape(legible(run.replay))}</pre>\n'
    if run.findings:
        yield f"<h3>Findings</h3><ul>{''.join(map(_finding, run.findings))}</ul>\n"
    if run.unmet:
        yield f"<h3>Had to come and did not</h3><ul>{_items(run.unmet)}</ul>\n"
    if run.notes:
        yield f"<h3>Notes</h3><ul>{_items(run.notes)}</ul>\n"
    passed = ", ".join(rules_that(run, "pass")) or "none"
    silent = [rule for rule in run.rules if rule.value == "not_exercised"]
    yield f"<p>Rules that passed: {_text(passed)}.</p>\n"
    if silent:
        yield f"<details><summary>{len(silent)} rules were not exercised</summary><ul>"
        for rule in silent:
            yield f"<li>{_text(f'{rule.rule} {rule.title}: needs {rule.missing}')}</li>"
        yield "</ul></details>\n"
    yield from _calls(run)
    yield "</section>\n"


def _finding(finding: FindingDoc) -> str:
    state = "bad" if finding.counts else "dim"
    return (
        f'<li><strong class="{state}">{_text(f"{finding.rule} {finding.title}")}</strong>'
        f" ({standing(finding)}): {_text(finding.text)} <em>{_text(finding.advice)}</em>"
        f" <small>{_text(', '.join(finding.requests[:5]))}</small></li>"
    )


def _items(texts: tuple[str, ...]) -> str:
    return "".join(f"<li>{_text(each)}</li>" for each in texts)


def _calls(run: RunDoc) -> Iterator[str]:
    if not run.calls:
        return
    yield (
        '<h3>Calls</h3><p class="key"><span><i class="wait"></i>told to wait</span>'
        '<span><i class="head"></i>until the head</span>'
        '<span><i class="body"></i>answer</span><span><i class="fault"></i>failed</span></p>\n'
    )
    for number, call in enumerate(run.calls[:MOST_CALLS], 1):
        yield _call(number, call)
    left_out = len(run.calls) - MOST_CALLS + run.calls_left_out
    if left_out > 0:
        yield f"<p>{left_out:,} more calls are not drawn.</p>\n"


def _call(number: int, call: CallDoc) -> str:
    shown = call.attempts[:MOST_ATTEMPTS]
    start = shown[0].began
    span = max(max(_reach(shown, index) for index in range(len(shown))) - start, 0.001)
    rows = "".join(_row(shown, index, start, span) for index in range(len(shown)))
    more = len(call.attempts) - len(shown)
    tail = f"<p>{more:,} more attempts</p>" if more else ""
    stream = ", streamed" if call.stream else ""
    state = "answered" if call.succeeded else "never answered"
    head = f"{number}. {call.endpoint} {call.model or ''}{stream}: {state}"
    is_open = " open" if len(shown) > 1 or not call.succeeded else ""
    return (
        f"<details{is_open}><summary>{_text(head)}, {len(call.attempts):,} attempts,"
        f" {span:.3f} s</summary><ol>{rows}</ol>{tail}</details>\n"
    )


def _reach(attempts: tuple[AttemptDoc, ...], index: int) -> float:
    """The last moment that the row of an attempt shows."""
    told = _told(attempts, index)
    return attempts[index].ended if told is None else max(attempts[index].ended, told[1])


def _told(attempts: tuple[AttemptDoc, ...], index: int) -> tuple[float, float] | None:
    """From when to when the attempt before told the client to wait."""
    told = attempts[index].retry_after
    if not index or told is None:
        return None
    return attempts[index - 1].ended, attempts[index - 1].ended + told


def _row(attempts: tuple[AttemptDoc, ...], index: int, start: float, span: float) -> str:
    attempt, told = attempts[index], _told(attempts, index)

    def bar(kind: str, since: float, until: float) -> str:
        left = max(0.0, min(100.0, 100 * (since - start) / span))
        width = max(0.0, min(100.0 - left, 100 * (until - since) / span))
        return f'<i class="{kind}" style="left:{left:.2f}%;width:{width:.2f}%"></i>'

    head = attempt.ended if attempt.head is None else attempt.head
    failed = not attempt.whole or attempt.status is None or attempt.status >= 400
    bars = bar("wait", *told) if told else ""
    bars += bar("head", attempt.began, head)
    bars += bar("fault" if failed else "body", head, attempt.ended)
    return (
        f'<li><span class="track" aria-hidden="true">{bars}</span>'
        f"<span>{_text(_in_words(attempt))}</span></li>"
    )


def _in_words(attempt: AttemptDoc) -> str:
    """What the row shows, and what it cannot."""
    words = [answered(attempt), f"{attempt.ended - attempt.began:.3f} s"]
    if attempt.wait is not None:
        told, wait = attempt.retry_after, f"after a wait of {attempt.wait:.3f} s"
        words.append(wait if told is None else f"{wait}, told {told:g} s")
    words += [
        fault.kind if fault.outcome == "reached" else f"{fault.kind} ({fault.outcome})"
        for fault in attempt.faults
    ]
    words.append(f"{attempt.sent_bytes or 0:,} bytes")
    if attempt.planned_tokens:
        words.append(f"{attempt.sent_tokens:,} of {attempt.planned_tokens:,} tokens")
    if attempt.own:
        words.append("by the twin itself")
    return "; ".join([*words, attempt.request])


def _text(text: str) -> str:
    return escape(plain(text))
