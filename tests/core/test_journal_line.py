"""What may be told of a call, and how lines of a journal tell it, requests, and what is missing."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from made_up import made

from simtwin.core.journal import Journal
from simtwin.core.journal_line import Dropped, read
from simtwin.core.outcome import Outcome, OutcomeError, Teller, ToldOutcome, outcome_of

RAISED = Outcome(call="req_1", outcome="raised", at=5.0)


def test_an_outcome_was_told_now_unless_it_says_when() -> None:
    assert outcome_of({"call": "a", "outcome": "returned"}, 7.25) == Outcome(
        call="a", outcome="returned", at=7.25
    )
    assert outcome_of({"call": "a", "outcome": "cancelled", "at": 3}, 7.25).at == 3.0


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"call": ""}, "call: must be a text of 1 to 200 characters"),
        ({"call": "x" * 201}, "call: must be a text of 1 to 200 characters"),
        ({"call": 7}, "call: must be a text"),
        ({"outcome": "fine"}, "outcome: must be raised, returned, cancelled, not 'fine'"),
        ({"outcome": None}, "outcome: must be raised, returned, cancelled, not null"),
        ({"outcome": []}, "outcome: must be raised"),
        ({"at": True}, "at: must be Unix seconds, not true"),
        ({"at": float("inf")}, "at: must be Unix seconds, not inf"),
        ({"error": "x"}, "there is no 'error'; an outcome has call, outcome and at"),
    ],
)
def test_what_is_no_outcome_is_named(change: dict[str, Any], told: str) -> None:
    with pytest.raises(OutcomeError) as refused:
        outcome_of({"call": "a", "outcome": "raised", **change}, 0.0)

    assert told in str(refused.value)


def told_and_asked() -> Journal:
    """A request, what was told in its lane, a request of another lane, what was told of all."""
    journal = Journal()
    journal.add(made(1, 0.0, lane="a"))
    journal.tell(Teller("t", "k", "a"), RAISED)
    journal.add(made(3, 1.0, lane="b"))
    journal.tell(Teller("t", "k"), RAISED)
    return journal


@pytest.mark.parametrize(
    ("lane", "ids", "told"), [(None, [1, 2, 3, 4], 2), ("a", [1, 2, 4], 2), ("b", [3, 4], 1)]
)
def test_outcomes_stand_among_the_requests_that_they_may_be_of(
    lane: str | None, ids: list[int], told: int
) -> None:
    journal = told_and_asked()

    saved = [json.loads(line)["id"] for line in journal.saved("t", "k", lane)]

    assert saved == ids
    assert len(list(journal.lines("t", "k", lane))) == len(ids) - told
    assert list(journal.saved("t", "another")) == []


def test_a_line_is_read_as_what_it_tells() -> None:
    lines = [read(line) for line in told_and_asked().saved("t", limit=2)]

    assert lines[0] == made(1, 0.0, lane="a")
    assert lines[1] == ToldOutcome(
        id=2, tenant="t", key="k", lane="a", call="req_1", outcome="raised", at=5.0
    )
    with pytest.raises(msgspec.ValidationError, match="missing required field `id`"):
        read(b"{}")


def test_a_reset_of_a_lane_forgets_what_was_told_in_it_alone() -> None:
    journal = told_and_asked()

    journal.clear("t", "k", "a")

    assert [json.loads(line)["id"] for line in journal.saved("t")] == [3, 4]


def test_the_journal_says_what_it_dropped_until_a_reader_is_past_it() -> None:
    journal = Journal(tenant_bytes=3_000)
    for number in range(1, 9):
        journal.add(made(number, float(number)))
    dropped = journal.dropped("t")

    first, *rest = map(read, journal.saved("t", lane=None))

    assert dropped > 0
    assert first == Dropped(id=dropped, tenant="t", dropped=dropped)
    assert len(rest) == 8 - dropped
    assert [read(line) for line in journal.saved("t", after=dropped)] == rest


def test_pages_of_all_tenants_leave_nothing_out() -> None:
    journal = Journal(tenant_bytes=3_000)
    for number in range(1, 17):
        journal.add(made(number, float(number), tenant="ab"[number % 2]))
    whole = list(journal.saved())

    paged, after = [], 0
    while page := list(journal.saved(after=after, limit=1)):
        paged += page
        after = json.loads(page[0])["id"]

    assert paged == whole
    assert sum(isinstance(read(line), Dropped) for line in whole) == 2
