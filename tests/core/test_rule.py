"""Rules as people write them."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_kinds import KINDS, Hang, Refuse, Stall

from simtwin.core.fault import Fault, SettingsError
from simtwin.core.rule import MOST_RULES, rule_doc, rules
from simtwin.core.schedule import ENDPOINTS, METHODS, Match, Rule, When


def place(index: int, inner: str) -> str:
    return f"{index}/{inner}"


def test_a_rule_is_made_of_its_tables() -> None:
    doc = {
        "name": "silence",
        "match": {"endpoint": "messages", "model": "claude-*", "stream": True},
        "when": {"every": 3, "offset": 1, "window": [0, 60.5]},
        "charge": True,
        "must_fire": True,
        "stall": {"after_events": 3, "seconds": 30},
    }

    parsed = rules([doc], KINDS, "list", place)

    assert parsed == (
        Rule(
            name="silence",
            match=Match(endpoint="messages", model="claude-*", stream=True),
            when=When(every=3, offset=1, window=(0, 60.5)),
            kind="stall",
            fault=Stall(after_events=3, seconds=30),
            charge=True,
            must_fire=True,
        ),
    )


def test_a_rule_needs_its_kind_alone_and_a_null_is_not_set() -> None:
    doc = {
        "name": None,
        "match": {"model": None},
        "when": None,
        "charge": None,
        "stall": None,
        "hang": {},
    }

    parsed = rules([doc], KINDS, "list", place)

    assert parsed == (Rule("hang", Match(), When(), "hang", Hang()),)


def test_rules_without_a_name_are_numbered_around_those_that_have_one() -> None:
    docs: list[dict[str, Any]] = [{"hang": {}} for _ in range(4)]
    docs[1]["name"] = "hang-2"
    docs.append({"refuse": {"status": 529}})

    parsed = rules(docs, KINDS, "list", place)

    assert [rule.name for rule in parsed] == ["hang", "hang-2", "hang-3", "hang-4", "refuse"]


def test_a_name_that_is_given_later_is_not_made_up_before() -> None:
    parsed = rules([{"hang": {}}, {"hang": {}, "name": "hang"}], KINDS, "list", place)

    assert [rule.name for rule in parsed] == ["hang-2", "hang"]


A_RULE = "a rule has name, match, when, charge, must_fire and one table of refuse, stall, hang, odd"
A_NAME = (
    "1/name: must be 1 to 64 printable ASCII characters without '/' and without spaces around, not"
)


@pytest.mark.parametrize(
    ("doc", "message"),
    [
        (3, "1/: a rule is a table, not 3"),
        ({}, f"1/: a rule has one kind, and this has none; {A_RULE}"),
        ({"hang": None}, f"1/: a rule has one kind, and this has none; {A_RULE}"),
        (
            {"hang": {}, "stall": {"seconds": 1}},
            f"1/: a rule has one kind, and this has hang and stall; {A_RULE}",
        ),
        ({"hang": {}, "chance": 1}, f"1/: there is no kind 'chance'; {A_RULE}"),
        ({"hang": {}, "chance": None}, f"1/: there is no kind 'chance'; {A_RULE}"),
        ({"hang": {}, "match": []}, "1/match: must be a table, not []"),
        (
            {"hang": {}, "match": {"path": "/"}},
            "1/match: there is no 'path'; there are endpoint, method, model, stream",
        ),
        (
            {"hang": {}, "when": {"chnace": None}},
            "1/when: there is no 'chnace'; there are nth, first, every, offset, chance, window",
        ),
        (
            {"hang": {}, "when": {"chance": 2}},
            "1/when.chance: must be a number from 0 to 1, not 2",
        ),
        ({"hang": {}, "match": {"stream": 1}}, "1/match.stream: must be true or false, not 1"),
        ({"hang": {}, "charge": 1}, "1/charge: must be true or false, not 1"),
        ({"hang": {}, "must_fire": "yes"}, "1/must_fire: must be true or false, not 'yes'"),
        (
            {"stall": {"second": 3}},
            "1/stall: stall has no setting 'second'; it has seconds, after_events, before_event",
        ),
        ({"hang": {}, "name": "first"}, "1/name: another rule is called 'first'"),
        ({"hang": {}, "name": 3}, f"{A_NAME} 3"),
        ({"hang": {}, "name": ""}, f"{A_NAME} ''"),
        ({"hang": {}, "name": "a/b"}, f"{A_NAME} 'a/b'"),
        ({"hang": {}, "name": " a"}, f"{A_NAME} ' a'"),
        ({"hang": {}, "name": "a\r\nb"}, f"{A_NAME} 'a\\r\\nb'"),
        ({"hang": {}, "name": "naïve"}, f"{A_NAME} 'naïve'"),
        ({"hang": {}, "name": "a" * 65}, A_NAME),
    ],
)
def test_what_is_no_rule_is_refused_in_the_callers_words(doc: object, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        rules([{"hang": {}, "name": "first"}, doc], KINDS, "list", place)

    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("doc", "message"),
    [
        ({"hang": {}}, "list: must be a list of tables, not {'hang': {}}"),
        ([{"hang": {}}] * (MOST_RULES + 1), "list: there can be 1,000 rules, not 1,001"),
    ],
)
def test_what_is_no_list_of_rules_is_refused(doc: object, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        rules(doc, KINDS, "list", place)

    assert str(caught.value) == message


COUNT = st.none() | st.integers(1, 1_000_000_000)
SECONDS = st.floats(0, 1e9) | st.integers(0, 1_000_000_000)
WINDOW = st.tuples(SECONDS, SECONDS).filter(lambda pair: pair[0] < pair[1])
PLAIN = st.text("abcXYZ 019-_.", min_size=1, max_size=20).map(str.strip).filter(bool)


@st.composite
def some_rules(draw: st.DrawFn) -> Rule:
    every = draw(COUNT)
    faults: list[tuple[str, Fault]] = [
        ("hang", Hang()),
        ("stall", Stall(seconds=1.5)),
        ("refuse", Refuse(429, "no")),
    ]
    kind, fault = draw(st.sampled_from(faults))
    return Rule(
        name=draw(PLAIN),
        match=Match(
            endpoint=draw(st.none() | st.sampled_from(ENDPOINTS)),
            method=draw(st.none() | st.sampled_from(METHODS)),
            model=draw(st.none() | st.text("ab*?", min_size=1)),
            stream=draw(st.none() | st.booleans()),
        ),
        when=When(
            nth=draw(COUNT),
            first=draw(COUNT),
            every=every,
            offset=None if every is None else draw(COUNT),
            chance=draw(st.none() | st.floats(0, 1)),
            window=draw(st.none() | WINDOW),
        ),
        kind=kind,
        fault=fault,
        charge=draw(st.booleans()),
        must_fire=draw(st.booleans()),
    )


@given(some_rules())
def test_a_rule_survives_json_and_back(rule: Rule) -> None:
    doc = json.loads(json.dumps(rule_doc(rule)))

    assert rules([doc], KINDS, "list", place) == (rule,)


def test_the_document_of_a_rule_leaves_out_what_is_by_default() -> None:
    rule = Rule("hang", Match(), When(), "hang", Hang())

    assert rule_doc(rule) == {"name": "hang", "hang": {}}
    assert rule_doc(attrs.evolve(rule, charge=True))["charge"] is True
