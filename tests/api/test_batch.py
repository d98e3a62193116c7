"""A batch only ever goes on: its counts add up, and it ends once."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from simtwin.api.batches import held
from simtwin.api.batches.batch import Batch, Counts, Outcome, moment
from simtwin.api.batches.held import QueueFull
from simtwin.api.batches.result import answered, untouched
from simtwin.api.holdings import Holdings

WALL = 1_795_293_748.0
DAY = 86_400.0
NEXT = {"in_progress": 0, "canceling": 1, "ended": 2}


def doc(batch: Batch, wall: float = WALL) -> dict[str, Any]:
    return batch.doc(wall, "http://localhost")


def counted(outcomes: list[Outcome]) -> Counts:
    counts = Counts()
    for outcome in outcomes:
        counts = counts.plus(outcome)
    return counts


class Batches(RuleBasedStateMachine):
    """Whatever is told to the batches of an organization, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.holdings = Holdings()
        self.wall = WALL
        self.seen: dict[str, int] = {}

    @rule(requests=st.integers(1, 5), most=st.integers(1, 12))
    def create(self, requests: int, most: int) -> None:
        queued = sum(batch.queued for batch in self.holdings.batches.values())
        self.holdings, made = held.create(
            self.holdings,
            0,
            name=lambda number: f"b{number}",
            requests=requests,
            wall=self.wall,
            most_queued=most,
        )
        if queued + requests > most:
            assert made == QueueFull(most, queued)
        else:
            assert isinstance(made, Batch)
            self.seen[made.id] = 0

    @rule(number=st.integers(0, 4))
    def cancel(self, number: int) -> None:
        self.holdings, _ = held.cancel(self.holdings, 0, batch_id=f"b{number}", wall=self.wall)

    @rule(number=st.integers(0, 4), done=st.integers(0, 9))
    def progress(self, number: int, done: int) -> None:
        before = self.holdings.batches.get(f"b{number}")
        self.holdings, after = held.progress(self.holdings, 0, batch_id=f"b{number}", done=done)
        if before is not None and after is not None:
            assert before.queued >= after.queued >= 0

    @rule(
        number=st.integers(0, 4),
        outcomes=st.lists(st.sampled_from(["succeeded", "errored", "canceled", "expired"])),
    )
    def end(self, number: int, outcomes: list[Outcome]) -> None:
        before = self.holdings.batches.get(f"b{number}")
        counts = counted(outcomes)
        fits = before is None or before.ended_at is not None or counts.total == before.requests
        if not fits:
            with pytest.raises(ValueError, match="results for"):
                held.end(self.holdings, 0, batch_id=f"b{number}", counts=counts, wall=self.wall)
            return
        self.holdings, after = held.end(
            self.holdings, 0, batch_id=f"b{number}", counts=counts, wall=self.wall
        )
        if before is not None and before.ended_at is not None:
            assert after == before

    @rule(number=st.integers(0, 4))
    def delete(self, number: int) -> None:
        before = self.holdings.batches.get(f"b{number}")
        self.holdings, _ = held.delete(self.holdings, 0, batch_id=f"b{number}")
        gone = f"b{number}" not in self.holdings.batches
        assert gone == (before is None or before.ended_at is not None)
        if gone:
            self.seen.pop(f"b{number}", None)

    @rule(seconds=st.floats(0, 40 * DAY))
    def wait(self, seconds: float) -> None:
        self.wall += seconds

    @invariant()
    def counts_add_up_and_nothing_goes_back(self) -> None:
        for batch in self.holdings.batches.values():
            told = doc(batch, self.wall)
            counts = told["request_counts"]
            place = NEXT[told["processing_status"]]

            assert sum(counts.values()) == batch.requests
            assert (counts["processing"] == batch.requests) == (place < 2)
            assert (told["results_url"] is None) == (told["ended_at"] is None) == (place < 2)
            assert place >= self.seen[batch.id]
            self.seen[batch.id] = place


TestBatches = Batches.TestCase
TestBatches.settings = settings(max_examples=25, stateful_step_count=25)


def test_a_batch_is_told_as_the_api_tells_it() -> None:
    batch = Batch("msgbatch_01", 3, WALL)

    assert doc(batch) == {
        "id": "msgbatch_01",
        "type": "message_batch",
        "processing_status": "in_progress",
        "request_counts": {
            "processing": 3,
            "succeeded": 0,
            "errored": 0,
            "canceled": 0,
            "expired": 0,
        },
        "ended_at": None,
        "created_at": "2026-11-21T20:42:28.000000+00:00",
        "expires_at": "2026-11-22T20:42:28.000000+00:00",
        "archived_at": None,
        "cancel_initiated_at": None,
        "results_url": None,
    }


def test_counts_are_told_once_all_of_it_has_ended_and_not_before() -> None:
    under_way = Batch("b", 3, WALL).progressed(2)
    ended = under_way.ended(Counts(succeeded=2, errored=1), WALL + 5)

    assert (under_way.queued, ended.queued) == (1, 0)
    assert doc(under_way)["request_counts"]["processing"] == 3
    assert doc(ended)["request_counts"]["succeeded"] == 2
    assert doc(ended)["results_url"] == "http://localhost/v1/messages/batches/b/results"


def test_results_are_there_for_29_days() -> None:
    batch = Batch("b", 1, WALL).ended(Counts(succeeded=1), WALL)
    last = WALL + 29 * DAY

    assert (batch.archived(last - 1), batch.archived(last)) == (False, True)
    assert doc(batch, last - 1)["archived_at"] is None
    assert doc(batch, last)["archived_at"] == moment(last)


def test_after_a_reset_ids_come_again_and_are_given_to_nobody_twice() -> None:
    holdings = Holdings()
    ids = []
    for _ in range(3):
        holdings, made = held.create(
            holdings, 0, name=lambda number: f"b{number}", requests=1, wall=WALL, most_queued=9
        )
        assert isinstance(made, Batch)
        ids.append(made.id)

    assert ids == ["b0", "b1", "b2"]


def test_so_many_batches_are_kept_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held, "MOST_BATCHES", 1)
    holdings, _ = held.create(Holdings(), 0, name=str, requests=1, wall=WALL, most_queued=9)

    after, made = held.create(holdings, 0, name=str, requests=1, wall=WALL, most_queued=9)

    assert (made, after) == (None, holdings)


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, b'{"type":"message","id":"msg_1"}', "succeeded"),
        (
            529,
            b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
            "errored",
        ),
        (200, b'{"type":"message","id":', "errored"),
        (200, b"<html>", "errored"),
        (200, b'{"type":"message","id":"\xff"}', "errored"),
        (502, b"<html>", "errored"),
        (None, b'{"type":"message"}', "errored"),
    ],
)
def test_what_nobody_can_read_is_an_error_of_the_api(
    status: int | None, body: bytes, outcome: str
) -> None:
    found, line = answered("a", status, body, "req_1")

    assert found == outcome
    assert line.startswith(b'{"custom_id":"a","result":{"type":"%b",' % outcome.encode())
    if outcome == "errored" and status != 529:
        assert b'"api_error"' in line
        assert b'"request_id":"req_1"' in line


def test_a_result_is_one_line_however_its_message_was_written() -> None:
    body = b'{\n "type": "message",\r\n "id": "msg_1"\n}'

    for line in (answered("a", 200, body, "req_1")[1], untouched("a", "canceled")):
        assert line.count(b"\n") == 1
        assert line.endswith(b"\n")
