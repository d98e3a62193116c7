"""What the runs of an exploration come to."""

from __future__ import annotations

from typing import Any

import pytest
from explored import PLAIN, STREAM, explored, ran
from made_up import answered, fired

from simtwin.chaos.explore.document import CellOutcome, FailOn
from simtwin.chaos.explore.exploration import Exploration
from simtwin.chaos.explore.judged import cell_doc, unlike, whole
from simtwin.chaos.explore.requests import Name
from simtwin.chaos.trial.ending import clean
from simtwin.chaos.trial.observed import Observed
from simtwin.edge.group import Ran

GOOD = Ran(0, b"Paris\n", b"")


def observed(*digests: str, run: Ran = GOOD, **changes: Any) -> Observed:
    entries = [
        answered(number, float(number), digest=digest, ordinal=number, **changes)
        for number, digest in enumerate(digests)
    ]
    return Observed(run, 0.1, tuple(entries), "st1.x")


@pytest.mark.parametrize(
    ("outcomes", "fail_on", "result", "status"),
    [
        (("survived", "loud"), "hung", "good", 0),
        (("survived", "loud"), "loud", "found", 1),
        (("survived", "hung"), "hung", "found", 1),
        (("survived", "hung"), "silent", "good", 0),
        (("survived", "silent"), "silent", "found", 1),
        (("survived", "not_met"), "hung", "not_met", 4),
        (("silent", "not_met"), "hung", "found", 1),
    ],
)
def test_the_exit_status_is_that_of_the_gravest(
    outcomes: tuple[CellOutcome, ...], fail_on: FailOn, result: str, status: int
) -> None:
    cells = [
        ran(cell, lambda _, outcome=outcome: (outcome, ()))  # type: ignore[misc]
        for cell, outcome in zip(Exploration((STREAM,), PLAIN).singles, outcomes, strict=False)
    ]

    assert whole(cells, fail_on, left=0, stopped_by=None)[:2] == (result, status)


def test_whoever_is_stopped_with_nothing_worse_to_say_has_the_status_of_the_signal() -> None:
    found = Exploration((STREAM,), PLAIN)
    explored(found, lambda _: ("survived", ()), most=1)

    assert whole(found.cells, "hung", left=found.left, stopped_by=15) == (
        "stopped",
        143,
        ("stopped by signal 15", "2 cells are left out"),
    )


def test_a_fault_that_did_not_come_has_shown_nothing() -> None:
    (cell,) = Exploration((STREAM,), PLAIN[:1]).singles
    known, of = {Name("stream", 1)}, clean(GOOD, GOOD)

    def outcome(*digests: str, **changes: Any) -> str:
        run = observed(*digests, **changes)
        return cell_doc(cell, run, clean=of, known=known, seconds=10.0, replay="").outcome

    met = {"fired": fired("refuse", status=529)}
    assert outcome("stream", **met) == "survived"
    assert outcome("stream") == "not_met"
    assert outcome("other", **met) == "not_met"


def test_requests_that_the_clean_run_has_not_are_extra() -> None:
    (cell,) = Exploration((STREAM,), PLAIN[:1]).singles
    run = observed("stream", "stream", "other", fired=fired("refuse", status=529))
    doc = cell_doc(
        cell, run, clean=clean(GOOD, GOOD), known={Name("stream", 1)}, seconds=1.0, replay=""
    )

    assert [each.name for each in doc.extra] == [Name("stream", 2), Name("other", 1)]


@pytest.mark.parametrize(
    ("first", "second", "says"),
    [
        (observed("a", "b"), observed("b", "a"), None),
        (observed("a", run=Ran(1, b"", b"")), observed("a"), "the clean run fails: exit status 1"),
        (observed("a"), observed("a", run=Ran(None, b"", b"")), "was not over in time"),
        (observed(), observed(), "no request came in"),
        (observed("a"), observed("a", "a"), "differ in their requests (1 and 2)"),
        (
            observed("a", body={"n": 1}),
            observed("b", body={"n": 2}),
            "in request 1 n is 2, before it was 1",
        ),
    ],
)
def test_clean_runs_are_of_use_where_they_ask_for_the_same(
    first: Observed, second: Observed, says: str | None
) -> None:
    found = unlike(first, second)

    assert (found is None) if says is None else (found is not None and says in found)
