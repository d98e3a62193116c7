"""What holds of every journal, however it came about: the quick ways say what the plain ones do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from made_up import answered, asking, cut, lost, made

from simtwin.core.entry import Entry
from simtwin.core.journal_line import read
from simtwin.verdicts.amplification import amplification
from simtwin.verdicts.attempt import Attempt
from simtwin.verdicts.calls import calls
from simtwin.verdicts.judging import judge
from simtwin.verdicts.question import asked
from simtwin.verdicts.rules.keeps_few_connections import most_at_once
from simtwin.verdicts.run import Run

TOLD: list[dict[str, str]] = [{}, {"retry-after": "2"}, {"x-should-retry": "false"}]


@st.composite
def entries(draw: st.DrawFn) -> list[Entry]:
    """Requests of two keys that ask for one of three things, in the order of their ends."""
    found = []
    for number in range(1, draw(st.integers(1, 12)) + 1):
        kind = draw(st.sampled_from([made, answered, cut, lost]))
        changes: dict[str, Any] = {
            "key": draw(st.sampled_from("ab")),
            "body": asking(draw(st.sampled_from("xyz"))),
            "told": draw(st.sampled_from(TOLD)) if kind is made else {},
            "stainless": draw(st.sampled_from([{}, {"retry-count": "0"}, {"retry-count": "1"}])),
            "call": draw(st.sampled_from([None, None, "c"])),
        }
        began, took = draw(st.integers(0, 30)) / 2, draw(st.integers(0, 6)) / 2
        found.append(kind(number, began, took, **changes))
    return sorted(found, key=lambda each: each.last_byte_at or 0.0)


def run_of(found: list[Entry]) -> Run:
    attempts = sorted(map(Attempt, found), key=lambda each: (each.began, each.entry.id))
    return Run(attempts, calls(attempts, "low"))


@given(entries())
def test_a_saved_journal_is_judged_as_the_one_that_was_saved(found: list[Entry]) -> None:
    assert judge(map(read, map(msgspec.json.encode, found))) == judge(found)


@given(entries())
def test_every_attempt_is_of_one_call_and_counts_in_one_window(found: list[Entry]) -> None:
    run = run_of(found)
    curve = amplification(run)

    assert sorted(a.entry.id for call in run.calls for a in call.attempts) == sorted(
        entry.id for entry in found
    )
    assert sum(window.attempts for window in curve.windows) == len(found)
    assert sum(window.begun for window in curve.windows) == curve.overall.calls
    assert all(window.begun <= window.calls <= window.attempts for window in curve.windows)


@given(entries())
def test_as_many_are_under_way_at_once_as_a_count_of_every_moment_finds(
    found: list[Entry],
) -> None:
    run = run_of(found)

    assert most_at_once(run) == max(
        sum(each.began <= moment.began <= each.ended for each in run.attempts)
        for moment in run.attempts
    )


@given(entries())
def test_what_overlaps_is_what_began_before_the_same_was_over(found: list[Entry]) -> None:
    run = run_of(found)

    assert {second.entry.id for _, second in run.overlaps} == {
        later.entry.id
        for number, later in enumerate(run.attempts)
        if any(
            later.began < earlier.ended and later.which == earlier.which
            for earlier in run.attempts[:number]
        )
    }


def changed(body: Any) -> Iterator[Any]:
    """The same question, in ways that clients change from one attempt to the next."""
    yield {**body, "metadata": {"user_id": "another"}}
    yield dict(reversed(body.items()))
    said = body["messages"][0]["content"]
    marked = {"type": "text", "text": said, "cache_control": {"type": "ephemeral"}}
    plain = {"type": "text", "text": said}
    yield [
        {**body, "messages": [{"role": "user", "content": [block]}]} for block in (marked, plain)
    ]


@given(
    st.text(max_size=20), st.sampled_from(['"metadata"', '"tool_use"', "2026-11-24", "", "7-30 "])
)
def test_a_question_is_the_same_whatever_clients_change_and_no_other(said: str, more: str) -> None:
    body = asking(said + more)
    question = asked(answered(1, 0, body=body)).question

    metadata, turned, (marked, plain) = changed(body)
    for same in (metadata, turned):
        assert asked(answered(1, 0, body=same)).question == question
    blocks = [asked(answered(1, 0, body=each)).question for each in (marked, plain)]
    assert blocks[0] == blocks[1]
    assert asked(answered(1, 0, body=asking(said + more + "!"))).question != question
    for time in ("2026-11-24T16:00:01Z", "2026-11-24 16:00"):
        timed = asked(answered(1, 0, body=asking(said + more + time)))
        assert timed.question == asked(answered(1, 0, body=asking(said + more))).question
