"""Overload that answers to load: a capacity shared by all, and who gets out of it."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from rule_site import CREATE, Site, made, who

from simtwin.core.bucket import NS
from simtwin.core.commons import MOST_ADDRESSES, Commons
from simtwin.core.room import Room
from simtwin.core.traffic import Traffic
from simtwin.core.triggers import Capacity


def site(**capacity: Any) -> Site:
    return Site(made({"when": {"capacity": capacity}, "refuse": {"status": 529}}))


def test_work_of_all_tenants_fills_one_room_and_leaves_it_when_it_is_answered() -> None:
    room = site(in_flight=2, refused_seconds=0)
    first, second = room.ask("a1"), room.ask("b1")

    full = room.fired("c1")
    room.end("a1", *first, succeeded=True)
    free = room.fired("c1")

    assert not first[0].rules
    assert not second[0].rules
    assert full == ["refuse"]
    assert free == []


def test_a_room_of_a_tenant_is_not_filled_by_another() -> None:
    room = site(in_flight=1, of="tenant")
    room.ask("a1")

    assert room.fired("b1") == []
    assert room.fired("a2") == ["refuse"]


def test_turning_one_away_is_work_that_fades() -> None:
    capacity = Capacity(in_flight=5, refused_seconds=2)
    room = Room()
    room.turn_away(capacity, 0)

    assert [round(room.work(capacity, at * NS), 2) for at in (0, 2, 4, 60)] == [1, 0.37, 0.14, 0]


@given(
    gaps=st.lists(st.floats(0, 5), min_size=1, max_size=30),
    seconds=st.floats(0.1, 5),
)
def test_what_is_turned_away_never_costs_more_than_it_did_and_never_less_than_nothing(
    gaps: list[float], seconds: float
) -> None:
    capacity = Capacity(in_flight=5, refused_seconds=seconds)
    room, now, before = Room(), 0, 0.0
    for gap in gaps:
        now += round(gap * NS)
        assert 0 <= room.work(capacity, now) <= before
        room.turn_away(capacity, now)
        before = room.work(capacity, now)
        assert before <= len(gaps)


def test_answers_take_longer_the_fuller_it_is() -> None:
    room = site(in_flight=10, slower_from=0.5, slower=3)

    factors = [round(room.ask(f"k{n}")[1].slowed(()), 2) for n in range(10)]

    assert factors == [1, 1, 1, 1, 1, 1.4, 1.8, 2.2, 2.6, 3]


def population(backoff: Callable[[int, Random], float], seconds: int) -> list[tuple[float, bool]]:
    """Thirty clients, who all come at once and each again ten seconds after it was served.

    If all were served that would be three at a time, where there is room for ten.

    Args:
        backoff: how long a client waits after so many refusals in a row.
        seconds: how long it goes on.

    Returns:
        When each request came, and whether it was served.
    """
    room, rng = site(in_flight=10, refused_seconds=0.5, slower=2), Random(7)
    told = []
    # Time, what happens, which client, and what it holds.
    events: list[tuple[float, int, str, Any]] = [(0.0, n, f"k{n}", 0) for n in range(30)]
    number = len(events)
    while events and events[0][0] < seconds:
        now, _, key, tries = heappop(events)
        number += 1
        if isinstance(tries, tuple):
            room.end(key, *tries, succeeded=True)
            heappush(events, (now + 10, number, key, 0))
            continue
        fate, share = room.ask(key, now)
        told.append((now, not fate.rules))
        if fate.rules:
            room.end(key, fate, share, succeeded=False)
            heappush(events, (now + backoff(tries, rng), number, key, tries + 1))
        else:
            heappush(events, (now + share.slowed(()), number, key, (fate, share)))
    return told


def test_a_population_that_asks_again_at_once_keeps_it_overloaded_after_its_cause_is_gone() -> None:
    told = population(lambda _, rng: 0.1 + 0.05 * rng.random(), 25)

    # What was there first was served, and nobody ever after: not even those ten, who come back.
    assert [at for at, served in told if served] == [0.0] * 10
    assert len(told) > 2_500


def test_a_population_that_backs_off_lets_it_recover() -> None:
    told = population(lambda tries, rng: (2**tries) * (0.5 + rng.random()), 120)

    late = [served for at, served in told if at > 60]
    assert any(not served for at, served in told if at < 10)
    assert all(late)
    assert len(late) > 100


def test_the_same_requests_in_the_same_order_meet_the_same_overload() -> None:
    assert population(lambda tries, rng: tries + rng.random(), 30) == population(
        lambda tries, rng: tries + rng.random(), 30
    )


def test_what_is_idle_takes_no_room() -> None:
    traffic = Traffic()
    for n in range(100):
        traffic.arrive([f"k{n}"], n * 3 * NS)
        traffic.leave([f"k{n}"])

    assert traffic.rate("k99", 297 * NS) == 1
    assert traffic.rate("k98", 297 * NS) == 0
    assert [traffic.in_flight(f"k{n}") for n in (0, 99)] == [0, 0]


def test_what_is_kept_of_rules_is_bounded_and_the_least_recently_used_goes() -> None:
    commons = Commons()
    (rule,) = made({"when": {"capacity": {"in_flight": 1, "of": "key"}}})
    busy = Site((rule,), commons=commons)
    busy.ask("a-first")
    for n in range(MOST_ADDRESSES):
        busy.commons.enter((rule,), CREATE, who(f"k{n}"), 0, counts_traffic=False)

    assert commons.work(rule, who("a-first"), 0, 0) == 0
    assert commons.work(rule, who("k0"), 0, 0) == 1


def test_a_request_that_goes_before_it_is_decided_gives_everything_back() -> None:
    rules = made(
        {
            "when": {
                "capacity": 1,
                "count": {"times": 1, "of": "all"},
                "load": {"in_flight": 0, "of": "all"},
            }
        }
    )
    commons = Commons()
    share = commons.enter(rules, CREATE, who("a1"), 0, counts_traffic=True)
    commons.leave(share)

    again = commons.enter(rules, CREATE, who("b1"), 0, counts_traffic=True).around["hang"]

    assert (again.load, again.permitted, again.full) == (1, True, False)
