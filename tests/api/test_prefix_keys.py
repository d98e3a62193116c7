"""What makes a prompt another one than that in the cache, and from where on."""

from __future__ import annotations

from typing import Any

import pytest
from asking import TOOL, turn
from prompts import (
    BASE,
    CALL,
    IMAGE,
    LONG,
    MARK,
    RESULT,
    TEXT,
    THOUGHT,
    WEB,
    read_after,
    the_prompt,
)


def reordered() -> dict[str, Any]:
    schema = TOOL["input_schema"]
    return {name: schema[name] for name in reversed(schema)}


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ({"model": "claude-sonnet-4-5"}, 0),
        ({"tools": [{**BASE["tools"][0], "name": "other"}]}, 0),
        ({"tools": [{**BASE["tools"][0], "input_schema": reordered()}]}, 0),
        ({"tools": [{**TOOL, "name": "first"}, *BASE["tools"]]}, 0),
        ({"mcp_servers": [{"type": "url", "url": "https://x", "name": "x"}]}, 0),
        ({"tools": [*BASE["tools"], WEB]}, 1),
        ({"system": [{"type": "text", "text": "Be long.", **MARK}]}, 1),
        ({"speed": "fast"}, 1),
        ({"output_config": {"format": {"type": "json_schema", "schema": {}}}}, 1),
        ({"tool_choice": {"type": "any"}}, 2),
        ({"tool_choice": {"type": "auto", "disable_parallel_tool_use": True}}, 2),
        ({"thinking": {"type": "adaptive"}}, 2),
        ({"thinking": {"type": "enabled", "budget_tokens": 2_000}}, 2),
        ({"output_config": {"effort": "low"}}, 2),
        ({"messages": [turn({"type": "text", "text": "Ho", **MARK})]}, 2),
        ({"messages": [turn({"type": "text", "text": "Hi", **MARK}, IMAGE)]}, 2),
        ({"messages": [*BASE["messages"], {"role": "user", "content": "More"}]}, 3),
        ({}, 3),
    ],
)
def test_a_change_makes_its_level_new_and_those_after_it(change: dict[str, Any], left: int) -> None:
    places = the_prompt(**BASE).places

    read = read_after(BASE, {**BASE, **change}).read

    assert read == (places[left - 1].tokens if left else 0)


def test_a_document_that_is_to_be_cited_makes_the_system_prompt_new() -> None:
    document = {"type": "document", "source": {"type": "text", "data": "x"}, "title": "T"}
    cited = {**document, "citations": {"enabled": True}}
    tools, system, _ = the_prompt(**BASE).places

    def read(block: dict[str, Any]) -> int:
        return read_after(BASE, {**BASE, "messages": [turn(block), *BASE["messages"]]}).read

    assert read(document) == system.tokens
    assert read(cited) == tools.tokens


@pytest.mark.parametrize(
    "change",
    [
        {"tool_choice": {"type": "auto"}},
        {"thinking": {"type": "disabled"}},
        {"output_config": {"effort": "high"}},
        {"output_config": {}},
        {"speed": "standard"},
        {"mcp_servers": None},
        {"max_tokens": 0},
        {"stream": True, "temperature": 0.5, "metadata": {"user_id": "u"}},
    ],
)
def test_defaults_and_what_no_prompt_shows_change_nothing(change: dict[str, Any]) -> None:
    assert the_prompt(**{**BASE, **change}).keys == the_prompt(**BASE).keys


@pytest.mark.parametrize(
    ("model", "change"),
    [
        ("claude-opus-5-5", {"output_config": {"effort": "medium"}}),
        ("claude-opus-5-5", {"thinking": {"type": "adaptive", "display": "summarized"}}),
        ("claude-sonnet-5", {"thinking": {"type": "adaptive"}}),
    ],
)
def test_defaults_are_those_of_the_model(model: str, change: dict[str, Any]) -> None:
    asked = {**BASE, "model": model}

    assert the_prompt(**asked, **change).keys == the_prompt(**asked).keys


def test_a_model_is_the_same_under_all_of_its_names() -> None:
    names = ("claude-sonnet-4-5", "claude-sonnet-4-5-20250929")

    assert len({the_prompt(**BASE, model=name).keys for name in names}) == 1


@pytest.mark.parametrize(
    "same",
    [
        {"system": "Be brief."},
        {"system": [{"text": "Be brief.", "type": "text", "citations": None}]},
        {"messages": [{"role": "user", "content": "Hi"}]},
        {"tools": [{"description": LONG, **TOOL}]},
    ],
)
def test_how_a_block_is_written_and_marked_does_not_matter(same: dict[str, Any]) -> None:
    assert the_prompt(**{**BASE, **same}, **MARK).keys == the_prompt(**BASE).keys


def test_what_else_a_turn_has_makes_what_follows_it_new() -> None:
    directive = {"role": "system", "content": [], "output_config": {"effort": "low"}}
    messages = [turn(TEXT, {"type": "text", "text": "Hi", **MARK})]
    more = turn({"type": "text", "text": "Go on.", **MARK})

    before = the_prompt(messages=[*messages, more])
    after = the_prompt(messages=[*messages, directive, more])
    bare = the_prompt(messages=[*messages, {"role": "system", "output_config": {}}, more])

    assert before.keys[:2] == after.keys[:2] == bare.keys[:2]
    assert len({before.keys[2], after.keys[2], bare.keys[2]}) == 3


def test_turns_of_one_role_are_one_turn() -> None:
    apart = [turn(TEXT), turn({"type": "text", "text": "Hi"})]
    together = [turn(TEXT, {"type": "text", "text": "Hi"})]
    spoken = [turn(TEXT), turn({"type": "text", "text": "Hi"}, role="assistant")]

    assert the_prompt(**MARK, messages=apart).keys == the_prompt(**MARK, messages=together).keys
    assert the_prompt(**MARK, messages=spoken).keys != the_prompt(**MARK, messages=apart).keys


def test_a_result_in_text_is_a_result_in_blocks() -> None:
    written = {**RESULT, "content": [{"type": "text", "text": "Sunny", **MARK}]}

    before = the_prompt(messages=[turn(TEXT), turn(CALL, role="assistant"), turn(written)])
    after = the_prompt(**MARK, messages=[turn(TEXT), turn(CALL, role="assistant"), turn(RESULT)])

    assert before.keys == after.keys


def test_a_tool_that_is_not_loaded_is_not_in_the_prompt() -> None:
    deferred = {**TOOL, "name": "later", "defer_loading": True}

    assert the_prompt(**{**BASE, "tools": [*BASE["tools"], deferred]}).keys == (
        the_prompt(**BASE).keys
    )


# Thinking of earlier turns.


@pytest.mark.parametrize(
    ("model", "kept"), [("claude-sonnet-4-5", False), ("claude-sonnet-4-6", True)]
)
def test_older_models_forget_their_thinking_when_the_user_asks_on(model: str, kept: bool) -> None:
    called = [turn(TEXT), turn(THOUGHT, CALL, role="assistant"), turn(RESULT)]
    asked = {"model": model, **MARK}
    on = [*called, turn({"type": "text", "text": "Sunny."}, role="assistant"), turn(TEXT)]

    answering = read_after(
        {**asked, "messages": called},
        {**asked, "messages": [*called, turn(CALL, role="assistant"), turn(RESULT)]},
    )
    asking_on = read_after({**asked, "messages": called}, {**asked, "messages": on})

    assert answering.read > 0
    assert (asking_on.read > 0) is kept
