"""The calls of a run, one under the other, each on the time of the whole run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simtwin.chaos.document import CallDoc, RunDoc
from simtwin.chaos.report.axis import axis
from simtwin.chaos.report.elements import Room
from simtwin.chaos.report.waterfall import KEY, MOST_ATTEMPTS, Row, call, is_failed

#: More than these nobody scrolls through, and a browser takes its time for more; the JSON has all.
MOST_CALLS = 200
#: As many calls are shown unfolded.
MOST_OPEN = 5


def telling(run: RunDoc) -> list[tuple[int, CallDoc]]:
    """The calls that are drawn, by number: those of findings, then those that met something."""
    guilty = {request for finding in run.findings for request in finding.requests}

    def rank(numbered: tuple[int, CallDoc]) -> int:
        attempts = numbered[1].attempts
        if any(each.request in guilty for each in attempts):
            return 0
        return 1 if len(attempts) > 1 or any(map(is_failed, attempts)) else 2

    return sorted(sorted(enumerate(run.calls, 1), key=rank)[:MOST_CALLS])


def rows_of(run: RunDoc, shown: Sequence[tuple[int, CallDoc]]) -> Mapping[str, Row]:
    """By request, its row on the page."""
    return {
        each.request: Row(f"run{run.number}-call{number}-{place}", f"{number}.{place}")
        for number, one in shown
        for place, each in enumerate(one.attempts[:MOST_ATTEMPTS], 1)
    }


def calls(
    run: RunDoc, shown: Sequence[tuple[int, CallDoc]], rows: Mapping[str, Row], room: Room
) -> str:
    """The calls of a run; at least one.

    Args:
        run: what they are of.
        shown: those that are drawn, by number, as far as there is room.
        rows: by request, its row.
        room: what they take.
    """
    first = min(each.began for one in run.calls for each in one.attempts)
    last = max(each.ended for one in run.calls for each in one.attempts)
    of_run = axis(first, last)
    counting = {r for finding in run.findings if finding.counts for r in finding.requests}
    troubled = [
        number for number, one in shown if any(each.request in counting for each in one.attempts)
    ] or [number for number, one in shown if len(one.attempts) > 1 or not one.succeeded]
    is_open = frozenset(troubled[:MOST_OPEN])

    def drawn(numbered: tuple[int, CallDoc]) -> str:
        number, one = numbered
        return call(number, one, of_run, rows, is_open=number in is_open)

    shown_calls, left = room.fill(shown, drawn)
    told = f'{KEY}<div class="calls">{of_run.scale("run")}{shown_calls}</div>\n'
    left_out = left + len(run.calls) - len(shown) + run.calls_left_out
    if left_out > 0:
        told += (
            f"<p>and {left_out:,} more calls that are not drawn, so that the page stays small:"
            f" the first {MOST_CALLS} are, those with findings and troubles before others.</p>\n"
        )
    return told
