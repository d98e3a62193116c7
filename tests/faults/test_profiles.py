"""The profiles that come with simtwin."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

import pytest

from simtwin.core.bucket import NS
from simtwin.core.course import Tally
from simtwin.core.profile import Profile, parse
from simtwin.core.schedule import Asked, Moment, decide
from simtwin_faults import KINDS, profiles

PROFILES = {name: parse(text, name, KINDS) for name, text in profiles.texts().items()}
#: Those that do not follow the clock of an incident; incidents have a file of their own.
EVERYDAY = ("black_hole", "flaky_stream", "overloaded", "rate_limited", "slow_morning")
ASKED = Asked("messages", "POST", "/v1/messages", model="claude-opus-5", stream=True, answers=True)


def fates(profile: Profile, requests: int) -> list[list[str]]:
    """The names of the rules that fire on each of a number of requests, a second apart."""
    tallies: Mapping[str, Tally] = {}
    fired = []
    for ordinal in range(requests):

        def chance(name: str, ordinal: int = ordinal) -> Random:
            return Random(f"7/{ordinal}/{name}")

        rules, tallies = decide(profile.rules, ASKED, tallies, Moment(ordinal * NS, 0, chance))
        fired.append([rule.name for rule in rules])
    return fired


def test_the_profiles_are_the_ones_that_are_promised() -> None:
    assert list(PROFILES) == [
        "black_hole",
        "edge_504_by_size",
        "flagship_10pct_then_single_model",
        "flaky_stream",
        "overloaded",
        "rate_limited",
        "restart",
        "slow_morning",
        "spillover",
        "staggered_recovery",
        "timeouts_then_520",
    ]


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_a_profile_says_what_happens_and_what_a_good_client_does(profile: Profile) -> None:
    assert profile.summary.endswith(".")
    assert profile.good_client.endswith(".")


@pytest.mark.parametrize("name", EVERYDAY)
def test_every_rule_of_a_profile_fires_sooner_or_later(name: str) -> None:
    profile = PROFILES[name]
    # The rarest rule has a chance of one in a hundred: that it misses 2,000 requests has one of 2e-9.
    fired = {name for names in fates(profile, 2000) for name in names}

    assert fired == {rule.name for rule in profile.rules}


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_a_profile_leaves_the_list_of_models_alone(profile: Profile) -> None:
    asked = Asked("models", "GET", "/v1/models")

    rules, _ = decide(profile.rules, asked, {}, Moment(0, 0, Random))

    assert rules == ()


def test_overloaded_refuses_the_first_two_requests_and_then_serves_most() -> None:
    refusals = ("opening-burst", "brown-out", "background")

    refused = [
        any(name in refusals for name in names) for names in fates(PROFILES["overloaded"], 60)
    ]

    assert refused[:2] == [True, True]
    assert refused[2:].count(True) < 12


def test_rate_limited_tells_every_fourth_request_to_wait() -> None:
    fired = fates(PROFILES["rate_limited"], 40)

    assert [place for place, names in enumerate(fired, 1) if "every-fourth" in names] == [
        4, 8, 12, 16, 20, 24, 28, 32, 36, 40,
    ]  # fmt: skip


def test_a_flaky_stream_breaks_one_in_four() -> None:
    broken = [names for names in fates(PROFILES["flaky_stream"], 4000) if names]

    # Five rules at 5 % each are 22.6 % of the requests: 905, give or take 26.
    assert 800 < len(broken) < 1010


def test_a_slow_morning_is_late_and_slow_for_everybody() -> None:
    assert all(names[:2] == ["late", "slow"] for names in fates(PROFILES["slow_morning"], 50))


def test_a_black_hole_swallows_the_first_request() -> None:
    assert "first-one-lost" in fates(PROFILES["black_hole"], 1)[0]
