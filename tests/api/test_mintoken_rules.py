"""The rules that mintoken puts before a system prompt; nothing else is touched."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin.api.gateways.rules import with_rules, with_system_message, writing
from simtwin.api.tokens import WINDOW

BLOCK = {"type": "text", "text": "You are an engineer.", "cache_control": {"type": "ephemeral"}}
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def written(doc: dict[str, Any], size: int) -> tuple[bytes, int]:
    """A document as it is written, and how many pauses that took."""
    work, pauses = writing(doc, size), 0
    while True:
        try:
            next(work)
        except StopIteration as done:
            return bytes(done.value), pauses
        pauses += 1


@pytest.mark.parametrize(
    ("system", "sent"),
    [
        (None, "Be brief."),
        ("", "Be brief."),
        ("You are an engineer.", "Be brief.\n\nYou are an engineer."),
        ([], [{"type": "text", "text": "Be brief."}]),
        ([BLOCK], [{"type": "text", "text": "Be brief."}, BLOCK]),
        (7, 7),
    ],
)
def test_the_rules_come_first_in_either_form(system: object, sent: object) -> None:
    assert with_rules({"system": system}, "Be brief.") == {"system": sent}


def test_a_request_without_a_system_prompt_has_one_then() -> None:
    assert with_rules({"model": "m"}, "Be brief.") == {"model": "m", "system": "Be brief."}


def test_in_the_form_of_openai_they_are_the_first_message() -> None:
    asked = {"messages": [{"role": "user", "content": "Hello"}]}

    sent = with_system_message(asked, "Be brief.")

    assert sent["messages"] == [{"role": "system", "content": "Be brief."}, *asked["messages"]]
    assert with_system_message({"messages": 7}, "Be brief.") == {"messages": 7}


@given(doc=st.dictionaries(st.text(), values, max_size=4))
def test_everything_else_is_passed_on_as_it_was(doc: dict[str, Any]) -> None:
    with_them = dict(with_rules(doc, "Be brief."))
    at_once, in_pieces = (json.loads(written(with_them, size)[0]) for size in (0, WINDOW + 1))

    assert in_pieces == at_once == with_them
    assert {**at_once, "system": doc.get("system")} == {**doc, "system": doc.get("system")}


def test_a_large_request_is_written_with_pauses() -> None:
    text = 'é"\U0001f600\n' * WINDOW
    doc = {"messages": [{"role": "user", "content": [{"type": "text", "text": text}]}]}

    whole, pauses = written(doc, WINDOW + 1)

    assert json.loads(whole) == doc
    assert pauses >= len(whole) // (4 * WINDOW)
