"""Fields that are missing, null or strange."""

from __future__ import annotations

from typing import Any

import pytest
from plans import marks
from telling import FRAMES, HEL, MESSAGE, STREAM, json_answer, sent, told, worsened

from simtwin.core.fault import SettingsError, make
from simtwin.core.plan import Head, Step
from simtwin_faults import KINDS
from simtwin_faults.field import Field


@pytest.mark.parametrize(
    ("fault", "changed"),
    [
        (Field(path="content", value="null"), {**MESSAGE, "content": None}),
        (Field(path="content", value="[]"), {**MESSAGE, "content": []}),
        (
            Field(path="content"),
            {name: value for name, value in MESSAGE.items() if name != "content"},
        ),
        (Field(path="zz", value='{"a":1}'), {**MESSAGE, "zz": {"a": 1}}),
        (
            Field(path="content.0.type", value='"hologram"'),
            {**MESSAGE, "content": [{"type": "hologram", "text": "hello"}]},
        ),
        (Field(path="content.0"), {**MESSAGE, "content": []}),
        (Field(path="usage.output_tokens"), {**MESSAGE, "usage": {"input_tokens": 5}}),
    ],
)
def test_a_field_of_a_message_is_another_one(fault: Field, changed: dict[str, Any]) -> None:
    worse = worsened(fault, json_answer(MESSAGE))

    (chunk,) = sent(worse)
    head = next(step for step in worse if isinstance(step, Head))
    assert told(chunk) == changed
    assert head.header("content-length") == str(len(chunk.data))
    assert (marks(worse), chunk.tokens) == (1, 2)


def test_in_a_stream_it_is_the_first_event_with_such_a_place() -> None:
    worse = sent(worsened(Field(path="delta.text", value='"x"'), STREAM))

    assert told(worse[3])["delta"]["text"] == "x"
    assert worse[:3] + worse[4:] == [*FRAMES[:3], *FRAMES[4:]]


def test_the_event_can_be_named() -> None:
    worse = sent(worsened(Field(path="index", value="7", event="content_block_delta"), STREAM))

    assert told(worse[1])["index"] == 0
    assert told(worse[3]) == {**told(HEL), "index": 7}


@pytest.mark.parametrize(
    "fault",
    [
        Field(path="none"),
        Field(path="content.9", value="1"),
        Field(path="content.x", value="1"),
        Field(path="id.deeper", value="1"),
        Field(path="model", value='"claude-sonnet-4-6"'),
        Field(path="model", event="message_start"),
    ],
)
def test_without_such_a_place_the_answer_stays_as_it_is(fault: Field) -> None:
    plan = json_answer(MESSAGE)

    assert worsened(fault, plan) == list(plan)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"path": "a..b"}, "field: path must be 1 to 20 names with dots between them"),
        ({"path": "."}, "field: path must be 1 to 20 names with dots between them"),
        ({"path": ".".join("a" * 21)}, "field: path must be 1 to 20 names with dots between them"),
        (
            {"path": "a", "value": "hologram"},
            'field: value must be JSON, such as null or "text"',
        ),
        ({"path": "a", "value": "[" * 9999}, 'field: value must be JSON, such as null or "text"'),
    ],
)
def test_settings_that_cannot_be_are_refused_in_words(
    settings: dict[str, object], problem: str
) -> None:
    with pytest.raises(SettingsError) as refusal:
        make(KINDS, "field", settings)

    assert str(refusal.value) == problem


def test_a_body_that_is_no_object_has_no_fields() -> None:
    plan: tuple[Step, ...] = json_answer([1])

    assert worsened(Field(path="0", value="2"), plan) == list(plan)
