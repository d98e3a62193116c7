"""What was used, kept in columns."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from simtwin.core.spent import Spent
from simtwin.core.usage import Tokens
from simtwin.store.records import AccountRecord
from simtwin.store.spending import Spending

EVER = (0.0, float("inf"))


def account(tenant: str = "t1", key: str = "k1") -> AccountRecord:
    return AccountRecord(key, tenant, 1, 1, b"digest", "", 0.0)


def row(at: float, key: str = "k1", **fields: Any) -> Spent:
    given_fields: dict[str, Any] = {"tokens": Tokens(1, 2, 3, 4), **fields}
    return Spent(at, key, None, given_fields.pop("model", "claude-opus-5"), **given_fields)


def told(spending: Spending, tenant: str = "t1", of: tuple[float, float] = EVER) -> list[Spent]:
    return [each for each in spending.rows(tenant, *of) if each is not None]


def test_a_row_reads_back_as_it_was_at_the_start_of_its_minute() -> None:
    spending = Spending()
    spent = row(125.0, tier="batch", geo="us", long=True, fast=True, claude_code=True, searches=5)
    spending.add(account(), spent)

    (back,) = told(spending)
    assert back.at == 120.0
    assert (back.tokens, back.tier, back.geo, back.searches) == (spent.tokens, "batch", "us", 5)
    assert (back.long, back.fast, back.claude_code) == (True, True, True)


def test_what_is_alike_in_a_minute_is_one_row() -> None:
    spending = Spending()
    for at in (60.0, 61.0, 119.9, 120.0):
        spending.add(account(), row(at))
    spending.add(account(), row(121.0, fast=True))

    assert [(each.at, each.requests, each.tokens.output) for each in told(spending)] == [
        (60.0, 3, 12),
        (120.0, 1, 4),
        (120.0, 1, 4),
    ]


def test_organizations_and_times_are_apart() -> None:
    spending = Spending()
    spending.add(account(), row(60.0))
    spending.add(account("t2", "k2"), row(60.0, "k2"))
    spending.add(account(), row(600.0))

    assert len(told(spending)) == 2
    assert [each.at for each in told(spending, of=(0.0, 600.0))] == [60.0]
    assert [each.key for each in told(spending, "t2")] == ["k2"]


@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from("abc")), max_size=60))
def test_folding_keeps_every_token_while_hours_are_few(asked: list[tuple[int, str]]) -> None:
    spending = Spending(most=8)
    for number, (step, model) in enumerate(asked):
        spending.add(account(), row(60.0 * (number + step / 10), model=model))

    assert len(spending) <= 8
    assert sum(each.tokens.output for each in told(spending)) == 4 * len(asked)
    assert sum(each.requests for each in told(spending)) == len(asked)


def test_what_does_not_fit_even_so_is_dropped_oldest_first_and_counted() -> None:
    spending = Spending(most=8)
    for hour in range(20):
        spending.add(account(), row(3_600.0 * hour))

    assert len(spending) <= 8
    assert spending.dropped + len(spending) == 20
    assert told(spending)[-1].at == 19 * 3_600.0


def test_a_reader_that_pauses_reads_what_there_was_when_it_began() -> None:
    spending = Spending(most=4)
    for minute in range(4):
        spending.add(account(), row(60.0 * minute))
    reader = spending.rows("t1", *EVER)
    first = next(reader)
    for minute in range(4, 8):
        spending.add(account(), row(60.0 * minute))

    rest = [each for each in reader if each is not None]
    assert first is not None
    assert [first.at, *(each.at for each in rest)] == [0.0, 60.0, 120.0, 180.0]
