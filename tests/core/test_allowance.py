"""What a gateway lets a key use: by example, and that a refusal takes nothing."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin.core import key as keys
from simtwin.core.allowance import NOTHING_SPENT, Allowance, Short, Spent
from simtwin.core.bucket import MINUTE, NS
from simtwin.core.key import Key, Settlement
from simtwin.core.usage import Tokens, Usage

START = 1_000 * NS
some = st.none() | st.integers(0, 5)


def short(spent: Spent, allowance: Allowance, cost: float = 0.0, at: int = START) -> Short | None:
    return spent.take(allowance, cost, 1, at)[1]


def test_a_model_without_a_price_costs_nothing() -> None:
    usage = {"a-model-of-ours": Usage(tokens=Tokens(1_000_000)), "": Usage()}

    assert Allowance(spend=0.25).cost(usage) == 0.25


def test_nothing_is_short_where_nothing_is_limited() -> None:
    assert short(NOTHING_SPENT, Allowance(), cost=1e9) is None


def test_a_budget_that_is_used_up_refuses_and_one_that_is_nearly_does_not() -> None:
    allowance = Allowance(budget=1.0)

    assert short(NOTHING_SPENT, allowance, cost=0.999) is None
    assert short(NOTHING_SPENT, allowance, cost=1.0) == Short("budget", 1.0, 1.0)


def test_a_budget_is_whole_again_when_its_window_is_over() -> None:
    allowance = Allowance(budget=1.0, window=60 * NS, since=START)

    late, refused = NOTHING_SPENT.take(allowance, 1.0, 1, START + 60 * NS - 1)
    anew, admitted = late.take(allowance, 1.5, 1, START + 60 * NS)

    assert (refused is None, admitted is None) == (False, True)
    assert anew.cost(allowance, 2.0, START + 61 * NS) == 0.5
    assert anew.cost(allowance, 2.0, START + 120 * NS) == 0.0


def test_requests_come_back_one_by_one() -> None:
    allowance = Allowance(requests=2)
    spent = NOTHING_SPENT
    for _ in range(2):
        spent, refused = spent.take(allowance, 0.0, 1, START)
        assert refused is None

    assert short(spent, allowance) == Short("requests", 2, 2, MINUTE // 2)
    assert short(spent, allowance, at=START + MINUTE // 2) is None


def test_tokens_are_taken_when_an_answer_is_over_and_may_leave_a_debt() -> None:
    allowance = Allowance(tokens=60)
    spent, _ = NOTHING_SPENT.take(allowance, 0.0, 1, START)

    spent = spent.settled(90, START)

    assert short(spent, allowance) == Short("tokens", 60, 60, 31 * NS)
    assert short(spent, allowance, at=START + 31 * NS) is None


@pytest.mark.parametrize("limits", [{"requests": 0}, {"tokens": 0}, {"parallel": 0}])
def test_a_limit_of_zero_lets_nothing_through(limits: dict[str, int]) -> None:
    assert short(NOTHING_SPENT, Allowance(**limits)) is not None


def test_requests_at_once_are_counted_with_the_one_that_asks() -> None:
    allowance = Allowance(parallel=2)

    assert NOTHING_SPENT.take(allowance, 0.0, 2, START)[1] is None
    assert NOTHING_SPENT.take(allowance, 0.0, 3, START)[1] == Short("max_parallel_requests", 2, 3)


@given(
    allowance=st.builds(Allowance, some, some, some, some, st.none() | st.integers(1, MINUTE)),
    steps=st.lists(
        st.tuples(st.integers(0, MINUTE), st.integers(0, 9), st.integers(1, 6)), max_size=20
    ),
)
def test_a_refused_request_takes_nothing_from_any_bucket(
    allowance: Allowance, steps: list[tuple[int, int, int]]
) -> None:
    spent, now, cost = NOTHING_SPENT, START, 0.0
    for wait, tokens, under_way in steps:
        now, cost = now + wait, cost + tokens / 4
        after, refused = spent.take(allowance, cost, under_way, now)
        if refused is not None:
            assert (after.requests, after.tokens) == (spent.requests, spent.tokens)
            if refused.wait:
                # Whoever waits as long as was told is not short of the same thing.
                again = after.take(
                    attrs.evolve(allowance, budget=None, parallel=None),
                    cost,
                    1,
                    now + refused.wait,
                )[1]
                assert again is None or again.measure != refused.measure
        spent = after.settled(tokens, now)


def test_a_key_books_what_it_is_held_to() -> None:
    allowance = Allowance(tokens=100, budget=1.0, spend=0.5)
    key = attrs.evolve(Key.made(START), in_flight=1)

    key, admitted = keys.allow(key, START, allowance=allowance)
    settlement = Settlement(200, "claude-sonnet-4-6", Tokens(60, 10, 10, 30), whole=True, hold="1")
    key, _ = keys.settle(key, START, settlement=settlement)
    _, refused = keys.allow(key, START, allowance=allowance)
    anew, _ = keys.reset(key, START)

    assert admitted == 0.5
    # 60 at $3, 10 written at $3.75, 10 read at $0.30 and 30 at $15, a million.
    assert allowance.cost(key.usage) == 0.5006705
    assert isinstance(refused, Short)
    assert refused.measure == "tokens"
    assert anew.spent == NOTHING_SPENT
