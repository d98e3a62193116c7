"""What had to happen to a client, and what of it is missing."""

from __future__ import annotations

from typing import Any

import pytest
from made_up import answered, fired, made

from simtwin.chaos.stimulus import Stimulus, stimulus
from simtwin.core.entry import Entry, FiredEntry
from simtwin.core.in_force import InForce, in_force
from simtwin.core.settings import parse
from simtwin.edge.options import vocabulary

WORDS = vocabulary(lambda _: None)


def settings(**doc: Any) -> InForce:
    return in_force([("key", parse(doc, WORDS))], WORDS)


def refused(number: int, item: str) -> Entry:
    return made(number, number, script=item, fired=fired("script"))


def of_rule(when: dict[str, Any], **became: int) -> Stimulus:
    rule = {"name": "it", "when": when, "refuse": {"status": 529}}
    told = {"name": "it", "looked": 0, "fired": 0, "reached": 0, **became}
    return stimulus(settings(rules=[rule]), [told], [])


def test_every_item_of_a_script_has_to_be_met() -> None:
    holds = settings(script="529*2; ok")

    two = stimulus(holds, [], [refused(1, "1/3"), refused(2, "2/3")])
    three = stimulus(
        holds, [], [refused(1, "1/3"), refused(2, "2/3"), answered(3, 3, script="3/3")]
    )

    assert two == Stimulus(("2 of the 3 items of the script were met",))
    assert three == Stimulus()


def test_what_comes_after_the_script_does_not_stand_for_its_items() -> None:
    after = [refused(1, "1/2"), *(answered(n, n, script="finished") for n in (2, 3, 4))]

    assert stimulus(settings(script="529; 529"), [], after).unmet


def test_a_script_that_starts_again_has_to_be_gone_through_once() -> None:
    holds = settings(script="529; ok; loop")

    assert stimulus(holds, [], [refused(1, "1/2")]).unmet
    assert not stimulus(holds, [], [refused(n, f"{n % 2 + 1}/2") for n in range(5)]).unmet


@pytest.mark.parametrize(
    ("outcome", "why"),
    [
        ("not_reached", "the answer did not come to its place"),
        ("unsupported", "HTTP/2 has no form for it"),
    ],
)
def test_an_item_whose_place_was_not_reached_was_not_met(outcome: Any, why: str) -> None:
    fault = FiredEntry(rule="script", kind="truncate", settings={}, outcome=outcome)
    entry = answered(1, 1, script="1/1", fired=(fault,), protocol="2")

    found = stimulus(settings(script="truncate(after_events=9)"), [], [entry])

    assert found.unmet == (f"item 1/1 of the script (truncate): {why}",)


@pytest.mark.parametrize("when", [{"nth": 2}, {"first": 1}, {"every": 3}])
def test_a_rule_that_counts_decide_has_to_fire(when: dict[str, Any]) -> None:
    assert of_rule(when).unmet == ("rule it (refuse) never fired: no request matched it",)
    assert of_rule(when, looked=1).unmet == (
        "rule it (refuse) never fired: it looked at 1 requests",
    )
    assert of_rule(when, looked=2, fired=1, reached=1) == Stimulus()


@pytest.mark.parametrize(
    "when", [{"chance": 0.5}, {"window": [0, 9]}, {"nth": 2, "chance": 0.5}, {"after": "x"}, {}]
)
def test_a_rule_that_something_else_decides_is_only_noted(when: dict[str, Any]) -> None:
    found = of_rule(when, looked=4)

    assert found.unmet == ()
    assert len(found.notes) == 1


def test_a_rule_that_says_so_has_to_fire_whatever_decides() -> None:
    rule = {"name": "it", "when": {"chance": 0.1}, "must_fire": True, "refuse": {"status": 529}}

    assert stimulus(settings(rules=[rule]), [], []).unmet


CONNECTIONS: list[dict[str, Any]] = [
    {"name": "first", "when": {"first": 1}, "close": {}},
    {"name": "must", "when": {"chance": 0.5}, "must_fire": True, "close": {}},
    {"name": "rare", "when": {"chance": 0.1}, "stale": {}},
    {"name": "shut", "when": {"window": [5, 9]}, "refuse": {}},
]


def test_rules_for_connections_are_held_to_the_same() -> None:
    holds = settings(connections=CONNECTIONS)
    became = [{"name": each["name"], "looked": 3, "fired": 1} for each in CONNECTIONS]
    silent = [{**each, "fired": 0} for each in became]

    assert stimulus(holds, [], [], became) == Stimulus()
    assert stimulus(holds, [], [], silent) == Stimulus(
        (
            "connection rule first (close) never fired: it looked at 3 connections",
            "connection rule must (close) never fired: it looked at 3 connections",
        ),
        (
            "connection rule rare (stale) never fired: it looked at 3 connections",
            "connection rule shut (refuse) never fired: the run was over before its window",
        ),
    )
    assert "first (close) never fired: no connection came" in stimulus(holds, [], []).unmet[0]


def test_a_rule_whose_place_no_answer_came_to_has_not_fired() -> None:
    found = of_rule({"nth": 1}, looked=1, fired=1)

    assert "no answer came to its place" in found.unmet[0]
