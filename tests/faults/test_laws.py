"""The laws that every kind obeys, on any answer and with any settings; a new kind needs no line here."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from random import Random
from typing import Any

import attrs
import msgspec
import pytest
from any_fault import chains, faults, needed
from hypothesis import given, settings
from hypothesis import strategies as st
from plans import Arriving, Counted, answers, body, is_lawful, marks
from telling import MESSAGE, call, json_answer
from telling import STREAM as TOLD

from simtwin.core.fault import (
    Fired,
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

#: Any bytes in any frames, and answers that say something which can be edited.
ANSWERS = answers() | st.sampled_from(
    [TOLD, call('{"a": "b', 'c", "n": 2', "5}"), json_answer(MESSAGE)]
)

PLACED = [kind for kind, cls in KINDS.items() if issubclass(cls, EventPlaced)]


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
    """Whether, where a frame is passed on as it is, no more is read than one step past the furthest.

    That step says whether there is another frame, to go before it or not.
    """
    furthest = 0
    for step in worse:
        places = [place for place, each in enumerate(whole) if each is step]
        if isinstance(step, Chunk) and places:
            furthest = max([furthest, *places])
            if plan.read > furthest + 2:
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
@given(data=st.data(), plan=ANSWERS, seed=st.text())
def test_the_same_seed_gives_the_same_plan(
    kind: str, data: st.DataObject, plan: tuple[Step, ...], seed: str
) -> None:
    fault = data.draw(faults(kind))

    assert list(fault.rewrite(plan, Random(seed))) == list(fault.rewrite(plan, Random(seed)))


@every_kind
@FEWER
@given(data=st.data(), plan=ANSWERS, seed=st.integers())
def test_a_worse_plan_is_a_lawful_plan(
    kind: str, data: st.DataObject, plan: tuple[Step, ...], seed: int
) -> None:
    fault = data.draw(faults(kind))

    assert is_lawful(fault.rewrite(plan, Random(seed)))


@every_kind
@FEWER
@given(data=st.data(), plan=ANSWERS)
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
@given(data=st.data(), plan=ANSWERS)
def test_a_fault_takes_effect_once_or_changes_nothing(
    kind: str, data: st.DataObject, plan: tuple[Step, ...]
) -> None:
    fault = data.draw(faults(kind))

    worse = list(fault.rewrite(plan, Random(0)))

    assert marks(worse) == 1 or worse == list(plan)


@every_kind
@FEWER
@given(data=st.data(), plan=ANSWERS, seed=st.integers())
def test_a_fault_does_the_same_to_an_answer_that_has_yet_to_arrive(
    kind: str, data: st.DataObject, plan: tuple[Step, ...], seed: int
) -> None:
    fault = data.draw(faults(kind))
    arriving = Arriving(plan)
    # Of an answer that is not given nothing has to arrive.
    source: Iterable[Step] = plan if fault.replaces else arriving

    worse = list(arriving.arrived(fault.rewrite(source, Random(seed))))

    assert worse == list(fault.rewrite(plan, Random(seed)))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in SAYING])
@FEWER
@given(data=st.data(), plan=ANSWERS)
def test_what_is_sent_begins_what_was_to_be_sent(
    kind: str, data: st.DataObject, plan: tuple[Step, ...]
) -> None:
    fault = data.draw(faults(kind))

    worse = list(fault.rewrite(plan, Random(0)))

    assert body(plan).startswith(body(worse))


@every_kind
@FEWER
@given(data=st.data())
def test_settings_survive_json_and_toml_and_back(kind: str, data: st.DataObject) -> None:
    fault = data.draw(faults(kind))

    in_json = msgspec.json.encode(as_settings(fault))
    in_toml = "\n".join(f"{name} = {toml(value)}" for name, value in as_settings(fault).items())

    assert make(KINDS, kind, msgspec.json.decode(in_json)) == fault
    assert make(KINDS, kind, tomllib.loads(in_toml)) == fault


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
@given(data=st.data(), plan=ANSWERS)
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


@given(fired=chains(), plan=ANSWERS, seed=st.integers())
def test_several_faults_make_a_lawful_plan_that_their_seed_repeats(
    fired: list[Fired], plan: tuple[Step, ...], seed: int
) -> None:
    def chance(rule: str) -> Random:
        return Random(f"{seed}/{rule}")

    once = list(compose(plan, fired, chance))

    assert is_lawful(once)
    assert once == list(compose(plan, fired, chance))


@given(fired=chains(), plan=ANSWERS)
def test_several_faults_read_no_further_than_they_need(
    fired: list[Fired], plan: tuple[Step, ...]
) -> None:
    counted = Counted(plan)

    worse = compose(counted, [each for each in fired if each.kind not in LEAVING_OUT], Random)

    assert counted.read == 0
    assert reads_no_further_than_needed(worse, counted, list(plan))


@given(fired=chains(), plan=ANSWERS)
def test_what_several_faults_let_through_begins_what_was_to_be_sent(
    fired: list[Fired], plan: tuple[Step, ...]
) -> None:
    silent = [each for each in fired if each.kind not in SAYING]

    worse = list(compose(plan, silent, Random))

    assert body(plan).startswith(body(worse))
    assert marks(worse) <= len(effective(silent))
