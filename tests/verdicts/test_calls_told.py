"""Attempts are joined into calls by evidence, and by nothing less."""

from __future__ import annotations

from typing import Any

import pytest
from made_up import BODY, made

from simtwin.verdicts.attempt import Attempt
from simtwin.verdicts.calls import LATE, SOON, calls


def attempt(number: int, began: float, took: float = 1.0, **changes: Any) -> Attempt:
    return Attempt(made(number, began, took, **changes))


def sizes(*attempts: Attempt) -> list[int]:
    return [len(call.attempts) for call in calls(attempts)]


def test_the_same_again_after_a_failure_is_a_retry() -> None:
    (call,) = calls([attempt(1, 0), attempt(2, 3), attempt(3, 9, status=200)])

    assert call.confidence == "medium"
    assert call.waits == (2, 5)
    assert call.succeeded


def test_the_retry_count_of_the_sdk_makes_it_certain() -> None:
    (call,) = calls(
        attempt(number, 3 * number, stainless={"retry-count": str(number)}) for number in range(3)
    )

    assert call.confidence == "high"
    assert not call.succeeded


def test_so_does_a_name_that_the_client_gives_the_call() -> None:
    body = {**BODY, "max_tokens": 5}
    (call,) = calls([attempt(1, 0, call="a"), attempt(2, 900, call="a", body=body)])

    assert call.confidence == "high"


def test_an_answer_that_was_whole_ends_its_call() -> None:
    assert sizes(attempt(1, 0, status=200), attempt(2, 3)) == [1, 1]


def test_an_answer_that_was_cut_does_not() -> None:
    cut = attempt(1, 0, status=200, whole=False, ended="hangup", closed_at=1.0)

    assert sizes(cut, attempt(2, 3)) == [2]


def test_what_overlaps_is_no_retry() -> None:
    assert sizes(attempt(1, 0, took=5), attempt(2, 3)) == [1, 1]


@pytest.mark.parametrize(
    "other",
    [
        {"key": "other"},
        {"body": {**BODY, "messages": []}},
        {"path": "/v1/messages/count_tokens"},
        {"first_byte_at": 1 + SOON + 1},
    ],
)
def test_another_key_another_question_or_another_hour_is_another_call(
    other: dict[str, Any],
) -> None:
    assert sizes(attempt(1, 0), attempt(2, 3, **other)) == [1, 1]


def test_whoever_was_told_to_wait_long_has_twice_as_long_to_come_back() -> None:
    told = attempt(1, 0, told={"retry-after": "100"})

    assert sizes(told, attempt(2, 200)) == [2]
    assert sizes(told, attempt(2, 202)) == [1, 1]


def test_what_a_client_changes_without_asking_for_anything_else_is_passed_over() -> None:
    changed = {**BODY, "metadata": {"user_id": "another"}}

    assert sizes(attempt(1, 0), attempt(2, 3, body=changed)) == [2]


def test_calls_side_by_side_are_kept_apart() -> None:
    other = {**BODY, "max_tokens": 9}
    mixed = [attempt(1, 0), attempt(2, 0.5, body=other), attempt(3, 3), attempt(4, 3.5, body=other)]

    assert sizes(*mixed) == [2, 2]
    assert [call.attempts[0].entry.id for call in calls(reversed(mixed))] == [1, 2]


def test_late_or_by_another_program_it_is_hardly_evidence() -> None:
    late = attempt(2, 1 + SOON + 1)
    stranger = attempt(2, 3, user_agent="another")

    for second in (late, stranger):
        (call,) = calls([attempt(1, 0), second], "low")
        assert call.confidence == "low"
    assert len(calls([attempt(1, 0), attempt(2, LATE + 2)], "low")) == 2


def test_a_span_may_be_that_of_many_calls_and_an_attempt_may_have_its_own() -> None:
    span = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    own = span.replace("00f0", "11f0")

    assert sizes(attempt(1, 0, call=span), attempt(2, 3, call=span)) == [2]
    assert sizes(attempt(1, 0, call=span), attempt(2, 3, call=own)) == [2]
    assert sizes(attempt(1, 0, call=span), attempt(2, 3, call=span, body={**BODY, "x": 1})) == [
        1,
        1,
    ]


def test_a_conversation_that_goes_on_is_no_retry() -> None:
    turn = [
        *BODY["messages"],
        {"role": "assistant", "content": "no"},
        {"role": "user", "content": "?"},
    ]

    assert sizes(attempt(1, 0), attempt(2, 3, body={**BODY, "messages": turn})) == [1, 1]


def test_samples_of_one_prompt_that_are_all_tried_again_are_kept_apart() -> None:
    firsts = [attempt(n, 0.001 * n, stainless={"retry-count": "0"}) for n in range(1, 4)]
    seconds = [attempt(n + 3, 3 + 0.5 * n, stainless={"retry-count": "1"}) for n in range(1, 4)]

    assert sizes(*firsts, *seconds) == [2, 2, 2]


def counted(number: int, began: float, count: int, **changes: Any) -> Attempt:
    return attempt(number, began, 0.01, stainless={"retry-count": str(count)}, **changes)


def ids(*attempts: Attempt) -> list[list[int]]:
    return [[each.entry.id for each in call.attempts] for call in calls(attempts)]


def test_workers_who_ask_the_same_a_little_apart_are_told_apart_by_their_retries() -> None:
    firsts = [counted(n, 0.1 * n, 0) for n in (1, 2, 3)]
    seconds = [counted(n + 3, 2 + 0.1 * n, 1, status=200) for n in (1, 2, 3)]

    assert ids(*firsts, *seconds) == [[1, 4], [2, 5], [3, 6]]
    # It is who waited for longest that comes back.
    assert ids(*firsts[:2], seconds[0]) == [[1, 4], [2]]


def test_what_the_sdk_never_tries_again_was_tried_again_by_whatever_is_around_it() -> None:
    refused = counted(1, 0, 0, status=400)
    cut = counted(1, 0, 0, status=200, whole=False, ended="hangup", closed_at=0.01)

    for first in (refused, cut):
        assert ids(first, counted(2, 1, 0), counted(3, 2, 1)) == [[1, 2, 3]]
    nested = [counted(n, 3.0 * n, n % 3) for n in range(6)]
    assert ids(*nested) == [[0, 1, 2, 3, 4, 5]]


def test_a_question_is_the_same_a_second_later() -> None:
    def dated(second: int) -> dict[str, Any]:
        return {**BODY, "system": f"Now: 2026-11-24T16:00:0{second}Z."}

    assert sizes(attempt(1, 0, body=dated(1)), attempt(2, 3, body=dated(4))) == [2]


def test_lanes_are_tests_side_by_side_which_try_nothing_of_each_other_again() -> None:
    assert sizes(attempt(1, 0, lane="x"), attempt(2, 3, lane="y"), attempt(3, 6, lane="x")) == [
        2,
        1,
    ]


def test_nothing_makes_no_calls() -> None:
    assert calls([]) == ()
