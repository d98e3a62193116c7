"""Tools that the server runs: how they are used, what they give, and what that costs."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from asking import ANSWERED, IDS, TOOL, reply_to, spec_of, turn
from offering import BETAS, TOOLS

from simtwin.api.reply.blocks import Call, Result, Text, Thoughts, Use
from simtwin.api.reply.message import message
from simtwin.api.reply.reply import Reply, compose_reply

SEARCH = {"type": "web_search_20250305", "name": "web_search"}
FETCH = {"type": "web_fetch_20250910", "name": "web_fetch"}
CODE = {"type": "code_execution_20260120", "name": "code_execution"}


def _blocks(reply: Reply, kind: str) -> list[dict[str, Any]]:
    return [block for block in message(reply, IDS)["content"] if block["type"] == kind]


@pytest.mark.parametrize(
    ("tool", "use", "result"),
    [
        ("search", "server_tool_use", "web_search_tool_result"),
        ("search by code", "server_tool_use", "web_search_tool_result"),
        ("fetch", "server_tool_use", "web_fetch_tool_result"),
        ("fetch by code", "server_tool_use", "code_execution_tool_result"),
        ("python", "server_tool_use", "code_execution_tool_result"),
        ("code", "server_tool_use", "bash_code_execution_tool_result"),
        ("tool search", "server_tool_use", "tool_search_tool_result"),
        ("mcp", "mcp_tool_use", "mcp_tool_result"),
        ("advisor", "server_tool_use", "advisor_tool_result"),
    ],
)
def test_a_tool_of_the_server_is_used_where_it_is_offered(tool: str, use: str, result: str) -> None:
    reply = reply_to(1, BETAS, **TOOLS[tool])

    ids = {block["id"] for block in _blocks(reply, use)}
    answered = {block["tool_use_id"] for block in _blocks(reply, result)}
    assert answered <= ids
    assert answered


def test_code_has_a_shell_and_an_editor() -> None:
    kinds = {
        block.kind
        for seed in range(30)
        for block in reply_to(seed, tools=[CODE]).blocks
        if isinstance(block, Result)
    }

    assert kinds == {
        "bash_code_execution_tool_result",
        "text_editor_code_execution_tool_result",
    }


@pytest.mark.parametrize(
    ("tool", "prefix"), [("search", "srvtoolu_"), ("mcp", "mcptoolu_"), ("call", "toolu_")]
)
def test_ids_tell_who_answers(tool: str, prefix: str) -> None:
    content = message(reply_to(1, BETAS, **TOOLS[tool]), IDS)["content"]

    ids = [block["id"] for block in content if "id" in block]
    assert ids
    assert all(id_.startswith(prefix) for id_ in ids)
    assert len(set(ids)) == len(ids)


def test_what_tools_bring_in_is_input_by_the_end() -> None:
    reply = reply_to(tools=[SEARCH])

    assert reply.input.fresh > reply.opening.fresh


def test_usage_counts_searches_and_fetches() -> None:
    search = message(reply_to(tools=[{**SEARCH, "max_uses": 1}]), IDS)["usage"]
    fetch = message(reply_to(tools=[FETCH]), IDS)["usage"]
    none = message(reply_to(), IDS)["usage"]

    assert search["server_tool_use"] == {"web_search_requests": 1, "web_fetch_requests": 0}
    assert fetch["server_tool_use"] == {"web_search_requests": 0, "web_fetch_requests": 1}
    assert "server_tool_use" not in none


def test_a_search_stays_where_it_may_look() -> None:
    reply = reply_to(tools=[{**SEARCH, "allowed_domains": ["docs.example.org"]}])

    found = _blocks(reply, "web_search_tool_result")[0]["content"]
    assert found
    assert all(result["url"].startswith("https://docs.example.org/") for result in found)


def test_what_is_said_after_a_search_rests_on_it() -> None:
    reply = reply_to(tools=[{**SEARCH, "max_uses": 1}])

    (found,) = _blocks(reply, "web_search_tool_result")
    cited = [block["citations"][0] for block in _blocks(reply, "text") if "citations" in block]
    assert {citation["url"] for citation in cited} <= {each["url"] for each in found["content"]}
    assert cited


def test_the_page_that_is_spoken_of_is_fetched() -> None:
    messages = [turn({"type": "text", "text": "Read https://example.org/a?b=c, please."})]

    (page,) = _blocks(reply_to(tools=[FETCH], messages=messages), "web_fetch_tool_result")

    assert page["content"]["url"] == "https://example.org/a?b=c"
    assert page["content"]["retrieved_at"] == "2026-11-21T12:00:00.000000+00:00"


def test_what_code_called_tells_which_code() -> None:
    reply = reply_to(tools=[{"type": "web_fetch_20260209", "name": "web_fetch"}])

    code, fetch = _blocks(reply, "server_tool_use")
    (page,) = _blocks(reply, "web_fetch_tool_result")
    caller = {"type": "code_execution_20260120", "tool_id": code["id"]}
    assert fetch["caller"] == page["caller"] == caller


def test_code_that_ran_names_its_container() -> None:
    new = message(reply_to(tools=[CODE]), IDS)
    known = message(reply_to(tools=[CODE], container="container_1"), IDS)
    kept = message(reply_to(tools=[CODE], container="container_1", messages=ANSWERED), IDS)
    none = message(reply_to(), IDS)

    assert new["container"] == {
        "id": "container_1",
        "expires_at": "2026-11-21T12:05:00.000000Z",
    }
    assert known["container"]["id"] == kept["container"]["id"] == "container_1"
    assert "container" not in none


def test_a_tool_that_was_searched_for_is_called() -> None:
    reply = reply_to(1, **TOOLS["tool search"])

    (found,) = _blocks(reply, "tool_search_tool_result")
    (call,) = [block for block in reply.blocks if isinstance(block, Call)]
    assert found["content"]["tool_references"][0]["tool_name"] == call.name == TOOL["name"]
    assert reply.stop_reason == "tool_use"


def test_thinking_goes_on_after_a_tool_where_it_is_interleaved() -> None:
    reply = reply_to(
        tools=[FETCH], model="claude-sonnet-4-6", thinking={"type": "adaptive"}, max_tokens=4_000
    )

    kinds = [type(block) for block in reply.blocks]
    assert kinds == [Thoughts, Text, Use, Result, Thoughts, Text]


def test_the_answer_to_a_result_uses_no_tool() -> None:
    reply = reply_to(tools=[TOOL, SEARCH], messages=ANSWERED)

    assert [type(block) for block in reply.blocks] == [Text]


@pytest.mark.parametrize("most", range(1, 400, 25))
def test_max_tokens_holds_where_tools_run(most: int) -> None:
    whole = spec_of(tools=[SEARCH])

    reply = compose_reply(attrs.evolve(whole, max_tokens=most))

    assert reply.output_tokens == most or reply.stop_reason in ("end_turn", "pause_turn")
    assert reply.output_tokens <= most


def test_a_turn_of_many_searches_is_paused_now_and_then() -> None:
    replies = [reply_to(seed, tools=[SEARCH]) for seed in range(60)]

    paused = [reply for reply in replies if reply.stop_reason == "pause_turn"]
    assert 0 < len(paused) < 20
    assert all(isinstance(reply.blocks[-1], Use) for reply in paused)


def test_a_paused_turn_goes_on_with_the_result_it_lacks() -> None:
    use = {"type": "server_tool_use", "id": "srvtoolu_9", "name": "web_search", "input": {}}
    messages = [turn({"type": "text", "text": "Hi"}), turn(use, role="assistant")]

    reply = reply_to(model="claude-sonnet-4-5", tools=[SEARCH], messages=messages)

    first = message(reply, IDS)["content"][0]
    assert first["type"] == "web_search_tool_result"
    assert first["tool_use_id"] == "srvtoolu_9"
    assert reply.stop_reason == "end_turn"
