"""Where a request wants its prompt cached, and what is said of marks that will not do."""

from __future__ import annotations

from typing import Any

import pytest
from asking import TOOL, doc_of, turn

from simtwin.api.errors import Rejected
from simtwin.api.request.breakpoints import Breakpoint, read_breakpoints
from simtwin.api.request.parse import parse, parse_count
from simtwin.api.request.steps import run
from simtwin.api.version import OLDER

SHORT = {"cache_control": {"type": "ephemeral"}}
LONG = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}
TEXT = {"type": "text", "text": "Hi"}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1"}
ORDER = (
    "a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. "
    "Note that blocks are processed in the following order: `tools`, `system`, `messages`."
)


def marks(**fields: Any) -> list[tuple[str, int, int, str]]:
    """The breakpoints of a small request: section, index, block, ttl."""
    return [(*each.spot, each.ttl) for each in run(read_breakpoints(doc_of(**fields)))]


def refusal(**fields: Any) -> str:
    """What the API says of a small request."""
    with pytest.raises(Rejected) as rejected:
        parse(doc_of(**fields), OLDER, ())
    assert rejected.value.error.status == 400
    return rejected.value.error.message


def test_a_request_without_marks_has_no_breakpoints() -> None:
    assert marks(system="s", tools=[TOOL], messages=[turn(TEXT)]) == []


def test_breakpoints_are_in_the_order_of_the_prompt() -> None:
    found = marks(
        messages=[turn(TEXT, {**TEXT, **SHORT}), turn({**TEXT, **SHORT}, role="assistant")],
        system=[{**TEXT, **SHORT}],
        tools=[TOOL, {**TOOL, "name": "other", **LONG}],
    )

    assert found == [
        ("tools", 1, 0, "1h"),
        ("system", 0, 0, "5m"),
        ("messages", 0, 1, "5m"),
        ("messages", 1, 0, "5m"),
    ]


def test_a_mark_inside_a_result_is_one_on_the_result() -> None:
    result = {**RESULT, "content": [TEXT, {**TEXT, **SHORT}, TEXT]}

    assert marks(messages=[turn(TEXT, result)]) == [("messages", 0, 1, "5m")]


def test_a_null_is_no_mark() -> None:
    assert marks(cache_control=None, messages=[turn({**TEXT, "cache_control": None})]) == []


# The request's own mark.


def test_the_mark_of_the_request_is_on_its_last_block() -> None:
    assert marks(**SHORT) == [("messages", 0, 0, "5m")]
    assert marks(**LONG, messages=[turn(TEXT, TEXT)]) == [("messages", 0, 1, "1h")]


def test_the_mark_of_the_request_walks_back_to_a_block_that_can_have_one() -> None:
    thought = {"type": "thinking", "thinking": "Hm", "signature": "c2ln"}
    messages = [turn(TEXT), turn(TEXT, thought, thought, role="assistant")]

    assert marks(**SHORT, messages=messages) == [("messages", 1, 0, "5m")]


def test_without_blocks_in_messages_it_is_on_the_system_prompt_or_on_a_tool_at_hand() -> None:
    nothing = [turn(role="assistant")]
    deferred = {**TOOL, "name": "later", "defer_loading": True}

    assert marks(**SHORT, system="s", messages=nothing) == [("system", 0, 0, "5m")]
    assert marks(**SHORT, tools=[TOOL, deferred], messages=nothing) == [("tools", 0, 0, "5m")]
    assert marks(**SHORT, messages=nothing) == []


def test_on_a_block_that_is_marked_alike_it_adds_nothing() -> None:
    assert marks(**SHORT, messages=[turn({**TEXT, **SHORT})]) == [("messages", 0, 0, "5m")]


# What will not do.


@pytest.mark.parametrize(("blocks", "own"), [(5, {}), (4, SHORT)])
def test_more_than_four_are_too_many_and_that_of_the_request_counts(
    blocks: int, own: dict[str, Any]
) -> None:
    said = refusal(messages=[turn(*[{**TEXT, **SHORT}] * blocks)], **own)

    assert said == "A maximum of 4 blocks with cache_control may be provided. Found 5."


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"messages": [turn({**TEXT, **SHORT}, {**TEXT, **LONG})]}, "messages.0.content.1."),
        ({"system": [{**TEXT, **SHORT}, TEXT, {**TEXT, **LONG}]}, "system.2."),
        ({"tools": [{**TOOL, **SHORT}], "system": [{**TEXT, **LONG}]}, "system.0."),
        ({"tools": [{**TOOL, **SHORT}, {**TOOL, "name": "b", **LONG}]}, "tools.1."),
    ],
)
def test_an_hour_may_not_come_after_five_minutes(fields: dict[str, Any], path: str) -> None:
    assert refusal(**fields) == f"{path}cache_control.ttl: {ORDER}"


def test_neither_may_that_of_the_request() -> None:
    said = refusal(**LONG, system=[{**TEXT, **SHORT}])

    assert said == f"cache_control: {ORDER}"


def test_too_many_are_told_before_their_order() -> None:
    said = refusal(messages=[turn(*[{**TEXT, **SHORT}] * 4, {**TEXT, **LONG})])

    assert said.startswith("A maximum of 4 blocks")


def test_the_mark_of_the_request_must_match_that_of_its_block() -> None:
    said = refusal(**LONG, messages=[turn({**TEXT, **SHORT})])

    assert said == (
        "Top-level cache_control has ttl='1h' but the target block already has cache_control with "
        "ttl='5m'. When both are specified on the same block, they must have matching TTLs."
    )


def test_a_tool_that_is_not_in_the_prompt_cannot_be_marked() -> None:
    deferred = {**TOOL, "name": "later", "defer_loading": True, **SHORT}
    search = {"type": "tool_search_tool_bm25_20251119", "name": "tool_search_tool_bm25"}

    assert refusal(tools=[search, deferred]) == (
        "Tool 'later' cannot have both defer_loading=true and cache_control set. "
        "Tools with defer_loading cannot use prompt caching."
    )


def test_a_request_to_count_is_held_to_the_same_rules() -> None:
    doc = doc_of(messages=[turn(*[{**TEXT, **SHORT}] * 5)], max_tokens=...)

    with pytest.raises(Rejected, match="Found 5"):
        parse_count(doc, OLDER, ())


def test_a_request_knows_its_breakpoints() -> None:
    request = parse(doc_of(**LONG), OLDER, ())

    assert request.breakpoints == (Breakpoint(("messages", 0, 0), "1h"),)


def test_a_large_request_is_looked_at_with_pauses() -> None:
    many = [turn(*[TEXT] * 30_000), turn({**TEXT, **SHORT}, role="assistant")]
    steps = read_breakpoints(doc_of(messages=many))

    pauses = sum(1 for _ in steps)

    assert pauses >= 5
