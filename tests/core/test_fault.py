"""Making faults of settings, and several of them into one plan."""

from __future__ import annotations

import json
import math
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_kinds import KINDS, Hang, Odd, Refuse, Stall

from simtwin.core.chance import draw
from simtwin.core.fault import (
    Fired,
    SettingsError,
    as_settings,
    compose,
    effective,
    make,
    settings_of,
    stand_in,
)
from simtwin.core.plan import Chunk, End, Head, Mark, Plan, Wait

PLAN: Plan = (Head(200), Chunk(b"a"), End())


def test_a_fault_is_made_of_its_settings() -> None:
    fault = make(KINDS, "stall", {"seconds": 30, "after_events": 3})

    assert fault == Stall(seconds=30.0, after_events=3)


def test_settings_are_told_in_the_order_of_the_fields_with_type_and_default() -> None:
    told = [(each.name, each.type, each.default, each.required) for each in settings_of(Refuse)]

    assert told == [
        ("status", "a whole number", None, True),
        ("message", "text", None, False),
        ("retry_after", "a number", None, False),
        ("form", "one of 'seconds', 'ms'", "seconds", False),
        ("x_should_retry", "true or false", None, False),
    ]


def test_types_are_told_in_words() -> None:
    told = {each.name: each.type for each in settings_of(Odd)}

    assert told == {
        "headers": "a list",
        "extra": "a table",
        "limit": "a number",
        "word": "text or a whole number",
        "whole": "true or false",
        "blob": "something else",
    }


@pytest.mark.parametrize(
    ("kind", "settings", "message"),
    [
        ("stal", {}, "there is no kind 'stal'; there are refuse, stall, hang, odd"),
        ("stall", 3, "stall takes a table of settings, not 3"),
        (
            "stall",
            {"second": 3},
            "stall has no setting 'second'; it has seconds, after_events, before_event",
        ),
        ("hang", {"seconds": 3}, "hang has no setting 'seconds'; it has none"),
        ("stall", {}, "stall needs the setting 'seconds'"),
        ("stall", {"seconds": None}, "stall needs the setting 'seconds'"),
        ("stall", {"seconds": "3"}, "stall: seconds must be a number, not '3'"),
        ("stall", {"seconds": True}, "stall: seconds must be a number, not true"),
        ("stall", {"seconds": math.nan}, "stall: seconds must be a finite number, not nan"),
        ("stall", {"seconds": math.inf}, "stall: seconds must be a finite number, not inf"),
        ("stall", {"seconds": 10**400}, "stall: seconds must be a number, not 1000"),
        ("stall", {"seconds": 0}, "stall: 'seconds' must be > 0"),
        (
            "stall",
            {"seconds": 1, "after_events": 1.0},
            "stall: after_events must be a whole number, not 1.0",
        ),
        (
            "stall",
            {"seconds": 1, "after_events": False},
            "stall: after_events must be a whole number, not false",
        ),
        ("refuse", {"status": 529, "message": 5}, "refuse: message must be text, not 5"),
        (
            "refuse",
            {"status": 529, "form": "s"},
            "refuse: form must be one of 'seconds', 'ms', not 's'",
        ),
        (
            "refuse",
            {"status": 529, "message": "\ud800"},
            "refuse: message must be text without lone surrogates, not '\\ud800'",
        ),
        ("odd", {"word": []}, "odd: word must be text or a whole number, not []"),
        ("odd", {"word": "mute"}, "odd: these settings cannot be"),
    ],
)
def test_what_cannot_be_is_refused_in_the_callers_words(
    kind: str, settings: object, message: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        make(KINDS, kind, settings)

    assert str(caught.value).startswith(message)


def test_a_null_is_a_setting_that_is_not_given() -> None:
    fault = make(KINDS, "stall", {"seconds": 1, "after_events": None, "before_event": None})

    assert fault == Stall(seconds=1)


def test_an_error_says_where_and_which_setting() -> None:
    with pytest.raises(SettingsError) as caught:
        make(KINDS, "stall", {"seconds": "x"}, "rules[1].stall")

    assert str(caught.value) == "rules[1].stall: stall: seconds must be a number, not 'x'"
    assert (caught.value.path, caught.value.setting) == ("rules[1].stall", "seconds")


@pytest.mark.parametrize(
    ("settings", "setting"),
    [({"limit": 3, "word": "number"}, "word"), ({"word": "long"}, None), ({"no": 1}, "no")],
)
def test_an_error_of_the_kind_itself_names_the_setting_that_it_speaks_of(
    settings: dict[str, Any], setting: str | None
) -> None:
    with pytest.raises(SettingsError) as caught:
        make(KINDS, "odd", settings)

    assert caught.value.setting == setting


def test_an_error_is_never_much_longer_than_a_line() -> None:
    with pytest.raises(SettingsError) as of_a_value:
        make(KINDS, "stall", {"seconds": "x" * 1_000_000})
    with pytest.raises(SettingsError) as of_a_kind:
        make(KINDS, "odd", {"word": "long"})

    assert len(str(of_a_value.value)) < 200
    assert len(str(of_a_kind.value)) < 400


def test_a_number_that_is_not_finite_is_taken_where_it_is_the_default() -> None:
    fault = make(KINDS, "odd", {"limit": math.inf})

    assert fault == Odd()
    assert "limit" not in as_settings(fault)


FAULTS = st.one_of(
    st.builds(Hang),
    st.builds(
        Stall,
        seconds=st.floats(0, 1e9, exclude_min=True),
        after_events=st.integers(0, 99),
        before_event=st.none() | st.text(),
    ),
    st.builds(
        Refuse,
        status=st.integers(400, 599),
        message=st.none() | st.text(),
        retry_after=st.none() | st.floats(0, 1e9),
        form=st.sampled_from(["seconds", "ms"]),
        x_should_retry=st.none() | st.booleans(),
    ),
    st.builds(
        Odd,
        headers=st.lists(st.tuples(st.text(), st.text())).map(tuple),
        extra=st.dictionaries(st.text(), st.integers(-5, 5)),
        whole=st.booleans(),
    ),
)


@given(FAULTS)
def test_settings_survive_json_and_back(fault: Any) -> None:
    kind = type(fault).__name__.lower()

    made = make(KINDS, kind, json.loads(json.dumps(as_settings(fault))))

    assert made == fault


def fired(*faults: Any) -> list[Fired]:
    return [Fired(f"rule {n}", type(fault).__name__, fault) for n, fault in enumerate(faults)]


def test_a_replacing_fault_drops_what_came_before_it_and_nothing_after_it() -> None:
    all_fired = fired(Stall(seconds=1), Refuse(500), Refuse(529), Stall(seconds=2))

    kept = effective(all_fired)

    assert [each.rule for each in kept] == ["rule 2", "rule 3"]


def test_no_faults_leave_the_plan_as_it_is() -> None:
    composed = compose(PLAN, [], Random)

    assert list(composed) == list(PLAN)


def test_faults_compose_in_the_order_of_their_rules() -> None:
    both = fired(Odd(), Stall(seconds=1))

    steps = list(compose(PLAN, both, Random))

    assert steps == [Chunk(b"odd"), *PLAN, Wait(Random("rule 1/0").random())]


def test_the_marks_of_a_fault_bear_its_own_name_and_those_of_others_theirs() -> None:
    faults = [Fired("mine", "refuse", Refuse(529))]
    plan = compose(stand_in(Head(200)), faults, Random)

    steps = list(compose([Mark("other"), *plan], fired(Stall(seconds=1)), Random))

    assert steps[:3] == [Mark("other"), Mark("mine/0"), Head(529)]


def test_what_a_fault_draws_is_not_what_made_its_rule_fire() -> None:
    drawn = []

    def chance(name: str) -> Random:
        drawn.append(name)
        return draw(7, "key", 0, name)

    list(compose(PLAN, [Fired("rule", "stall", Stall(seconds=1))] * 2, chance))

    assert drawn == ["rule/0", "rule/1"]
