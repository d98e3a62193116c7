"""Usage adds up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simtwin.core.usage import Tokens, Usage

tokens = st.builds(Tokens, *[st.integers(0, 10**6)] * 4)
answers = st.lists(st.tuples(st.sampled_from([None, 200, 429, 529]), tokens, st.booleans()))


def booked(rows: list[tuple[int | None, Tokens, bool]]) -> Usage:
    usage = Usage()
    for status, cost, whole in rows:
        usage = usage.with_answer(status, cost, whole=whole)
    return usage


def test_an_answer_cut_before_its_head_counts_as_none() -> None:
    usage = Usage().with_answer(None, Tokens(), whole=False)

    assert usage.requests == {"none": 1}


def test_only_answers_that_were_not_whole_count_as_aborted() -> None:
    usage = booked([(200, Tokens(output=5), True), (200, Tokens(output=3), False)])

    assert usage.tokens.output == 8
    assert usage.aborted == 3


@given(answers)
def test_requests_and_tokens_add_up(rows: list[tuple[int | None, Tokens, bool]]) -> None:
    told = booked(rows).statistics()

    assert sum(told["requests"].values()) == len(rows)
    assert told["input_tokens"] == sum(cost.input for _, cost, _ in rows)
    assert told["output_tokens"] == sum(cost.output for _, cost, _ in rows)
    assert told["cache_read_input_tokens"] == sum(cost.cache_read for _, cost, _ in rows)
    assert told["cache_creation_input_tokens"] == sum(cost.cache_creation for _, cost, _ in rows)
    assert 0 <= told["aborted_output_tokens"] <= told["output_tokens"]


@given(answers, answers)
def test_the_usage_of_two_keys_is_the_sum(
    some: list[tuple[int | None, Tokens, bool]], more: list[tuple[int | None, Tokens, bool]]
) -> None:
    together = booked(some).plus(booked(more))

    assert together.statistics() == booked(some + more).statistics()
