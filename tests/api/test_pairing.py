"""That calls and results belong together: what the API refuses, in its words."""

from __future__ import annotations

from typing import Any

import pytest
from asking import ANSWERED, RESULT, doc_of, turn
from refusing import is_taken, said

from simtwin.api.errors import Rejected
from simtwin.api.request.parse import parse_count
from simtwin.api.version import OLDER

GO: dict[str, Any] = {"name": "go", "input_schema": {"type": "object"}}
CALL = {"type": "tool_use", "id": "t", "name": "go", "input": {}}
HI = {"role": "user", "content": "Hi"}
SPOKEN = {"role": "assistant", "content": "Hello,"}
RESULT_2 = {**RESULT, "tool_use_id": "u"}
ORPHAN = (
    "messages.{}: unexpected `tool_use_id` found in `tool_result` blocks: {}. Each `tool_result` "
    "block must have a corresponding `tool_use` block in the previous message."
)
FORGOTTEN = (
    "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: {}. Each "
    "`tool_use` block must have a corresponding `tool_result` block in the next message."
)
CALLED = [HI, turn(CALL, {**CALL, "id": "u"}, role="assistant")]


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        ([turn(RESULT)], ORPHAN.format("0.content.0", "t")),
        ([*CALLED, turn(RESULT)], FORGOTTEN.format("u")),
        ([*CALLED, HI], FORGOTTEN.format("t, u")),
        (CALLED, FORGOTTEN.format("t, u")),
        ([*CALLED, turn(RESULT), SPOKEN, turn(RESULT_2)], FORGOTTEN.format("u")),
        (
            [*CALLED, turn(RESULT, RESULT_2, {**RESULT, "tool_use_id": "v"})],
            ORPHAN.format("2.content.2", "v"),
        ),
        (
            [*CALLED, turn(RESULT, RESULT_2, RESULT)],
            (
                "messages.2.content.2: each tool_use must have a single result. Found multiple "
                "`tool_result` blocks with id: t"
            ),
        ),
        (
            [HI, turn(CALL, CALL, role="assistant"), turn(RESULT)],
            "messages.1.content.1: `tool_use` ids must be unique",
        ),
        ([turn(CALL)], "messages.0: `tool_use` blocks can only be in `assistant` messages"),
        (
            [HI, turn(RESULT, role="assistant")],
            "messages.1: `tool_result` blocks can only be in `user` messages",
        ),
        (
            [
                HI,
                turn(
                    {
                        "type": "web_search_tool_result",
                        "tool_use_id": "srvtoolu_1",
                        "content": [],
                    },
                    role="assistant",
                ),
            ],
            (
                "messages.1.content.0: unexpected `tool_use_id` found in `web_search_tool_result` blocks: "
                "srvtoolu_1. Each `web_search_tool_result` block must have a corresponding "
                "`server_tool_use` block before it."
            ),
        ),
    ],
)
def test_a_call_without_its_result_is_refused_and_the_other_way_round(
    messages: list[Any], words: str
) -> None:
    assert said({"messages": messages}) == words


@pytest.mark.parametrize(
    "messages",
    [
        [*CALLED, turn(RESULT), turn(RESULT_2)],
        [*CALLED, turn(RESULT, RESULT_2), *CALLED[1:], turn(RESULT_2, RESULT)],
        [HI, turn(CALL, role="assistant"), SPOKEN, turn(RESULT)],
    ],
)
def test_turns_of_one_side_are_one_turn(messages: list[Any]) -> None:
    assert is_taken({"messages": messages})


def test_claude_3_did_not_compare_ids() -> None:
    assert is_taken(
        {
            "model": "claude-3-opus-20240229",
            "messages": [*ANSWERED[:2], turn(RESULT_2)],
            "tools": [GO],
        }
    )


SERVER = {"type": "url", "name": "docs", "url": "https://example.com/mcp"}
TOOLSET = {"type": "mcp_toolset", "mcp_server_name": "docs"}


def test_every_mcp_server_has_a_toolset_and_the_other_way_round() -> None:
    newer = ("mcp-client-2025-11-20",)

    assert is_taken({"mcp_servers": [SERVER]})
    assert is_taken({"mcp_servers": [SERVER], "tools": [TOOLSET]}, betas=newer)
    assert said({"mcp_servers": [SERVER]}, betas=newer) == (
        "MCP server 'docs' is defined but not referenced by any `mcp_toolset` in `tools`."
    )
    assert said({"tools": [TOOLSET]}) == (
        "MCP server 'docs' is referenced by an `mcp_toolset` in `tools` but not defined in "
        "`mcp_servers`."
    )


def test_only_one_list_of_domains_is_taken() -> None:
    search = {"type": "web_search_20250305", "name": "web_search", "allowed_domains": ["a.com"]}

    assert is_taken({"tools": [{**search, "blocked_domains": None}]})
    assert said({"tools": [{**search, "blocked_domains": ["b.com"]}]}) == (
        "tools.0.web_search_20250305: only one of allowed_domains and blocked_domains may be set"
    )


def test_a_count_looks_at_the_meaning_too_but_not_at_the_last_word() -> None:
    doc = doc_of(max_tokens=..., messages=[HI, SPOKEN])

    assert parse_count(doc, OLDER, ()).doc is doc
    with pytest.raises(Rejected):
        parse_count(doc_of(max_tokens=..., messages=[turn(RESULT)]), OLDER, ())
