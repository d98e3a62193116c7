"""The laws that every kind obeys, on any answer and with any settings; a new kind needs no line here."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from functools import cache
from random import Random
from typing import Any, Literal, get_args, get_origin, get_type_hints

import attrs
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plans import EVENTS, Counted, answers, body, is_lawful, marks

from simtwin.core.fault import (
    Fault,
    Fired,
    SettingsError,
    as_settings,
    compose,
    effective,
    make,
    settings_of,
)
from simtwin.core.plan import Chunk, End, Hangup, Head, Raw, Step
from simtwin_faults import KINDS
from simtwin_faults.placed import EventPlaced, Placed

#: The kinds that say something of their own: what they send need not begin what was to be sent.
SAYING = {
    "refuse",
    "account",
    "model_retired",
    "page",
    "body",
    "field",
    "corrupt",
    "error_event",
    "edit_events",
    "sse_format",
    "tool_json",
    "pings",
    "encoding",
}

#: The kinds that leave something out, or gather it: they read what they do not send.
LEAVING_OUT = {"body", "edit_events", "tool_json"}

PLACED = [kind for kind, cls in KINDS.items() if issubclass(cls, EventPlaced)]

_VALUES: dict[object, st.SearchStrategy[Any]] = {
    int: st.integers(0, 40) | st.integers(300, 599),
    float: st.integers(0, 9) | st.floats(0, 1) | st.floats(0, 1000),
    str: st.sampled_from((*EVENTS, "error")) | st.text(),
    bool: st.booleans(),
}


def values(hint: Any) -> st.SearchStrategy[Any]:
    """What may be given for a setting of that type."""
    if get_origin(hint) is Literal:
        return st.sampled_from(get_args(hint))
    options = [_VALUES[option] for option in (hint, *get_args(hint)) if option in _VALUES]
    return st.one_of(options)


def settings_docs(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    """Settings of a kind: what it needs, and up to three of what it may have."""
    hints = get_type_hints(KINDS[kind])
    of = {setting.name: values(hints[setting.name]) for setting in settings_of(KINDS[kind])}
    required = {setting.name for setting in settings_of(KINDS[kind]) if setting.required}
    further = sorted(of.keys() - required)
    # There is nothing to sample from an empty list.
    some = st.lists(st.sampled_from(further), max_size=3, unique=True) if further else st.just([])
    return some.flatmap(
        lambda chosen: st.fixed_dictionaries({name: of[name] for name in [*required, *chosen]})
    )


def needed(kind: str) -> dict[str, Any]:
    """The least settings with which there can be a fault of a kind."""
    hints = get_type_hints(KINDS[kind])
    return {
        setting.name: get_args(hints[setting.name])[0]
        if get_origin(hints[setting.name]) is Literal
        else "name"
        if hints[setting.name] is str
        else 429
        for setting in settings_of(KINDS[kind])
        if setting.required
    }


@cache
def faults(kind: str) -> st.SearchStrategy[Fault]:
    """Any fault of a kind: of the settings drawn, those that can be together."""

    def made(doc: dict[str, Any]) -> Fault:
        kept = needed(kind)
        fault = make(KINDS, kind, kept)
        for name, value in doc.items():
            try:
                fault = make(KINDS, kind, kept | {name: value})
            except SettingsError:
                continue
            kept |= {name: value}
        return fault

    return settings_docs(kind).map(made)


@st.composite
def chains(draw: st.DrawFn) -> list[Fired]:
    """Several faults on one request."""
    kinds = draw(st.lists(st.sampled_from(list(KINDS)), min_size=1, max_size=4))
    return [Fired(f"rule {number}", kind, draw(faults(kind))) for number, kind in enumerate(kinds)]


def sends(step: Step) -> bool:
    """Whether something goes out with the step: a JSON answer goes whole, head and all."""
    match step:
        case Head():
            return step.streams
        case Chunk():
            return step.ends
        case _:
            return isinstance(step, End | Hangup | Raw)


def reads_no_further_than_sent(worse: Iterable[Step], plan: Counted, whole: list[Step]) -> bool:
    """Whether, where a frame is passed on as it is, nothing is read past the furthest such frame."""
    furthest = 0
    for step in worse:
        places = [place for place, each in enumerate(whole) if each is step]
        if isinstance(step, Chunk) and places:
            furthest = max([furthest, *places])
            if plan.read > furthest + 1:
                return False
    return True


def reads_no_further_than_needed(worse: Iterable[Step], plan: Counted, whole: list[Step]) -> bool:
    """Whether, at each step, no more is read than the step that is sent next."""
    sent = 0
    places = [place for place, step in enumerate(whole) if sends(step)]
    for step in worse:
        sent += sends(step)
        most = places[sent] + 1 if sent < len(places) else len(whole)
        if plan.read > most:
            return False
    return True


# So many kinds and eight laws: two fifths of the usual examples are enough of each.
FEWER = settings(max_examples=settings().max_examples * 2 // 5)

every_kind = pytest.mark.parametrize("kind", KINDS)


@every_kind
@FEWER
@given(data=st.data(), plan=answers(), seed=st.text())
def test_the_same_seed_gives_the_same_plan(
    kind: str, data: st.DataObject, plan: tuple[Step, ...], seed: str
) -> None:
    fault = data.draw(faults(kind))

    assert list(fault.rewrite(plan, Random(seed))) == list(fault.rewrite(plan, Random(seed)))


@every_kind
@FEWER
@given(data=st.data(), plan=answers(), seed=st.integers())
def test_a_worse_plan_is_a_lawful_plan(
    kind: str, data: st.DataObject, plan: tuple[Step, ...], seed: int
) -> None:
    fault = data.draw(faults(kind))

    assert is_lawful(fault.rewrite(plan, Random(seed)))


@every_kind
@FEWER
@given(data=st.data(), plan=answers())
def test_a_fault_reads_no_further_than_it_needs(
    kind: str, data: st.DataObject, plan: tuple[Step, ...]
) -> None:
    fault = data.draw(faults(kind))
    counted = Counted(plan)

    worse = fault.rewrite(counted, Random(0))

    assert counted.read == 0
    sparing = reads_no_further_than_sent if kind in LEAVING_OUT else reads_no_further_than_needed
    assert sparing(worse, counted, list(plan))


@every_kind
@FEWER
@given(data=st.data(), plan=answers())
def test_a_fault_takes_effect_once_or_changes_nothing(
    kind: str, data: st.DataObject, plan: tuple[Step, ...]
) -> None:
    fault = data.draw(faults(kind))

    worse = list(fault.rewrite(plan, Random(0)))

    assert marks(worse) == 1 or worse == list(plan)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in SAYING])
@FEWER
@given(data=st.data(), plan=answers())
def test_what_is_sent_begins_what_was_to_be_sent(
    kind: str, data: st.DataObject, plan: tuple[Step, ...]
) -> None:
    fault = data.draw(faults(kind))

    worse = list(fault.rewrite(plan, Random(0)))

    assert body(plan).startswith(body(worse))


@every_kind
@FEWER
@given(data=st.data())
def test_settings_survive_json_and_back(kind: str, data: st.DataObject) -> None:
    fault = data.draw(faults(kind))

    text = msgspec.json.encode(as_settings(fault))

    assert make(KINDS, kind, msgspec.json.decode(text)) == fault


@every_kind
@FEWER
@given(data=st.data())
def test_settings_survive_toml_and_back(kind: str, data: st.DataObject) -> None:
    fault = data.draw(faults(kind))

    text = "\n".join(f"{name} = {toml(value)}" for name, value in as_settings(fault).items())

    assert make(KINDS, kind, tomllib.loads(text)) == fault


def toml(value: object) -> str:
    """A scalar in TOML: as in JSON, but for DEL, which JSON does not escape."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


@every_kind
def test_a_fault_is_a_frozen_value(kind: str) -> None:
    fault = make(KINDS, kind, needed(kind))

    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(fault, settings_of(KINDS[kind])[0].name, 1)


@pytest.mark.parametrize("kind", PLACED)
@FEWER
@given(data=st.data(), plan=answers())
def test_a_place_past_the_end_changes_nothing_and_is_not_marked(
    kind: str, data: st.DataObject, plan: tuple[Step, ...]
) -> None:
    chunks = [step for step in plan if isinstance(step, Chunk)]
    tokens = sum(chunk.tokens for chunk in chunks)
    beyond = data.draw(st.integers(1, 9))
    places: list[dict[str, Any]] = [
        {"after_events": len(chunks) + beyond},
        {"before_event": "no_such_event"},
        {"at_token": tokens + beyond},
    ]
    if issubclass(KINDS[kind], Placed):
        places.append({"at_byte": len(body(plan)) + beyond})
    place = data.draw(st.sampled_from(places))
    fault = make(KINDS, kind, needed(kind) | place)

    assert list(fault.rewrite(plan, Random(0))) == list(plan)


@given(fired=chains(), plan=answers(), seed=st.integers())
def test_several_faults_make_a_lawful_plan_that_their_seed_repeats(
    fired: list[Fired], plan: tuple[Step, ...], seed: int
) -> None:
    def chance(rule: str) -> Random:
        return Random(f"{seed}/{rule}")

    once = list(compose(plan, fired, chance))

    assert is_lawful(once)
    assert once == list(compose(plan, fired, chance))


@given(fired=chains(), plan=answers())
def test_several_faults_read_no_further_than_they_need(
    fired: list[Fired], plan: tuple[Step, ...]
) -> None:
    counted = Counted(plan)

    worse = compose(counted, [each for each in fired if each.kind not in LEAVING_OUT], Random)

    assert counted.read == 0
    assert reads_no_further_than_needed(worse, counted, list(plan))


@given(fired=chains(), plan=answers())
def test_what_several_faults_let_through_begins_what_was_to_be_sent(
    fired: list[Fired], plan: tuple[Step, ...]
) -> None:
    silent = [each for each in fired if each.kind not in SAYING]

    worse = list(compose(plan, silent, Random))

    assert body(plan).startswith(body(worse))
    assert marks(worse) <= len(effective(silent))
