"""The rules that mintoken puts before a system prompt; nothing else is touched."""

from __future__ import annotations

import json
from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin.api.gateways.rules import with_rules, with_system_message, writing

BLOCK = {"type": "text", "text": "You are an engineer.", "cache_control": {"type": "ephemeral"}}
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def written(doc: dict[str, Any]) -> bytes:
    work: Generator[None, None, bytes] = writing(doc)
    while True:
        try:
            next(work)
        except StopIteration as done:
            text: bytes = done.value
            return text


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
    sent = json.loads(written(dict(with_rules(doc, "Be brief."))))

    assert {**sent, "system": doc.get("system")} == {**doc, "system": doc.get("system")}
