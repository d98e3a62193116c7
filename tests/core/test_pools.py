"""The limits of one owner: all or nothing, waits that hold, books that balance."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin.core.bucket import MINUTE, NS
from simtwin.core.pools import (
    Ask,
    Curve,
    Gauge,
    Gauges,
    Granted,
    Impossible,
    Pools,
    Quota,
    Refused,
    unlimited_gauges,
)

START = 1_000 * NS
QUOTA = Quota(rpm=50, itpm=30_000, otpm=8_000)


def ask(request: str, input_tokens: int = 10, curve: Curve | None = None) -> Ask:
    return Ask("claude-opus-4.x", request, input_tokens, curve)


def at_once(tokens: int, now: int = START) -> Curve:
    return Curve(now, now, tokens)


def take(pools: Pools, asked: Ask, now: int = START, quota: Quota = QUOTA) -> Pools:
    """The pools once the request is admitted, as it has to be."""
    after, verdict = pools.take(asked, quota, now)
    assert isinstance(verdict, Granted)
    return after


def _remaining(pools: Pools, quota: Quota, now: int) -> tuple[int, int, int]:
    gauges = pools.gauges("claude-opus-4.x", quota, now)
    assert gauges.input is not None
    assert gauges.output is not None
    return gauges.requests.remaining, gauges.input.remaining, gauges.output.remaining


@given(
    st.lists(
        st.tuples(st.integers(0, MINUTE), st.integers(0, 2_000), st.integers(0, 2_000)), max_size=8
    ),
    st.integers(0, MINUTE // 2),
)
def test_the_books_balance_once_all_is_settled(
    answers: list[tuple[int, int, int]], pause: int
) -> None:
    # A bucket that has just come out of a debt and is far from full: nothing is poured away.
    quota = Quota(10**6, 10**6, 10**6)
    pools = take(Pools.empty(), ask("req_debt", 0, at_once(10**7)), quota=quota)
    pools, now = pools.settle("req_debt", 10**7, START), START + 9 * MINUTE + 1
    for number, (length, tokens, _) in enumerate(answers):
        curve = Curve(now, now + length + 1, tokens)
        pools = take(pools, ask(f"req_{number}", 1, curve), now, quota)

    for number, (_, _, produced) in enumerate(answers):
        pools = pools.settle(f"req_{number}", produced, now + pause)

    truth = sum(produced for *_, produced in answers)
    assert not pools.held
    assert _remaining(pools, quota, now + pause)[2] == (pause + 1) * 10**6 // MINUTE - truth


def test_a_request_takes_one_request_and_its_tokens() -> None:
    pools, verdict = Pools.empty().take(ask("req_1", 600, at_once(80)), QUOTA, START)

    assert isinstance(verdict, Granted)
    assert verdict.gauges == Gauges(
        Gauge(50, 49, START + 1_200_000_000),
        Gauge(30_000, 29_400, START + 1_200_000_000),
        Gauge(8_000, 7_920, START + 600_000_000),
    )
    assert verdict.gauges == pools.gauges("claude-opus-4.x", QUOTA, START)


def test_pools_of_models_are_apart() -> None:
    pools = take(Pools.empty(), ask("req_1", 30_000))

    assert pools.gauges("claude-haiku-4.5", QUOTA, START) == unlimited_gauges(QUOTA, START)


@pytest.mark.parametrize(
    ("quota", "taken", "asked", "measure", "limit", "wait"),
    [
        (Quota(1, 100, 100), ask("a", 0), ask("b", 0), "requests", 1, MINUTE),
        (Quota(60, 60, 100), ask("a", 60), ask("b", 30), "input_tokens", 60, 30 * NS),
        (Quota(60, 60, 60), ask("a", 0, at_once(60)), ask("b"), "output_tokens", 60, 1),
        (Quota(60, 60, 60), ask("a", 0, at_once(90)), ask("b"), "output_tokens", 60, 30 * NS + 1),
        (Quota(1, 60, 60), ask("a", 60, at_once(90)), ask("b", 60), "requests", 1, MINUTE),
        (Quota(2, 60, 60), ask("a", 60, at_once(90)), ask("b", 60), "input_tokens", 60, MINUTE),
    ],
)
def test_a_refusal_names_what_takes_longest(
    *, quota: Quota, taken: Ask, asked: Ask, measure: str, limit: int, wait: int
) -> None:
    pools = take(Pools.empty(), taken, quota=quota)

    _, verdict = pools.take(asked, quota, START)

    assert isinstance(verdict, Refused)
    assert (verdict.measure, verdict.limit, verdict.wait) == (measure, limit, wait)


def test_the_wait_looks_past_a_bucket_that_streams_will_have_drunk_dry() -> None:
    # Refused for requests, a minute. By then a stream will have put the output 40 tokens in debt.
    quota = Quota(1, 1_000, 60)
    pools = take(Pools.empty(), ask("req_1", 1, Curve(START, START + MINUTE, 160)), quota=quota)

    _, verdict = pools.take(ask("req_2"), quota, START)

    assert isinstance(verdict, Refused)
    assert (verdict.measure, verdict.wait) == ("requests", MINUTE + 40 * NS + 1)


def test_a_request_over_its_limit_is_impossible_at_once() -> None:
    pools, verdict = Pools.empty().take(ask("req_1", 30_001), QUOTA, START)

    assert isinstance(verdict, Impossible)
    assert (verdict.measure, verdict.limit, verdict.size) == ("input_tokens", 30_000, 30_001)
    assert pools is Pools.empty()


def test_output_counts_as_it_is_produced() -> None:
    pools = take(Pools.empty(), ask("req_1", 0, Curve(START, START + 10 * NS, 4_000)))

    seen = [_remaining(pools, QUOTA, START + second * NS)[2] for second in (0, 3, 10, 25)]

    # 400 a second go out for ten seconds, 133.3 a second come in.
    assert seen == [8_000, 7_200, 5_333, 7_333]


def test_no_stream_is_stopped_and_none_begins_below_zero() -> None:
    quota = Quota(50, 1_000, 60)
    pools = take(Pools.empty(), ask("req_1", 0, Curve(START, START + 10 * NS, 600)), quota=quota)
    pools = take(pools, ask("req_2", 0, Curve(START, START + 10 * NS, 600)), quota=quota)

    _, verdict = pools.take(ask("req_3"), quota, START + 5 * NS)

    assert isinstance(verdict, Refused)
    assert verdict.gauges.output is not None
    assert verdict.gauges.output.remaining == 60 + 5 - 600
    assert verdict.wait == 5 * NS + (1_200 - 70) * NS + 1


def test_the_truth_takes_the_place_of_the_curve() -> None:
    pools = take(Pools.empty(), ask("req_1", 0, Curve(START, START + NS, 4_000)))

    settled = pools.settle("req_1", 1_000, START + NS // 2)

    assert _remaining(settled, QUOTA, START + NS // 2)[2] == 8_000 - 1_000 + 66
    assert _remaining(settled, QUOTA, START + NS)[2] == 8_000 - 1_000 + 133


def test_a_stall_moves_what_is_still_to_come() -> None:
    quota = Quota(50, 1_000, 6_000)
    pools = take(Pools.empty(), ask("req_1", 0, Curve(START, START + 20 * NS, 6_000)), quota=quota)
    stalled = Curve(START, START + 200 * NS, 6_000)

    corrected = pools.correct("req_1", stalled, START + 10 * NS)

    assert _remaining(pools, quota, START + 20 * NS)[2] == 6_000 - 4_000
    assert _remaining(corrected, quota, START + 20 * NS)[2] == 6_000
    assert _remaining(corrected, quota, START + 200 * NS)[2] == 6_000


@pytest.mark.parametrize("request_id", ["req_settled", "req_given_back", "req_unknown"])
def test_what_is_not_held_cannot_be_settled_corrected_or_given_back(request_id: str) -> None:
    pools = take(Pools.empty(), ask("req_settled", 9, at_once(9)))
    pools = take(pools, ask("req_given_back", 9, at_once(9)))
    pools = take(pools, ask("req_under_way", 9, at_once(9)))
    pools = pools.settle("req_settled", 5, START).give_back(ask("req_given_back"), START)

    assert pools.settle(request_id, 100, START) is pools
    assert pools.correct(request_id, at_once(100), START) is pools
    assert pools.give_back(ask(request_id), START) is pools


def test_a_request_cannot_be_taken_twice() -> None:
    pools = take(Pools.empty(), ask("req_1"))

    with pytest.raises(ValueError, match="req_1 is held already"):
        pools.take(ask("req_1"), QUOTA, START)


def test_a_pool_may_count_requests_alone() -> None:
    quota = Quota(rpm=2)
    counted = Ask("count_tokens", "req_1", 10**9, at_once(10**9))

    pools = take(Pools.empty(), counted, quota=quota)

    assert pools.gauges("count_tokens", quota, START) == Gauges(
        Gauge(2, 1, START + 30 * NS), None, None
    )
    assert pools.correct("req_1", at_once(1), START) is pools
    assert pools.settle("req_1", 5, START).held == {}
    back = pools.give_back(counted, START)
    assert back.gauges("count_tokens", quota, START) == unlimited_gauges(quota, START)
    _, verdict = take(pools, attrs.evolve(counted, request="req_2"), quota=quota).take(
        attrs.evolve(counted, request="req_3"), quota, START
    )
    assert isinstance(verdict, Refused)
    assert verdict.wait == 30 * NS


def test_a_new_quota_takes_hold_at_the_next_look() -> None:
    pools = take(Pools.empty(), ask("req_1", 15_000, at_once(4_000)))

    smaller = pools.gauges("claude-opus-4.x", Quota(5, 3_000, 800), START)

    assert smaller.requests == Gauge(5, 4, START + 1_200_000_000)
    assert smaller.input == Gauge(3_000, 1_500, START + 30 * NS)
    assert smaller.output == Gauge(800, 400, START + 30 * NS)


def test_a_limit_that_comes_and_goes_keeps_the_books_of_what_is_under_way() -> None:
    bare = Quota(50)
    pools = take(Pools.empty(), ask("req_1", 10, Curve(START, START + MINUTE, 16_000)))
    pools = take(pools, ask("req_2", 10, Curve(START, START + MINUTE, 16_000)), quota=bare)

    pools = pools.settle("req_2", 16_000, START + MINUTE)
    pools = pools.settle("req_1", 16_000, START + MINUTE)

    assert _remaining(pools, QUOTA, START + MINUTE)[2] == 8_000 + 8_000 - 16_000


def test_an_owner_that_does_nothing_costs_nothing() -> None:
    owners = [Pools.empty() for _ in range(10_000)]

    assert {id(owner) for owner in owners} == {id(Pools.empty())}


def test_an_owner_that_went_idle_costs_under_a_kilobyte_and_nothing_once_rested() -> None:
    pools = take(Pools.empty(), ask("req_1", 900, at_once(900))).settle("req_1", 900, START)

    shared = {id(part) for part in _parts(Pools.empty())} | {id("claude-opus-4.x")}
    own = {id(part): part for part in _parts(pools) if id(part) not in shared}

    assert sum(sys.getsizeof(part) for part in own.values()) < 1_000
    assert pools.rested(START + NS) is not Pools.empty()
    assert pools.rested(START + MINUTE) is Pools.empty()


def _parts(value: object) -> Iterator[object]:
    """Everything that a value is made of, itself included."""
    yield value
    parts: list[Any] = []
    kind: type[Any] = type(value)
    if attrs.has(kind):
        parts = [getattr(value, field.name) for field in attrs.fields(kind)]
    elif isinstance(value, dict):
        parts = [*value.keys(), *value.values()]
    for part in parts:
        yield from _parts(part)
