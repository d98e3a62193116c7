"""Which runs an exploration does, and when it is over."""

from __future__ import annotations

from explored import JSON, PLAIN, STREAM, explored, patient, ran, request
from hypothesis import given
from hypothesis import strategies as st

from simtwin.chaos.explore.document import Cell, CellOutcome, rules
from simtwin.chaos.explore.exploration import Exploration
from simtwin.chaos.explore.requests import Request
from simtwin.core.names import Names
from simtwin.core.rule import rule
from simtwin_faults import KINDS


def test_first_comes_every_fault_at_every_request() -> None:
    order = explored(Exploration((STREAM, JSON), PLAIN, pairs=False))

    assert [(cell[0].request.digest, cell[0].fault) for cell in order] == [
        (digest, fault)
        for digest in ("stream", "json")
        for fault in ("529", "close", "truncate-middle")
    ]


def test_a_pair_is_tried_where_the_first_fault_made_the_client_ask_for_more() -> None:
    """Not after the cut, which it takes for the end and asks for nothing more."""
    order = explored(Exploration((STREAM,), PLAIN))
    pairs = [cell for cell in order if len(cell) == 2]

    assert {cell[0].fault for cell in pairs} == {"529", "close"}
    assert {cell[1].request for cell in pairs} == {request("stream", 2).name}
    assert len(set(pairs)) == len(pairs) == 2 * 3
    # Each first fault once, before any comes again.
    assert [cell[0].fault for cell in pairs[:4]] == ["529", "close", "529", "close"]


def test_what_was_silent_or_hung_alone_is_the_first_of_no_pair() -> None:
    found = Exploration((STREAM,), PLAIN)
    explored(found, lambda cell: ("hung", (request("stream", 2),)))

    assert found.pairs_planned == 0
    assert found.finished


def test_pairs_that_show_nothing_new_are_left_and_told_as_saturated() -> None:
    found = Exploration((STREAM,), PLAIN, saturation=2)
    order = explored(found, lambda cell: ("survived", (request("stream", 2),)))

    # The first shows that it is survived, two more that nothing else comes of it.
    assert len(order) == 3 + 3
    assert (found.pairs_planned, found.saturated, found.left) == (9, 6, 0)
    assert found.finished


def test_a_new_kind_of_outcome_begins_the_count_anew() -> None:
    def client(cell: Cell) -> tuple[CellOutcome, tuple[Request, ...]]:
        return patient(cell)[0], (request("stream", 2),)

    found = Exploration((STREAM,), PLAIN, saturation=2)
    explored(found, client)

    assert {doc.outcome for doc in found.cells} == {"survived", "silent", "loud"}


def test_what_is_under_way_is_not_begun_twice_and_may_show_more_to_do() -> None:
    found = Exploration((STREAM,), PLAIN[:1])
    single = found.next()
    assert single is not None

    assert found.next() is None
    assert not found.finished
    found.done(ran(single))
    assert found.next() is not None


@given(most=st.integers(0, 20))
def test_an_exploration_that_was_interrupted_comes_to_the_same(most: int) -> None:
    whole, first, then = (Exploration((STREAM, JSON), PLAIN) for _ in range(3))
    explored(whole)

    explored(first, most=most)
    # It is under way, and was never told to be over.
    first.next()
    then.restore(first.cells)
    explored(then)

    assert then.cells == whole.cells
    assert then.finished


def test_runs_of_other_requests_are_not_taken_for_done() -> None:
    found = Exploration((STREAM,), PLAIN)
    others = Exploration((JSON,), PLAIN)
    explored(others)
    found.restore(others.cells)

    assert found.cells == ()


def test_each_request_of_a_cell_meets_its_fault_by_rules() -> None:
    order = explored(Exploration((STREAM,), PLAIN))
    docs = rules(order[-1], KINDS)
    made = [rule(doc, KINDS, Names(())) for doc in docs]

    assert [(each.match.digest, each.when.nth) for each in made] == [("stream", 1), ("stream", 2)]
    assert len({each.name for each in made}) == 2
