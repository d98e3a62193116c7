"""A call drawn as a waterfall: a row an attempt, over one axis of time.

    told to wait   ▨▨▨▨▨▨▨▨▨▨▨▨▨▨▨▨   from the end of the attempt before
    waited         ────────           up to the beginning of this one
    attempt                █▓▓▓▓▓     until the head, then the answer

A row whose attempt begins inside its hatching came back too early. Whatever a row shows is in words
under it, since colours and places are not for everybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import attrs

from simtwin.chaos.document import AttemptDoc, CallDoc, FaultDoc
from simtwin.chaos.report.axis import Axis, axis
from simtwin.chaos.report.elements import badge, text
from simtwin.chaos.report.words import answered, ended
from simtwin.verdicts.figures import duration
from simtwin.verdicts.thresholds import THRESHOLDS

#: More than these nobody scrolls through, and a browser takes its time for more; the JSON has all.
MOST_ATTEMPTS = 50
#: A head and its answer that are no further apart came at once.
_AT_ONCE = 0.001
#: On a phone the longest label takes what is beyond this place.
_NEAR_THE_END = 62
KEY = (
    '<p class="key"><span><i class="told"></i>told to wait (retry-after)</span>'
    '<span><i class="wait"></i>waited</span><span><i class="head"></i>until the head</span>'
    '<span><i class="body"></i>the answer</span>'
    '<span><i class="fault"></i>an answer that failed, with its status</span></p>\n'
)


@attrs.frozen
class Row:
    """Where an attempt is drawn: the name that links go to, and its number, of call and attempt."""

    anchor: str
    number: str


def call(
    number: int, drawn: CallDoc, of_run: Axis, rows: Mapping[str, Row], *, is_open: bool
) -> str:
    """A call, folded or not.

    Args:
        number: of the call in its run.
        drawn: the call.
        of_run: the time of the whole run, on which its summary lies.
        rows: by request, its row.
        is_open: whether its waterfall is shown at once.
    """
    shown = drawn.attempts[:MOST_ATTEMPTS]
    over = axis(shown[0].began, max(_reach(shown, index) for index in range(len(shown))))
    drawn_rows = "".join(_row(shown, index, over, rows) for index in range(len(shown)))
    more = len(drawn.attempts) - len(shown)
    sure = f"that these are attempts of one call: {drawn.confidence} confidence"
    joined = "" if drawn.confidence == "high" else f'<p class="more small dim">{sure}</p>'
    tail = (
        f'<p class="more">and {more:,} more attempts, which the report as JSON has</p>'
        if more
        else ""
    )
    return (
        f'<details class="call"{" open" if is_open else ""}><summary>{_summary(number, drawn, of_run)}'
        f"{_mini(drawn.attempts[:MOST_ATTEMPTS], of_run)}</summary>"
        f'<ol class="attempts"><li aria-hidden="true">{over.scale()}</li>{drawn_rows}</ol>{tail}{joined}'
        "</details>\n"
    )


def is_failed(attempt: AttemptDoc) -> bool:
    """Whether no answer came, or not all of one, or a refusal."""
    return not attempt.whole or attempt.status is None or attempt.status >= 400


def _summary(number: int, drawn: CallDoc, of_run: Axis) -> str:
    first, last = drawn.attempts[0], drawn.attempts[-1]
    asked = ", ".join(filter(None, (drawn.endpoint, drawn.model, "streamed" * drawn.stream)))
    state = "answered" if drawn.succeeded else badge("not answered", "bad")
    count = len(drawn.attempts)
    tried = f", {count:,} attempts" if count > 1 else ""
    return (
        f'<span><span class="what"><strong>{number}</strong> {text(asked)}</span>'
        f'<span class="how small dim">at {duration(first.began - of_run.start)}: {state} in'
        f" {duration(last.ended - first.began)}{tried}</span></span>"
    )


def _mini(attempts: Sequence[AttemptDoc], of_run: Axis) -> str:
    bars = "".join(
        of_run.bar("fault" if is_failed(each) else "body", each.began, each.ended)
        for each in attempts
    )
    return f'<span class="track mini" aria-hidden="true">{bars}</span>'


def _reach(attempts: Sequence[AttemptDoc], index: int) -> float:
    """The last moment that the row of an attempt shows."""
    told = _told(attempts, index)
    return attempts[index].ended if told is None else max(attempts[index].ended, told[1])


def _told(attempts: Sequence[AttemptDoc], index: int) -> tuple[float, float] | None:
    """From when to when the attempt before told the client to wait."""
    told = attempts[index].retry_after
    if not index or told is None:
        return None
    return attempts[index - 1].ended, attempts[index - 1].ended + told


def _row(attempts: Sequence[AttemptDoc], index: int, over: Axis, rows: Mapping[str, Row]) -> str:
    attempt, told = attempts[index], _told(attempts, index)
    bars = over.lines()
    if told:
        bars += over.bar("told", *told)
    if index:
        bars += over.bar("wait", attempts[index - 1].ended, attempt.began)
    head = attempt.ended if attempt.head is None else attempt.head
    failed = is_failed(attempt)
    bars += over.bar("head", attempt.began, head)
    bars += over.bar("fault" if failed else "body", head, attempt.ended)
    if failed:
        bars += _label(attempt, over)
    row = rows[attempt.request]
    said = "".join(f"<span>{each}</span>" for each in _words(attempt, row.number, failed=failed))
    return (
        f'<li id="{row.anchor}"><span class="track" aria-hidden="true">{bars}</span>'
        f'<p class="said">{said}</p></li>'
    )


def _label(attempt: AttemptDoc, over: Axis) -> str:
    """The status behind its bar, or before it, or on it, wherever there is room."""
    begin, end = over.place(attempt.began), over.place(attempt.ended)
    if end < _NEAR_THE_END:
        where = f"left:{end:.2f}%"
    else:
        where = f"right:{100 - (begin if begin > 100 - _NEAR_THE_END else end):.2f}%"
    return f'<span class="bad" style="{where}">{text(answered(attempt))}</span>'


def _words(attempt: AttemptDoc, number: str, *, failed: bool) -> Iterator[str]:
    """What the row shows, and what it cannot, each as HTML."""
    yield f"<strong>{number}</strong> " + badge(answered(attempt), "bad" if failed else "good")
    yield text(_times(attempt))
    if attempt.wait is not None:
        yield _waited(attempt.wait, attempt.retry_after)
    yield from map(_fault, attempt.faults)
    yield text(_sizes(attempt))
    if attempt.thrown_away is not None:
        why = {"aborted": "thrown away", "duplicated": "had already"}[attempt.thrown_away]
        much = f"{attempt.input_tokens:,} tokens of input and {attempt.output_tokens:,} of output"
        yield f'<span class="bad">{why}: {much}</span>'
    if attempt.own:
        yield "by the twin itself, and not judged"
    yield f'<span class="id dim">{text(attempt.request)}</span>'


def _times(attempt: AttemptDoc) -> str:
    took = duration(attempt.ended - attempt.began)
    if attempt.head is None:
        return f"nothing in {took}"
    if attempt.whole and attempt.ended - attempt.head < _AT_ONCE:
        return f"in {took}"
    return f"head after {duration(attempt.head - attempt.began)}, {ended(attempt)} after {took}"


def _waited(wait: float, told: float | None) -> str:
    if told is None:
        return f"waited {duration(wait)}, no retry-after"
    said = f"waited {duration(wait)}, told {duration(told)}"
    short = told - wait
    if short > max(THRESHOLDS.early_seconds, THRESHOLDS.early_share * told):
        return f'<strong class="bad">{said}: {duration(short)} too early</strong>'
    return said


def _fault(fault: FaultDoc) -> str:
    if fault.outcome == "reached":
        return f"{badge('fault', 'warn')} <code>{text(fault.said)}</code>"
    why = {"not_reached": "the answer did not come to its place"}.get(
        fault.outcome, "this version of HTTP has no form for it"
    )
    return f"{badge('no fault', 'dim')} <code>{text(fault.said)}</code>: {why}"


def _sizes(attempt: AttemptDoc) -> str:
    sent = f"{attempt.sent_bytes:,} bytes"
    if not attempt.planned_tokens:
        return sent
    return f"{sent}, {attempt.sent_tokens:,} of {attempt.planned_tokens:,} tokens"
