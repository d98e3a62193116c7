"""Buckets: by table as golang's rate_test has them, by law, and against two other algorithms."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin.core.bucket import MINUTE, NS, Bucket

START = 1_000 * NS
limits = st.integers(1, 2_000_000)
spans = st.integers(0, 3 * MINUTE)


@st.composite
def buckets(draw: st.DrawFn) -> Bucket:
    """A bucket in any state, debt included."""
    limit = draw(limits)
    return Bucket(limit, draw(st.integers(-limit * MINUTE, limit * MINUTE)), START)


@pytest.mark.parametrize(
    ("limit", "rows"),
    [
        pytest.param(
            60,
            [
                (0, 60, True),
                (0, 1, False),
                (1, 1, True),
                (1, 1, False),
                (3, 2, True),
                (3, 1, False),
            ],
            id="one a second, all at first",
        ),
        pytest.param(
            1,
            [(0, 1, True), (59, 1, False), (60, 1, True), (119, 1, False), (120, 1, True)],
            id="one a minute",
        ),
        pytest.param(
            60,
            [(0, 61, False), (0, 60, True), (600, 61, False), (600, 60, True), (600, 1, False)],
            id="never more than the limit, however long it rests",
        ),
        pytest.param(
            60,
            [(10, 60, True), (5, 1, False), (10, 1, False), (11, 1, True), (2, 1, False)],
            id="time that goes back refills nothing",
        ),
        pytest.param(
            60, [(0, 60, True), (0, 0, True), (0, 1, False)], id="nothing is always there"
        ),
    ],
)
def test_a_bucket_gives_what_the_table_says(limit: int, rows: list[tuple[int, int, bool]]) -> None:
    bucket = Bucket.full(limit, START)
    taken = []

    for second, amount, _ in rows:
        after = bucket.take(amount, START + second * NS)
        taken.append((second, amount, after is not None))
        bucket = after or bucket

    assert taken == rows


@pytest.mark.parametrize(
    ("limit", "taken", "elapsed", "left"),
    [
        (60, 60, 0, (0, NS, MINUTE)),
        (60, 59, 0, (1, 0, 59 * NS)),
        (60, 60, NS - 1, (0, 1, 59 * NS + 1)),
        (7, 7, 0, (0, 8_571_428_572, MINUTE)),
        (7, 7, 8_571_428_571, (0, 1, MINUTE - 8_571_428_571)),
        (7, 7, 8_571_428_572, (1, 0, MINUTE - 8_571_428_572)),
        (60, 90, 0, (-30, 31 * NS, 90 * NS)),
        (60, 0, 5, (60, 0, 0)),
    ],
)
def test_what_is_left_and_how_long_until_one_more_and_until_it_is_full(
    limit: int, taken: int, elapsed: int, left: tuple[int, int, int]
) -> None:
    bucket = Bucket.full(limit, START).debit(taken, START)

    now = START + elapsed

    assert (bucket.remaining(now), bucket.wait(1, now), bucket.full_at(now) - now) == left


@given(buckets(), st.data())
def test_a_wait_is_true_to_the_nanosecond(bucket: Bucket, data: st.DataObject) -> None:
    amount = data.draw(st.integers(0, bucket.limit))
    now = data.draw(st.integers(START - MINUTE, START + MINUTE))

    wait = bucket.wait(amount, now)

    assert bucket.take(amount, now + wait) is not None
    assert wait == 0 or bucket.take(amount, now + wait - 1) is None


@given(buckets())
def test_it_is_full_when_it_says_and_not_before(bucket: Bucket) -> None:
    full_at = bucket.full_at(START)

    assert bucket.remaining(full_at) == bucket.limit
    assert full_at == START or bucket.level_at(full_at - 1) < bucket.limit * MINUTE


def test_there_is_no_wait_for_more_than_the_limit() -> None:
    with pytest.raises(ValueError, match="61 can never be taken: the limit is 60"):
        Bucket.full(60, START).wait(61, START)


@given(
    limits,
    st.lists(st.tuples(st.integers(0, 20 * NS), st.integers(0, 2_500_000)), max_size=30),
)
def test_over_any_window_no_more_than_burst_and_rate_is_taken(
    limit: int, asked: list[tuple[int, int]]
) -> None:
    bucket, now = Bucket.full(limit, START), START
    taken: list[tuple[int, int]] = []

    for pause, amount in asked:
        now += pause
        after = bucket.take(amount, now)
        if after is not None:
            bucket = after
            taken.append((now, amount))

    for first, (since, _) in enumerate(taken):
        total = 0
        for until, amount in taken[first:]:
            total += amount
            assert total * MINUTE <= limit * MINUTE + limit * (until - since)


@given(buckets(), spans, spans)
def test_two_refills_are_one(bucket: Bucket, first: int, second: int) -> None:
    # Hence any number of them: ten million looks at a bucket leave it where one look does.
    middle, end = START + first, START + first + second

    assert bucket.advance(middle).advance(end) == bucket.advance(end)


@given(buckets(), spans)
def test_time_that_goes_back_changes_nothing(bucket: Bucket, back: int) -> None:
    earlier = START - back

    assert bucket.advance(earlier) == bucket
    assert bucket.remaining(earlier) == bucket.remaining(START)
    taken = bucket.take(0, earlier)
    assert taken in (bucket, None)


@given(buckets(), st.data())
def test_a_take_is_a_debit_that_leaves_no_debt(bucket: Bucket, data: st.DataObject) -> None:
    now = START + data.draw(spans)
    amount = data.draw(st.integers(0, 2 * bucket.limit))

    after = bucket.take(amount, now)

    assert (after is None) == (bucket.level_at(now) < amount * MINUTE)
    assert after is None or after == bucket.debit(amount, now)


@given(
    st.integers(1, 60),
    st.lists(st.tuples(st.integers(0, 9 * NS), st.integers(0, 60)), max_size=40),
)
def test_it_is_the_bucket_of_exact_fractions(limit: int, asked: list[tuple[int, int]]) -> None:
    bucket, now = Bucket.full(limit, START), START
    exact = Fraction(limit)

    for pause, amount in asked:
        now += pause
        exact = min(Fraction(limit), exact + Fraction(pause * limit, MINUTE))
        after = bucket.take(amount, now)
        assert (after is not None) == (amount <= exact)
        if after is not None:
            bucket, exact = after, exact - amount

        assert Fraction(bucket.level_at(now), MINUTE) == exact


def test_two_hundred_thousand_takes_end_where_a_meter_of_arrivals_does() -> None:
    # The same limit as ITU-T I.371 has it: not a level but the time at which the source would be on
    # schedule again. A fraction of a nanosecond with the denominator `limit`, so exact as well.
    rng = Random(2026)
    limit, now = 997, START
    bucket, due = Bucket.full(limit, START), START * limit

    admitted = 0
    for _ in range(200_000):
        now += rng.randrange(2 * MINUTE // limit * 20)
        amount = rng.randrange(40)
        after = bucket.take(amount, now)
        schedule = max(due, now * limit) + amount * MINUTE
        assert (after is not None) == (schedule - now * limit <= MINUTE * limit)
        if after is not None:
            bucket, due = after, schedule
            admitted += 1

    assert bucket.level_at(now) == limit * MINUTE - max(0, due - now * limit)
    assert 100_000 < admitted < 200_000


@given(buckets(), limits, spans)
def test_it_makes_no_difference_when_a_new_limit_takes_hold(
    bucket: Bucket, limit: int, pause: int
) -> None:
    later = START + pause

    at_once, in_the_end = bucket.resized(limit, START), bucket.resized(limit, later)

    assert at_once.advance(later) == in_the_end.advance(later)


@given(buckets(), limits)
def test_a_new_limit_keeps_the_share_and_there_and_back_gains_nothing(
    bucket: Bucket, limit: int
) -> None:
    other = bucket.resized(limit, START)

    exact = Fraction(bucket.level * limit, bucket.limit)
    assert exact - 1 < other.level <= exact
    assert other.resized(bucket.limit, START).level <= bucket.level
    assert bucket.resized(bucket.limit, START) == bucket


@given(buckets(), st.data())
def test_what_is_given_back_at_once_was_never_taken(bucket: Bucket, data: st.DataObject) -> None:
    amount = data.draw(st.integers(0, bucket.limit))
    taken = bucket.take(amount, START)

    given_back = taken and taken.give_back(amount, bucket.limit, START, START)

    assert given_back in (bucket, None)


@given(
    limits,
    st.lists(st.tuples(st.integers(0, 40 * NS), st.integers(0, 2_500_000)), max_size=10),
    st.data(),
)
def test_what_is_given_back_late_never_gains(
    limit: int, others: list[tuple[int, int]], data: st.DataObject
) -> None:
    amount = data.draw(st.integers(0, limit))
    never = Bucket.full(limit, START)
    taken = never.debit(amount, START)
    now = START

    for pause, other in others:
        now += pause
        after = taken.take(other, now)
        if after is not None:
            taken, never = after, never.debit(other, now)
    given_back = taken.give_back(amount, limit, START, now)

    assert taken.level_at(now) <= given_back.level_at(now) <= never.level_at(now)
    assert never.level_at(now) >= 0
