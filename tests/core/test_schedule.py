"""When a rule fires."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from random import Random
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_kinds import Hang

from simtwin.core.bucket import NS
from simtwin.core.chance import draw
from simtwin.core.course import Tally
from simtwin.core.fault import SettingsError
from simtwin.core.schedule import Asked, Match, Moment, Rule, When, decide

CREATE = Asked("messages", "POST", "/v1/messages", "claude-opus-4-8", stream=True, answers=True)
MODELS = Asked("models", "GET", "/v1/models")


def rule(name: str = "rule", match: Match | None = None, **when: Any) -> Rule:
    return Rule(name, match or Match(), When(**when), "hang", Hang())


def no_chance(name: str) -> Random:
    raise AssertionError(f"chance was asked for {name}")


def moment(chance: Callable[[str], Random] = Random, seconds: float = 0) -> Moment:
    return Moment(round(seconds * NS), 0, chance)


def fired_on(rules: Sequence[Rule], asked: Sequence[Asked], seed: int = 0) -> list[list[str]]:
    """The names of the rules that fire on each of the requests of one key."""
    tallies: Mapping[str, Tally] = {}
    names = []
    for ordinal, each in enumerate(asked):
        at = moment(partial(draw, seed, "key", ordinal))
        fired, tallies = decide(rules, each, tallies, at)
        names.append([rule.name for rule in fired])
    return names


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        (Match(), True),
        (Match(endpoint="messages"), True),
        (Match(endpoint="models"), False),
        (Match(method="POST"), True),
        (Match(method="GET"), False),
        (Match(model="claude-opus-*"), True),
        (Match(model="claude-sonnet-*"), False),
        (Match(stream=True), True),
        (Match(stream=False), False),
        (Match(endpoint="messages", method="POST", model="*", stream=True), True),
        (Match(endpoint="messages", method="POST", model="*", stream=False), False),
    ],
)
def test_a_rule_looks_at_a_request_when_all_that_is_given_holds(match: Match, fits: bool) -> None:
    assert match.fits(CREATE) is fits


@pytest.mark.parametrize("match", [Match(model="*"), Match(stream=True), Match(stream=False)])
def test_a_rule_about_the_body_looks_at_no_request_whose_body_does_not_parse(match: Match) -> None:
    assert not match.fits(Asked("messages", "POST", "/v1/messages"))


@pytest.mark.parametrize(
    ("when", "counts"),
    [
        ({}, [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        ({"nth": 3}, [3]),
        ({"first": 2}, [1, 2]),
        ({"every": 1}, [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        ({"every": 3}, [3, 6, 9]),
        ({"every": 3, "offset": 1}, [1, 4, 7]),
        ({"every": 3, "offset": 5}, [5, 8]),
        ({"every": 2, "first": 5}, [2, 4]),
        ({"nth": 3, "every": 2}, []),
    ],
)
def test_counted_triggers_fire_on_these_of_nine_requests(
    when: dict[str, Any], counts: list[int]
) -> None:
    fired = fired_on([rule(**when)], [CREATE] * 9)

    assert [count for count, names in enumerate(fired, 1) if names] == counts


@pytest.mark.parametrize(
    ("elapsed", "fires"), [(0, False), (59.9, False), (60, True), (89.9, True), (90, False)]
)
def test_a_window_holds_from_its_start_up_to_its_end(elapsed: float, fires: bool) -> None:
    fired, _ = decide([rule(window=[60, 90])], CREATE, {}, moment(seconds=elapsed))

    assert bool(fired) is fires


def test_chance_fires_on_its_share_of_requests() -> None:
    fired = fired_on([rule(chance=0.25)], [CREATE] * 4_000)

    # Five standard deviations of 27 on each side; the seed is fixed, so this holds or never does.
    assert 863 < sum(map(len, fired)) < 1_137


@pytest.mark.parametrize(("chance", "fires"), [(0, 0), (1, 500)])
def test_a_chance_of_none_or_all_is_none_or_all(chance: float, fires: int) -> None:
    fired = fired_on([rule(chance=chance)], [CREATE] * 500)

    assert sum(map(len, fired)) == fires


def test_chance_is_drawn_only_where_all_else_holds() -> None:
    rules = [
        rule("other", Match(endpoint="models"), chance=0.5),
        rule("later", nth=2, chance=0.5),
        rule("closed", window=[60, 90], chance=0.5),
        rule("sure"),
    ]

    fired, _ = decide(rules, CREATE, {}, moment(no_chance))

    assert [rule.name for rule in fired] == ["sure"]


def test_a_request_counts_whether_or_not_the_rule_fires_on_it() -> None:
    rules = [rule("opus", Match(model="*opus*"), nth=2), rule("all", chance=0.0)]

    fired, tallies = decide(rules, CREATE, {"opus": Tally(4)}, moment())

    assert fired == ()
    assert tallies == {"opus": Tally(5), "all": Tally(1)}


def test_a_request_that_no_rule_looks_at_leaves_the_very_same_tallies() -> None:
    tallies = {"opus": Tally(4), "gone": Tally(2)}

    _, after = decide([rule("opus", Match(model="*opus*"))], MODELS, tallies, moment())

    assert after is tallies


def test_tallies_of_rules_that_are_gone_are_dropped_and_the_old_ones_stay_as_they_were() -> None:
    tallies = MappingProxyType({"opus": Tally(4), "gone": Tally(2), "other": Tally(1)})
    rules = [rule("opus", nth=1), rule("other", Match(endpoint="models"))]

    _, after = decide(rules, CREATE, tallies, moment())

    assert after == {"opus": Tally(5), "other": Tally(1)}
    assert tallies == {"opus": Tally(4), "gone": Tally(2), "other": Tally(1)}


def test_all_that_fire_are_given_in_the_order_of_the_rules() -> None:
    fired = fired_on([rule("b"), rule("c", nth=2), rule("a")], [CREATE])

    assert fired == [["b", "a"]]


SOME = st.none() | st.integers(1, 5)
RULES = st.lists(
    st.builds(
        Rule,
        name=st.sampled_from("abcdef"),
        match=st.builds(Match, endpoint=st.sampled_from([None, "messages", "models"])),
        when=st.builds(When, nth=SOME, first=SOME, every=SOME, chance=st.sampled_from([None, 0.5])),
        kind=st.just("hang"),
        fault=st.just(Hang()),
    ),
    max_size=4,
    unique_by=lambda rule: rule.name,
)


@given(
    rules=RULES,
    asked=st.lists(st.sampled_from([CREATE, MODELS]), max_size=12),
    place=st.integers(0, 4),
)
def test_a_rule_more_changes_the_fate_of_no_other(
    rules: list[Rule], asked: list[Asked], place: int
) -> None:
    more = [*rules[:place], rule("more", chance=0.5), *rules[place:]]

    fired = fired_on(more, asked)

    assert [[name for name in names if name != "more"] for names in fired] == fired_on(rules, asked)


@given(rules=RULES, asked=st.lists(st.sampled_from([CREATE, MODELS]), max_size=12))
def test_rules_fire_as_a_count_over_the_whole_past_says(
    rules: list[Rule], asked: list[Asked]
) -> None:
    def naive(rule: Rule, ordinal: int) -> bool:
        when = rule.when
        count = sum(rule.match.fits(each) for each in asked[: ordinal + 1])
        return (
            rule.match.fits(asked[ordinal])
            and when.nth in {None, count}
            and (not when.first or count in range(1, when.first + 1))
            and (not when.every or count in range(when.every, 99, when.every))
            and (not when.chance or draw(0, "key", ordinal, rule.name).random() < when.chance)
        )

    fired = fired_on(rules, asked)

    assert fired == [
        [rule.name for rule in rules if naive(rule, ordinal)] for ordinal in range(len(asked))
    ]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"nth": 0}, "nth: must be a whole number from 1 to 1,000,000,000, not 0"),
        ({"nth": True}, "nth: must be a whole number from 1 to 1,000,000,000, not true"),
        ({"first": 1.0}, "first: must be a whole number from 1 to 1,000,000,000, not 1.0"),
        ({"every": "2"}, "every: must be a whole number from 1 to 1,000,000,000, not '2'"),
        (
            {"every": 10**10},
            "every: must be a whole number from 1 to 1,000,000,000, not 10000000000",
        ),
        ({"offset": 2}, "offset: means nothing without every"),
        ({"chance": 2}, "chance: must be a number from 0 to 1, not 2"),
        ({"chance": -0.1}, "chance: must be a number from 0 to 1, not -0.1"),
        ({"chance": True}, "chance: must be a number from 0 to 1, not true"),
        ({"chance": math.nan}, "chance: must be a number from 0 to 1, not nan"),
        ({"chance": "half"}, "chance: must be a number from 0 to 1, not 'half'"),
        *(
            (
                {"window": window},
                f"window: must be [from, to] in seconds, with 0 <= from < to, not {shown}",
            )
            for window, shown in [
                ([90, 60], "[90, 60]"),
                ([60, 60], "[60, 60]"),
                ([-1, 60], "[-1, 60]"),
                ([0, math.inf], "[0, inf]"),
                ([0, math.nan], "[0, nan]"),
                ([False, True], "[false, true]"),
                ([0, 10**10], "[0, 10000000000]"),
                ([60], "[60]"),
                ([1, 2, 3], "[1, 2, 3]"),
                (60, "60"),
                ("ab", "'ab'"),
            ]
        ),
    ],
)
def test_a_trigger_that_cannot_be_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        When(**given)

    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"endpoint": "message"},
            "endpoint: must be one of messages, …, or a glob that one of them fits, not 'message'",
        ),
        (
            {"method": "post"},
            "method: must be one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, not 'post'",
        ),
        ({"method": ["GET"]}, "method: must be one of"),
        ({"model": 3}, "model: must be the name of a model, not 3"),
        ({"model": ""}, "model: must have 1 to 200 characters"),
        ({"model": "*" * 201}, "model: must have 1 to 200 characters"),
        ({"model": "claude-[os]*"}, "model: knows * and ? alone, so 'claude-[os]*' fits no model"),
        ({"stream": 1}, "stream: must be true or false, not 1"),
    ],
)
def test_a_matcher_that_cannot_be_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Match(**given)

    assert str(caught.value).startswith(message)
