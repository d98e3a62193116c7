"""Made-up explorations: a client that is a function, and runs of it that nobody has to start."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from simtwin import __version__
from simtwin.chaos.explore.choices import CHOICES, Choice
from simtwin.chaos.explore.document import (
    VERSION,
    Asked,
    Cell,
    CellDoc,
    CellOutcome,
    FailOn,
    Report,
)
from simtwin.chaos.explore.exploration import Exploration
from simtwin.chaos.explore.judged import whole
from simtwin.chaos.explore.requests import Name, Request


def request(digest: str, occurrence: int = 1, *, stream: bool = True) -> Request:
    return Request(
        name=Name(digest, occurrence),
        method="POST",
        endpoint="messages",
        model="claude-x",
        stream=stream,
        status=200,
        events=9 if stream else 0,
        bytes=400,
    )


STREAM, JSON = request("stream"), request("json", stream=False)
PLAIN = tuple(CHOICES[name] for name in ("529", "close", "truncate-middle"))
#: What a run under the faults of a cell comes to, and which requests it has that are new.
Client = Callable[[Cell], tuple[CellOutcome, Sequence[Request]]]


def patient(cell: Cell) -> tuple[CellOutcome, Sequence[Request]]:
    """A client that asks again once, and then fails loudly; a cut it takes for the end."""
    if any(placed.fault == "truncate-middle" for placed in cell):
        return "silent", ()
    again = request(cell[0].request.digest, 2)
    return ("survived" if len(cell) == 1 else "loud"), (again,)


def ran(cell: Cell, client: Client = patient) -> CellDoc:
    outcome, extra = client(cell)
    return CellDoc(
        faults=cell,
        outcome=outcome,
        why="it <did> so",
        status=None if outcome == "hung" else int(outcome == "loud"),
        seconds=0.25,
        requests=2 + len(extra),
        extra=tuple(extra),
        token="st1.x",
        replay="simtwin replay st1.x -- a|b",
    )


def explored(found: Exploration, client: Client = patient, most: int = 10_000) -> list[Cell]:
    """Do what there is to do, up to so many runs; the cells in their order."""
    order: list[Cell] = []
    while len(order) < most and (cell := found.next()) is not None:
        found.done(ran(cell, client))
        order.append(cell)
    return order


def report(
    found: Exploration,
    requests: Sequence[Request],
    choices: Sequence[Choice] = PLAIN,
    fail_on: FailOn = "hung",
) -> Report:
    result, status, why = whole(found.cells, fail_on, left=found.left, stopped_by=None)
    return Report(
        version=VERSION,
        simtwin=__version__,
        asked=Asked(
            command=("python", "a.py"),
            seed=7,
            faults=tuple(choice.name for choice in choices),
            any_order=False,
        ),
        fail_on=fail_on,
        requests=tuple(requests),
        clean_seconds=0.2,
        hang_seconds=10.0,
        free_lines=1,
        planned=len(found.singles),
        pairs_planned=found.pairs_planned,
        cells=found.cells,
        saturated=found.saturated,
        left=found.left,
        not_run=found.not_run,
        result=result,
        status=status,
        why=why,
    )
