"""Lanes of one key: what happens in one moves nothing in another, and there are never many."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_kinds import KINDS

from simtwin.core import key as keys
from simtwin.core.bucket import NS
from simtwin.core.fault import SettingsError
from simtwin.core.key import Key, Settlement
from simtwin.core.lane import Fate, Schedule
from simtwin.core.lanes import LANE_LIFETIME, MOST_LANES, MOST_PLACES, lane_name
from simtwin.core.rule import rules
from simtwin.core.schedule import Asked
from simtwin.core.script import parse
from simtwin.core.usage import Tokens

RULES = rules(
    [
        {"name": "coin", "when": {"chance": 0.4}, "stall": {"seconds": 1}},
        {"name": "third", "when": {"every": 3}, "match": {"stream": True}, "hang": {}},
        {"name": "late", "when": {"window": [30, 60]}, "stall": {"seconds": 2}},
    ],
    KINDS,
    "rules",
    lambda index, inner: f"rules[{index}].{inner}",
)
SCRIPTS = {text: parse(text, KINDS) for text in ("hang; ok*2; stall(seconds=9)", "ok; hang; loop")}
LANES = (None, "a", "b")

Step = tuple[str | None, str | None, bool, int]


def asked(stream: bool = False) -> Asked:
    return Asked("messages", "POST", "/v1/messages", "claude-x", stream, answers=True)


def admitted(key: Key, lane: str | None, now: int = 0, script: str | None = None) -> Key:
    schedule = Schedule((), None if script is None else parse(script, KINDS), 7, f"1/1/@{lane}")
    return keys.admit(key, now, asked=asked(), schedule=schedule, lane=lane)[0]


def settled(key: Key, lane: str | None, now: int, place: str | None = None) -> Key:
    settlement = Settlement(200, "m", Tokens(), whole=True, hold="1", lane=lane, place=place)
    return keys.settle(key, now, settlement=settlement)[0]


def fates(steps: Sequence[Step]) -> list[tuple[str | None, Fate]]:
    """What the requests meet; each is (lane, script, stream, seconds since the one before)."""
    # No lane grows idle here: what is forgotten is a claim of its own.
    key, now, told = Key.made(0), 0, []
    for lane, script, stream, pause in steps:
        now += pause * NS
        held = None if script is None else SCRIPTS[script]
        scheme = Schedule(RULES, held, 7, f"1/1/@{lane}")
        key, fate = keys.admit(key, now, asked=asked(stream), schedule=scheme, lane=lane)
        told.append((lane, fate))
    return told


steps = st.lists(
    st.tuples(
        st.sampled_from(LANES),
        st.sampled_from([None, *SCRIPTS]),
        st.booleans(),
        st.just(0),
    ),
    max_size=40,
)


@given(steps)
def test_a_lane_meets_what_it_would_meet_alone(steps: list[Step]) -> None:
    together = fates(steps)

    for lane in LANES:
        alone = fates([step for step in steps if step[0] == lane])
        assert [fate for name, fate in together if name == lane] == [fate for _, fate in alone]


def test_the_window_of_a_lane_begins_with_its_first_request() -> None:
    late = fates([("a", None, False, 0), ("b", None, False, 30), ("a", None, False, 1)])

    assert ["late" in [each.rule for each in fate.fired] for _, fate in late] == [
        False,
        False,
        True,
    ]


def test_a_lane_is_dropped_when_nobody_used_it_for_ten_minutes() -> None:
    key = settled(admitted(Key.made(0), "a"), "a", 1)

    kept = admitted(key, "a", LANE_LIFETIME + 1)
    dropped = admitted(key, "a", LANE_LIFETIME + 2)

    assert kept.lanes.named["a"].lane.ordinal == 2
    assert dropped.lanes.named["a"].lane.ordinal == 1
    assert keys.rested(key, LANE_LIFETIME + 1).lanes.named.keys() == {"a"}
    assert keys.rested(key, LANE_LIFETIME + 2).lanes.named == {}


def test_a_lane_with_a_request_under_way_is_not_idle() -> None:
    key = admitted(admitted(Key.made(0), "hung"), "other")
    key = settled(key, "other", 0)

    later = admitted(key, "new", 10 * LANE_LIFETIME)

    assert later.lanes.named.keys() == {"hung", "new"}


def test_of_too_many_lanes_the_one_used_longest_ago_is_dropped() -> None:
    key = Key.made(0)
    for number in (*range(MOST_LANES), 0, MOST_LANES):
        key = admitted(key, f"lane-{number}", number)

    assert len(key.lanes.named) == MOST_LANES
    assert "lane-1" not in key.lanes.named
    assert key.lanes.named["lane-0"].lane.ordinal == 2


def test_of_too_many_places_in_all_lanes_the_oldest_is_dropped() -> None:
    key = Key.made(0)
    for number in range(MOST_PLACES + 3):
        key = admitted(key, LANES[number % 3], number, f"stall(seconds={number + 1})")

    places = [key.lanes.unnamed.places, *(each.lane.places for each in key.lanes.named.values())]
    assert sum(map(len, places)) == MOST_PLACES
    assert [f"stall(seconds={n + 1})" in places[n % 3] for n in range(4)] == [False] * 3 + [True]


def test_a_long_script_has_a_place_as_small_as_a_short_one() -> None:
    long = "; ".join(["stall(seconds=3)"] * 500)
    key = admitted(admitted(Key.made(0), None, 0, long), None, 0, long + "; ok")

    assert all(len(name) < 100 for name in key.lanes.unnamed.places)
    assert len(key.lanes.unnamed.places) == 2


def test_a_reset_of_a_lane_leaves_the_others_and_the_usage() -> None:
    key = Key.made(0)
    for lane in ("a", "b", None):
        key = settled(admitted(key, lane), lane, 0)

    key, _ = keys.reset_lane(key, 5, lane="a")
    key, _ = keys.reset_lane(key, 5, lane=None)

    assert key.lanes.named.keys() == {"b"}
    assert (key.lanes.unnamed.ordinal, key.lanes.unnamed.since) == (0, 5)
    assert key.usage["m"].statistics()["requests"] == {"200": 3}


def test_what_was_under_way_in_a_lane_that_is_gone_is_booked_for_the_key_alone() -> None:
    key = admitted(Key.made(0), "a", 0, "hang")
    key, _ = keys.reset_lane(key, 0, lane="a")

    key = settled(key, "a", 0, "hang")

    assert (key.in_flight, key.lanes.named) == (0, {})
    assert key.usage["m"].statistics()["requests"] == {"200": 1}


def test_times_are_counted_for_each_lane() -> None:
    key = admitted(Key.made(0), "a")
    counts = []
    for lane in ("a", None, "a"):
        key, count = keys.next_time(key, 0, name="x", lane=lane)
        counts.append(count)
    key, _ = keys.not_this_time(key, 0, name="x", lane="a")

    assert counts == [1, 1, 2]
    assert keys.next_time(key, 0, name="x", lane="a")[1] == 2


@pytest.mark.parametrize(
    "name", ["a", "tests/x.py::t".replace("/", "."), "p[1-2]", "a b", "x" * 128]
)
def test_a_lane_can_be_called_so(name: str) -> None:
    assert lane_name(name) == name


@pytest.mark.parametrize("name", ["", "a/b", " a", "a ", "ä", "a\n", "\x00", "x" * 129])
def test_a_lane_cannot_be_called_so(name: str) -> None:
    with pytest.raises(SettingsError, match="the name of a lane must be"):
        lane_name(name)


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 400)), max_size=60))
def test_named_lanes_stand_in_the_order_of_their_last_use(uses: list[tuple[str, int]]) -> None:
    key, now = Key.made(0), 0
    for name, pause in uses:
        now += pause * NS
        key = settled(admitted(key, name, now), name, now)
        lasts = [each.last for each in key.lanes.named.values()]

        assert lasts == sorted(lasts)
        assert all(now - last <= LANE_LIFETIME for last in lasts)


def test_statistics_tell_how_many_requests_each_lane_had() -> None:
    key = admitted(admitted(admitted(Key.made(0), "a"), "a"), None)

    told = key.statistics()

    assert (told["requests"], told["lanes"]) == (1, {"a": 2})
