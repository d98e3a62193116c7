"""Requests as scripted replies see them."""

from __future__ import annotations

from typing import Any

import pytest

from simtwin.api.question import question
from simtwin.core.replies import Question

RESULT = {"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "12"}]}
IMAGE = {"type": "image", "source": {"type": "url", "url": "https://x"}}


def asked(*messages: Any, **fields: Any) -> Question:
    turns = [
        {"role": role, "content": content}
        for role, content in zip(["user", "assistant"] * 50, messages, strict=False)
    ]
    return question({"model": "m", "messages": turns, **fields})


def test_the_text_is_that_of_the_last_turn_of_the_user() -> None:
    text = {"type": "text", "text": "two"}

    assert asked("one", "so", [text, IMAGE, {**text, "text": "three"}]).text == "two\nthree"


def test_what_tools_gave_is_no_text_of_the_user() -> None:
    found = asked("one", "so", [RESULT])

    assert (found.text, found.results, found.answers_calls) == ("", "12", True)


def test_a_result_may_be_empty_or_a_text() -> None:
    assert asked([{"type": "tool_result", "tool_use_id": "t"}]).answers_calls
    assert asked([{**RESULT, "content": "13"}]).results == "13"


@pytest.mark.parametrize(
    ("messages", "turn"), [(["a"], 1), (["a", "b"], 1), (["a", "b", "c"], 2), (list("abcde"), 3)]
)
def test_the_turn_counts_the_answers_before_it(messages: list[str], turn: int) -> None:
    assert asked(*messages).turn == turn


@pytest.mark.parametrize(
    ("system", "text"),
    [(None, ""), ("Be brief.", "Be brief."), ([{"type": "text", "text": "Be"}], "Be")],
)
def test_the_system_prompt_may_be_a_text_or_blocks(system: Any, text: str) -> None:
    assert asked("a", system=system).system == text


def test_tools_are_known_by_their_names() -> None:
    tools = [{"name": "go", "input_schema": {}}, {"type": "web_search_20250305", "name": "web"}]

    assert asked("a", tools=tools).tools == {"go", "web"}
    assert asked("a").tools == frozenset()
