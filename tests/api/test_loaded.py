"""Tools that were found stay found."""

from __future__ import annotations

from typing import Any

import pytest
from asking import TOOL, reply_to, turn

from simtwin.api.reply.blocks import Call, Use
from simtwin.api.reply.served.loaded import loaded
from simtwin.api.request.tools import Tool

SEARCH = {"type": "tool_search_tool_bm25_20251119", "name": "tool_search_tool_bm25"}
DEFERRED = {**TOOL, "defer_loading": True}
REFERENCE = {"type": "tool_reference", "tool_name": "get_weather"}
ASKED = turn({"type": "text", "text": "Find a tool for the weather."})
USE = {
    "type": "server_tool_use",
    "id": "srvtoolu_1",
    "name": "tool_search_tool_bm25",
    "input": {"query": "weather"},
}
FOUND = {
    "type": "tool_search_tool_result",
    "tool_use_id": "srvtoolu_1",
    "content": {"type": "tool_search_tool_search_result", "tool_references": [REFERENCE]},
}
SEARCHED = [ASKED, turn(USE, FOUND, role="assistant"), turn({"type": "text", "text": "Call it."})]


def answers(messages: list[dict[str, Any]]) -> list[tuple[bool, bool]]:
    """Whether answers to the same by many seeds search, and whether they call."""
    replies = (
        reply_to(seed=seed, tools=[DEFERRED, SEARCH], messages=messages) for seed in range(20)
    )
    return [
        (
            any(isinstance(block, Use) for block in reply.blocks),
            any(isinstance(block, Call) for block in reply.blocks),
        )
        for reply in replies
    ]


def test_what_was_not_found_yet_is_searched_for_before_it_is_called() -> None:
    assert set(answers([ASKED])) == {(True, True)}


def test_what_was_found_is_called_without_another_search() -> None:
    assert set(answers(SEARCHED)) == {(False, True)}


@pytest.mark.parametrize(
    "block",
    [
        FOUND,
        {"type": "tool_result", "tool_use_id": "t", "content": [REFERENCE]},
        {"type": "tool_addition", "tool": {"type": "tool_reference", "name": "get_weather"}},
    ],
    ids=["search", "own search", "addition"],
)
def test_a_reference_loads_the_tool_of_that_name_alone(block: dict[str, Any]) -> None:
    tools = [Tool("get_weather", {}, deferred=True), Tool("other", {}, deferred=True)]

    left = [tool.name for tool in loaded(tools, [turn(block)]) if tool.deferred]

    assert left == ["other"]
