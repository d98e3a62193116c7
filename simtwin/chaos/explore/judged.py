"""What runs come to: a cell by its run, and the whole by its cells. Pure.

    0  good
    1  a cell that is at or over --fail-on
    2  a mistake of the caller's, or a command that cannot start
    3  the clean run fails, or is another one each time
    4  a fault did not come

Of several the first of 2, 1, 4, 3, 0 counts, as in `simtwin chaos run`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import get_args

from simtwin.api.replay.difference import differences
from simtwin.chaos.explore.document import Cell, CellDoc, CellOutcome, FailOn, Result
from simtwin.chaos.explore.requests import Name, requests
from simtwin.chaos.trial.ending import Clean, ending
from simtwin.chaos.trial.observed import Observed
from simtwin.core.entry import Entry

FAIL_ON: tuple[FailOn, ...] = get_args(FailOn)

_SIGNALLED = 128


def cell_doc(
    cell: Cell, run: Observed, *, clean: Clean, known: Collection[Name], seconds: float, replay: str
) -> CellDoc:
    """What the run of a cell comes to.

    Args:
        cell: the faults that it was to meet.
        run: what was seen of it.
        clean: the clean runs.
        known: the requests that those have.
        seconds: how long it was given.
        replay: the command line that meets the same again, empty where there is none.
    """
    asked = requests(run.entries)
    reached = {
        request.name
        for request, entry in zip(asked, _named(run.entries), strict=True)
        if any(fired.outcome == "reached" for fired in entry.fired)
    }
    comes_to = ending(run.ran, clean, seconds)
    outcome: CellOutcome = comes_to.outcome
    why = comes_to.why
    if not all(placed.request in reached for placed in cell):
        outcome, why = "not_met", f"the fault did not come; {why}"
    return CellDoc(
        faults=cell,
        outcome=outcome,
        why=why,
        status=run.ran.status,
        seconds=round(run.seconds, 3),
        requests=len(run.entries),
        extra=tuple(each for each in asked if each.name not in known),
        token=run.token,
        replay=replay or None,
    )


def counts(cell: CellDoc, fail_on: FailOn) -> bool:
    """Whether a cell makes the whole a failure."""
    return cell.outcome in FAIL_ON[FAIL_ON.index(fail_on) :]


def whole(
    cells: Sequence[CellDoc], fail_on: FailOn, *, left: int, stopped_by: int | None
) -> tuple[Result, int, tuple[str, ...]]:
    """What all cells come to: in a word, as an exit status, and why."""
    found = Counter(each.outcome for each in cells if counts(each, fail_on))
    unmet = sum(each.outcome == "not_met" for each in cells if len(each.faults) == 1)
    why = [f"{count:,} {_WORDS[outcome]}" for outcome, count in sorted(found.items())]
    if unmet:
        why.append(f"{unmet:,} faults did not come")
    if stopped_by is not None:
        why.append(f"stopped by signal {stopped_by}")
    if left:
        why.append(f"{left:,} cells are left out")
    if found:
        return "found", 1, tuple(why)
    if unmet:
        return "not_met", 4, tuple(why)
    if stopped_by is not None:
        return "stopped", _SIGNALLED + stopped_by, tuple(why)
    return "good", 0, tuple(why)


_WORDS = {"loud": "failed loudly", "silent": "failed silently", "hung": "hung"}


def unlike(first: Observed, second: Observed) -> str | None:
    """Why two clean runs are of no use to compare with, in a sentence; None where they are."""
    for run in (first, second):
        if run.ran.status is None:
            return "the clean run was not over in time"
        if run.ran.status:
            return f"the clean run fails: exit status {run.ran.status}, although no fault came"
    if not first.entries:
        return (
            "no request came in: does the command take its base URL from one of the variables that"
            " are set for it?"
        )
    one, other = ({each.name for each in requests(run.entries)} for run in (first, second))
    if one == other:
        return None
    where = _where(first.entries, second.entries)
    return (
        f"two clean runs differ in their requests ({len(first.entries):,} and"
        f" {len(second.entries):,}), so no request can be known again{where}"
    )


def _where(first: Sequence[Entry], second: Sequence[Entry]) -> str:
    """Where the first request that differs does so."""
    digests = {entry.digest for entry in second}
    for one, other in zip(first, second, strict=False):
        if one.digest in digests:
            continue
        found = next(iter(differences(one.body, other.body)), "its metadata is another")
        return (
            f": in request {(one.ordinal or 0) + 1} {found.replace('recorded is', 'before it was')}"
        )
    return ""


def _named(entries: Iterable[Entry]) -> Iterator[Entry]:
    return (entry for entry in entries if entry.digest is not None)
