"""Populations against a capacity: what is conserved, what is known beforehand, and who gets out."""

from __future__ import annotations

from heapq import heappop, heappush
from math import comb, sqrt
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rule_site import Site, made
from storms import played, storm

from simtwin.core.bucket import NS
from simtwin.core.commons import Share
from simtwin.core.fault import SettingsError
from simtwin.core.lane import Fate
from simtwin.core.storm.loop import run
from simtwin.core.storm.outcome import Outcome
from simtwin.core.storm.policies import POLICIES
from simtwin.core.storm.policy import Given, PolicyError
from simtwin.core.storm.server import SERVED, Server
from simtwin.core.storm.storm import Incident, Serving, Surge
from simtwin.core.triggers import Capacity

SMALL: dict[str, Any] = {"seconds": 30, "every_seconds": 5, "service_seconds": 1}


@st.composite
def storms(draw: st.DrawFn) -> dict[str, Any]:
    """What a small storm may be, all that can go wrong in it included."""
    start = draw(st.floats(0, 15))
    return SMALL | {
        "seed": draw(st.integers(0, 2**32)),
        "in_flight": draw(st.integers(1, 12)),
        "refused_seconds": draw(st.sampled_from([0, 0.1, 2])),
        "slower": draw(st.sampled_from([1, 4])),
        "spread": draw(st.sampled_from(["constant", "exponential"])),
        "requests_per_minute": draw(st.sampled_from([None, 30, 300])),
        "limit_says": draw(st.booleans()),
        "refusal_retry_after": draw(st.sampled_from([None, 3.0])),
        "drops_abandoned": draw(st.booleans()),
        "causes": [
            Incident(start, start + 10, draw(st.sampled_from([0, 0.1, 0.5]))),
            Surge(start, start + 15, draw(st.sampled_from([0.5, 10]))),
        ][: draw(st.integers(0, 2))],
        "most_events": draw(st.sampled_from([100, 10_000_000])),
    }


policies = st.builds(
    "{}(timeout_seconds={}, retries={})".format,
    st.sampled_from(list(POLICIES)),
    st.sampled_from([0.5, 1.5, 600]),
    st.integers(0, 10),
)


@given(said=storms(), first=policies, second=policies)
def test_every_call_and_every_attempt_ends_once_or_is_under_way(
    said: dict[str, Any], first: str, second: str
) -> None:
    found = played((8, first), (3, second), **said)

    for each in (found.all, *found.populations):
        assert each.calls == each.served + each.lost + each.unfinished
        ended = each.served + each.refused + each.limited + each.timed_out
        assert each.attempts == ended + each.under_way
    assert found.all.calls == sum(each.calls for each in found.populations)
    assert sum(found.all.series.attempts) == found.all.attempts
    assert 0 <= found.wasted <= 1
    assert found.most_under_way <= said["in_flight"]


@given(said=storms(), asked=policies)
def test_no_more_is_served_than_there_is_room_for(said: dict[str, Any], asked: str) -> None:
    said |= {"spread": "constant"}
    found = played((20, asked), **said)

    # Each answer takes its room for a second at least; those begun before count as well.
    most = said["in_flight"] * 11
    assert all(window <= most for window in found.all.series.served)


@given(said=storms(), first=policies, second=policies)
def test_the_same_seed_gives_the_same_outcome_byte_for_byte(
    said: dict[str, Any], first: str, second: str
) -> None:
    once, again = (msgspec.json.encode(played((3, first), (2, second), **said)) for _ in range(2))

    assert once == again


def test_another_seed_gives_another_outcome() -> None:
    assert played((5, "sdk"), **SMALL).all.series != played((5, "sdk"), seed=8, **SMALL).all.series


def test_what_a_client_asks_does_not_depend_on_who_else_does() -> None:
    alone = played((5, "sdk"), **SMALL)
    among = played((5, "sdk"), (50, "no-backoff"), **SMALL)

    assert among.populations[0].series == alone.populations[0].series


def test_where_there_is_room_each_call_is_one_attempt_and_is_answered() -> None:
    found = played((50, "sdk"), seconds=300, in_flight=50)

    assert found.all.amplification == 1
    assert found.all.lost == 0
    assert found.all.served == found.all.calls - found.all.unfinished
    assert found.wasted == 0
    latency = found.all.latency
    for each in (latency.p50, latency.p95, latency.p99):
        assert each is not None
        # The answer and the way, rounded down by less than 0.8 %.
        assert 2.03 < each <= 2.05


def test_a_client_alone_calls_as_often_as_it_can_be_counted_by_hand() -> None:
    found = played(
        (1, "sdk"),
        rest_spread="constant",
        every_seconds=10,
        service_seconds=2,
        round_trip_seconds=0.5,
        seconds=1_000,
    )

    # A call is 2.5 s and a rest 10 s: 80 begin in 1,000 s, wherever in the first ten it begins.
    assert found.all.calls == 80


def test_with_no_retries_it_loses_calls_as_engset_computed_it() -> None:
    """A closed population that gives up at once: known in closed form (T. Engset, 1918)."""
    clients, room, rest, service = 10, 2, 4.0, 1.0
    found = played(
        (clients, "no-backoff(retries=0)"),
        in_flight=room,
        refused_seconds=0,
        every_seconds=rest,
        service_seconds=service,
        round_trip_seconds=0.001,
        seconds=3_600,
    )
    load = service / rest
    states = [comb(clients - 1, busy) * load**busy for busy in range(room + 1)]
    blocked = states[-1] / sum(states)

    assert found.all.refused == found.all.lost
    error = sqrt(blocked * (1 - blocked) / found.all.calls)
    assert found.all.lost / found.all.calls == pytest.approx(blocked, abs=4 * error)


def test_a_client_in_an_outage_tries_when_its_policy_says() -> None:
    heard: list[tuple[int, int | None, float | None, float]] = []

    def wait(
        attempt: int, status: int | None, told: float | None, elapsed: float, _: Random
    ) -> float:
        heard.append((attempt, status, told, elapsed))
        return 7.0

    played(
        (1, Given("mine:wait", wait)),
        causes=[Incident(100, 130, 0)],
        seconds=200,
        every_seconds=1,
        round_trip_seconds=0.5,
        refusal_retry_after=3,
    )

    # Half a second on the way, and seven from hearing of it to asking again.
    assert heard == [(n, 529, 3, 0.5 + 7.5 * (n - 1)) for n in range(1, len(heard) + 1)]
    assert len(heard) == 4


@given(seed=st.integers(0, 2**32), rpm=st.integers(1, 20))
def test_whoever_waits_what_a_limit_says_comes_that_much_later(seed: int, rpm: int) -> None:
    heard: list[tuple[int, float, float]] = []

    def wait(
        attempt: int, status: int | None, told: float | None, elapsed: float, _: Random
    ) -> float:
        assert status == 429
        assert told is not None
        heard.append((attempt, told, elapsed))
        return told

    played(
        (1, Given("mine:wait", wait)),
        requests_per_minute=rpm,
        every_seconds=0.01,
        service_seconds=0.01,
        seconds=120,
        seed=seed,
        round_trip_seconds=0.25,
    )

    # Alone, it is admitted after the wait that it was told: there is no second refusal.
    assert heard
    assert {attempt for attempt, _, _ in heard} == {1}
    assert all(told >= 1 and told.is_integer() for _, told, _ in heard)


def test_who_gives_up_leaves_its_work_behind() -> None:
    impatient: dict[str, Any] = {
        "in_flight": 1,
        "refused_seconds": 0,
        "service_seconds": 2,
        "every_seconds": 10,
        "rest_spread": "constant",
        "seconds": 600,
    }
    found = played((1, "constant(seconds=0.1, retries=1, timeout_seconds=1)"), **impatient)
    dropped = played(
        (1, "constant(seconds=0.1, retries=1, timeout_seconds=1)"),
        drops_abandoned=True,
        **impatient,
    )

    # The second attempt finds the room taken by the first one's answer.
    assert found.all.served == dropped.all.served == 0
    assert found.all.refused == pytest.approx(found.all.timed_out, abs=1)
    assert dropped.all.refused == 0
    assert dropped.all.timed_out == pytest.approx(2 * dropped.all.calls, abs=2)
    assert found.wasted == dropped.wasted == 1


def test_calls_come_more_often_in_a_surge() -> None:
    found = played((100, "sdk"), causes=[Surge(200, 400, 5)], every_seconds=20, seconds=600)
    windows = found.all.series.calls

    # 22 s a call before it, and 6 s in it, once the rests that began before it are over.
    assert sum(windows[:20]) == pytest.approx(200 * 100 / 22, rel=0.1)
    assert sum(windows[25:40]) == pytest.approx(150 * 100 / 6, rel=0.1)


def test_a_storm_of_too_many_events_stops_and_says_so() -> None:
    found = played((10, "no-backoff(retries=1000000)"), in_flight=1, most_events=500, **SMALL)

    assert found.cut_short
    assert found.events == 500
    assert 0 < found.seconds < 30


def outlived(policy: str) -> Outcome:
    """A hundred clients in front of room for half as many again, most of which is gone for a minute."""
    return played(
        (100, policy),
        in_flight=19,
        refused_seconds=0.5,
        every_seconds=30,
        seconds=660,
        causes=[Incident(180, 240, 0.2)],
    )


def test_clients_that_ask_again_and_again_keep_the_server_down_after_the_cause_is_gone() -> None:
    overload = outlived("constant(seconds=0.5, retries=50)").overload

    assert overload.state == "metastable"
    assert overload.at_the_end is not None
    assert overload.at_the_end < 0.1


@pytest.mark.parametrize("policy", ["sdk", "budget", "aimd", "breaker"])
def test_clients_that_back_off_or_spend_no_more_than_they_have_let_it_recover(policy: str) -> None:
    overload = outlived(policy).overload

    assert overload.state == "recovered"
    assert overload.recovered_seconds is not None
    assert overload.recovered_seconds <= 60


def test_the_worst_minute_is_told_by_a_minute_before_the_cause() -> None:
    found = outlived("no-backoff(retries=4)")

    # Five attempts where there was one, less what those take that rest and are on their way.
    assert 3.5 < found.worst_minute < 6
    assert played((5, "sdk"), **SMALL).worst_minute == pytest.approx(1, abs=0.3)


@pytest.mark.parametrize(
    ("policy", "state"),
    [
        ("constant(seconds=0.5,retries=8,timeout_seconds=2.5)", "metastable"),
        ("budget(timeout_seconds=2.5)", "recovered"),
    ],
)
def test_clients_that_give_up_too_early_are_served_by_a_full_server_never_again(
    policy: str, state: str
) -> None:
    """A full server takes 3 s where its clients wait for 2.5: what it does is for nobody."""
    found = played(
        (200, policy),
        in_flight=32,
        slower=1.5,
        refused_seconds=0.05,
        seconds=660,
        causes=[Incident(180, 240, 0.2)],
    )

    assert found.overload.state == state


def test_those_who_press_are_served_at_the_cost_of_those_who_wait() -> None:
    found = played(
        (20, "sdk"),
        (20, "constant(seconds=0.2, retries=100)"),
        in_flight=4,
        refused_seconds=0,
        every_seconds=10,
        seconds=400,
        causes=[Incident(130, 330, 0.5)],
    )
    patient, pressing = found.populations

    assert patient.fair_share is not None
    assert pressing.fair_share is not None
    assert patient.fair_share < 0.8
    assert pressing.fair_share > 1.2
    assert patient.fair_share + pressing.fair_share == pytest.approx(2)
    assert found.fairness is not None
    assert 0.5 < found.fairness < 0.95


def test_the_server_turns_away_and_slows_down_whom_the_twin_does() -> None:
    """The same requests in front of the twin's own rules, and in front of the storm's server."""
    said: dict[str, Any] = {"in_flight": 8, "refused_seconds": 0.7, "slower": 3.0}
    site = Site(made({"when": {"capacity": said}, "refuse": {"status": 529}}))
    server = Server(Serving(capacity=Capacity(**said)), [])
    held: list[tuple[int, int, Fate, Share]] = []
    told: list[tuple[bool, bool, int]] = []
    rng, now = Random(7), 0
    for number in range(1_000):
        now += round(rng.expovariate(12) * NS)
        while held and held[0][0] <= now:
            _, _, fate, share = heappop(held)
            site.end("a1", fate, share, succeeded=True)
            server.room.leave()
        fate, share = site.ask("a1", now / NS)
        if fate.rules:
            site.end("a1", fate, share, succeeded=False)
            told.append((True, server.meets(now) != SERVED, 0))
            continue
        lasts = round(NS * share.slowed(()))
        told.append((False, server.meets(now) != SERVED, server.begin(NS, now) - lasts))
        heappush(held, (now + lasts, number, fate, share))

    assert set(told) == {(True, True, 0), (False, False, 0)}


def test_what_a_function_does_wrong_ends_the_storm() -> None:
    mine = Given("mine:wait", lambda *_: -1.0)

    with pytest.raises(PolicyError, match=r"^mine:wait, after attempt 1 with status 529: seconds"):
        run(storm((5, mine), in_flight=1, **SMALL))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"seconds": 0}, "seconds: must be 1 to 86,400 seconds, not 0"),
        ({"most_events": 10_000_001}, "most_events: must be a whole number from 1 to 10,000,000, not 10000001"),
        ({"in_flight": 0}, "in_flight: must be a whole number from 1 to 1,000,000,000, not 0"),
        ({"causes": [Incident(10, 5)]}, "incident: must be from:to in seconds with 0 <= from < to <= 3600, not 10:5"),
        ({"causes": [Surge(10, 5_000)]}, "surge: must be from:to in seconds with 0 <= from < to <= 3600, not 10:5000"),
        ({"round_trip_seconds": 0}, "round_trip_seconds: must be 0.001 to 60 seconds, not 0"),
        ({"service_seconds": float("nan")}, "service_seconds: must be 0.001 to 3,600 seconds, not nan"),
    ],
)  # fmt: skip
def test_what_cannot_be_simulated_is_told(said: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError) as error:
        storm((5, "sdk"), **said)

    assert str(error.value) == words


def test_there_are_at_most_so_many_clients_and_each_may_wait_for_an_answer() -> None:
    with pytest.raises(SettingsError, match="populations: must be at most 100,000 clients in all"):
        storm((60_000, "sdk"), (60_000, "sdk"))
    with pytest.raises(SettingsError, match=r"p1\.timeout_seconds: must be longer than the round"):
        storm((1, "sdk(timeout_seconds=0.01)"))


def test_the_same_clients_call_at_the_same_times_under_another_policy() -> None:
    """As long as nothing is refused, so that what differs later is the policy's doing."""
    one, other = (played((20, policy), **SMALL) for policy in ("sdk", "aimd(rate=1000)"))

    assert one.all.served == other.all.served
    assert one.all.latency == other.all.latency
