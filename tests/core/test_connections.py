"""Rules for connections, before anybody knows whose they are."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin.core.bucket import NS
from simtwin.core.connections import (
    BlackHole,
    Close,
    ConnectionRule,
    Early,
    Idle,
    Refuse,
    Stale,
    connection_rules,
    decide,
    next_turn,
    refuses,
)
from simtwin.core.fault import SettingsError
from simtwin.core.in_force import distinct
from simtwin.core.when import When


def rules(*docs: dict[str, Any]) -> tuple[ConnectionRule, ...]:
    return connection_rules(list(docs), "connections")


def never(_rule: str, _number: int) -> Random:
    raise AssertionError("chance has no part in this")


def fired(given: tuple[ConnectionRule, ...], connections: int) -> list[list[str]]:
    """What fires on so many connections, one after the other."""
    looked: Any = {}
    each = []
    for _ in range(connections):
        now, looked = decide(given, looked, 0, lambda rule, number: Random(f"{rule}/{number}"))
        each.append([rule.name for rule in now])
    return each


def test_a_rule_may_have_to_fire() -> None:
    (must, may) = rules({"must_fire": True, "close": {}}, {"close": {}})

    assert (must.must_fire, may.must_fire) == (True, False)
    with pytest.raises(SettingsError, match=r"connections\[0\].must_fire: must be true or false"):
        rules({"must_fire": 1, "close": {}})


def test_each_kind_has_its_settings_and_defaults() -> None:
    read = rules(
        {"when": {"window": [0, 5]}, "refuse": {}},
        {"close": {"reset": True, "after_seconds": 2}},
        {"black_hole": {}},
        {"stale": {"request": 3, "reset": False}},
        {"idle": {}},
        {"early": {}},
    )

    assert [rule.fate for rule in read] == [
        Refuse(),
        Close(2, reset=True),
        BlackHole(None),
        Stale(3, reset=False),
        Idle(400.0),
        Early(413, reset=True),
    ]


def test_rules_are_named_after_their_kind_unless_they_name_themselves() -> None:
    read = rules({"close": {}}, {"name": "dead", "close": {}}, {"close": {}})

    assert [rule.name for rule in read] == ["close", "dead", "close-2"]


@pytest.mark.parametrize(
    ("doc", "words"),
    [
        ({}, "connections: must be a list of tables, not {}"),
        ([{"close": {}}] * 101, "connections: there can be 100 rules, not 101"),
        ([1], "connections[0]: a rule is a table, not 1"),
        ([{}], "connections[0]: a rule has one kind, and this has none; a rule has name, when"),
        (
            [{"close": {}, "idle": {}}],
            "connections[0]: a rule has one kind, and this has close and",
        ),
        (
            [{"stall": {}}],
            "connections[0]: there is no 'stall'; a rule has name, when, must_fire and one",
        ),
        ([{"close": {"reset": 1}}], "connections[0].close.reset: must be true or false, not 1"),
        ([{"close": {"seconds": 1}}], "connections[0].close: there is no 'seconds'; there are"),
        ([{"idle": {"seconds": -1}}], "connections[0].idle.seconds: must be a number from 0"),
        (
            [{"stale": {"request": 0}}],
            "connections[0].stale.request: must be a whole number from 1",
        ),
        ([{"early": {"status": 200}}], "connections[0].early.status: must be a whole number from"),
        (
            [{"close": {}, "when": {"load": 1}}],
            "connections[0].when: there is no 'load'; there are",
        ),
        ([{"refuse": {}}], "connections[0].when: refuse takes a window and nothing else"),
        (
            [{"refuse": {}, "when": {"window": [0, 1], "nth": 3}}],
            "connections[0].when: refuse takes a window and nothing else",
        ),
        (
            [{"refuse": {}, "when": {"window": [0, 3601]}}],
            "connections[0].when.window: refuse holds for 3,600 seconds at most",
        ),
        ([{"close": {}, "name": "a/b"}], "connections[0].name: must be 1 to 64 printable"),
    ],
)
def test_what_cannot_be_is_told_with_its_place(doc: Any, words: str) -> None:
    with pytest.raises(SettingsError) as refused:
        connection_rules(doc, "connections")

    assert str(refused.value).startswith(words)


def test_a_rule_counts_every_connection_and_fires_on_those_it_means() -> None:
    given = rules(
        {"when": {"nth": 2}, "close": {}},
        {"when": {"every": 3, "offset": 1}, "idle": {}},
    )

    assert fired(given, 5) == [["idle"], ["close"], [], ["idle"], []]


def test_a_refusal_is_no_matter_of_connections() -> None:
    given = rules({"when": {"window": [0, 100]}, "refuse": {}})

    assert decide(given, {}, 0, never) == ((), {})


@given(chance=st.floats(0, 1), count=st.integers(1, 50))
def test_chance_is_the_same_for_the_same_connection(chance: float, count: int) -> None:
    given = rules({"when": {"chance": chance}, "close": {}})

    assert fired(given, count) == fired(given, count)


@pytest.mark.parametrize(
    ("second", "refusing", "next_second"),
    [(0, False, 5), (4.9, False, 5), (5, True, 10), (9.9, True, 10), (10, False, None)],
)
def test_nobody_listens_as_long_as_the_window_lasts(
    second: float, refusing: bool, next_second: float | None
) -> None:
    began = 1_000 * NS
    rule = ConnectionRule("refuse", When(window=(5, 10)), "refuse", Refuse(), began)
    now = began + round(second * NS)

    assert refuses([rule], now) is refusing
    assert next_turn([rule], now) == (None if next_second is None else began + next_second * NS)


def test_rules_of_several_sources_have_names_that_differ() -> None:
    names = [rule.name for rule in distinct([*rules({"close": {}}), *rules({"close": {}})])]

    assert names == ["close", "close-2"]
