"""Counting the tokens of requests: their text, and what models get besides."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from asking import TOOL, doc_of, turn
from hypothesis import given
from valid_requests import Valid, valid_requests

from simtwin.api.tokens import WINDOW, count, count_between, count_request
from simtwin.api.tokens.family import family

OLD, NEW = "claude-sonnet-4-5", "claude-opus-4-8"
#: As older models count, a message costs this besides its text.
FRAME = 7
CALL = {"type": "tool_use", "id": "t", "name": "get_weather", "input": {"city": "Rome"}}
RESULT = {"type": "tool_result", "tool_use_id": "t", "content": "Sunny"}
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}
FORMAT = {"format": {"type": "json_schema", "schema": SCHEMA}}


def said(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def tokens(**fields: Any) -> int:
    return sum(count_request(doc_of(**{"model": OLD, **fields})))


def added(model: str = OLD, **fields: Any) -> int:
    """What fields add to a request."""
    return tokens(model=model, **fields) - tokens(model=model)


# Texts and turns.


@pytest.mark.parametrize(
    ("text", "real"),
    [("Tell me a joke about a cat", 14), ("What is the weather in San Francisco today?", 16)],
)
def test_a_message_costs_its_text_and_seven_tokens(text: str, real: int) -> None:
    counted = tokens(messages=[{"role": "user", "content": text}])

    assert counted == count(text) + FRAME == pytest.approx(real, abs=1)


def test_a_text_costs_the_same_however_it_is_given() -> None:
    plain = tokens(system="Be brief.", messages=[{"role": "user", "content": "Hello"}])
    in_blocks = tokens(system=[said("Be brief.")], messages=[turn(said("Hello"))])

    assert plain == in_blocks == count("Be brief.Hello") + FRAME


def test_each_turn_costs_its_text_and_a_frame() -> None:
    kind = family(OLD)
    first, second, third = "Hello there", "Good day to you", "Where is the station"
    turns = [turn(said(first)), turn(said(second), role="assistant"), turn(said(third))]

    whole = tokens(messages=turns)

    alone = sum(count(text) for text in (first, second, third))
    assert whole == pytest.approx(alone + 3 * kind.turn + kind.opening, abs=1)


@given(valid=valid_requests())
def test_no_valid_request_costs_less_than_its_beginning(valid: Valid) -> None:
    doc = valid.doc
    if all(message["role"] == "user" for message in doc["messages"]):
        counts = [
            sum(count_request({**doc, "messages": doc["messages"][:end]}))
            for end in range(1, len(doc["messages"]) + 1)
        ]
        assert counts[0] > 0
        assert all(one <= other for one, other in pairwise(counts))
    assert all(part >= 0 for part in count_request(doc))


@given(valid=valid_requests())
def test_the_turns_up_to_a_block_and_those_after_it_cost_what_all_do(valid: Valid) -> None:
    doc = valid.doc
    messages = doc["messages"]
    end = (len(messages) - 1, -1)
    halves = [
        sum(count_between(doc, (-1, -1), (index, -1)))
        + sum(count_between(doc, (index, _blocks(messages[index])), end))
        for index in range(len(messages))
    ]

    whole = sum(count_between(doc, (-1, -1), end))

    assert all(abs(each - whole) <= 1 for each in halves)


def _blocks(message: dict[str, Any]) -> int:
    content = message.get("content") or ""
    return 0 if isinstance(content, str) else max(0, len(content) - 1)


# What is hidden.


@pytest.mark.parametrize(
    ("model", "auto", "forced"),
    [
        # "Tool use system prompt token count" (platform.claude.com, "Pricing", 2026-09-02).
        ("claude-opus-5", 286, 406),
        ("claude-opus-4-8", 290, 410),
        ("claude-opus-4-7", 675, 804),
        ("claude-sonnet-4-6", 497, 589),
        ("claude-sonnet-4-5", 496, 588),
        ("claude-sonnet-4-20250514", 313, 315),
        ("claude-3-5-haiku-20241022", 264, 355),
    ],
)
def test_tools_add_what_the_docs_say_and_their_definitions(
    model: str, auto: int, forced: int
) -> None:
    one = added(model, tools=[TOOL])
    two = added(model, tools=[TOOL, {**TOOL, "name": "get_weather_too"}])
    must = added(model, tools=[TOOL], tool_choice={"type": "any"})

    assert must - one == forced - auto
    assert auto < one < auto + 200
    # A second tool has a definition, and no second prompt.
    assert 0 < two - one <= one - auto + 10


def test_deferred_tools_cost_nothing_but_what_there_is_to_say_of_them() -> None:
    many = [{**TOOL, "name": f"t{n}", "defer_loading": True} for n in range(50)]

    assert added(tools=[TOOL, *many]) - added(tools=[TOOL]) < 50


@pytest.mark.parametrize("model", [OLD, NEW])
def test_a_format_costs_its_schema_and_near_two_hundred_tokens(model: str) -> None:
    assert 120 < added(model, output_config=FORMAT) < 260


def test_thinking_adds_a_few_tokens_on_older_models_and_none_on_newer_ones() -> None:
    thinking = {"type": "enabled", "budget_tokens": 2_000}

    assert added(OLD, thinking=thinking) == 28
    assert added(NEW, thinking={"type": "adaptive"}) == 0


@pytest.mark.parametrize(
    ("tool", "least", "most"),
    [
        # Recorded, without what any tool adds: web search 1,708, memory 1,068 (2025-11).
        ({"type": "web_search_20250305", "name": "web_search"}, 1_700, 1_720),
        ({"type": "memory_20250818", "name": "memory"}, 1_060, 1_080),
        # "Pricing" (2026-09-02).
        ({"type": "bash_20250124", "name": "bash"}, 240, 250),
        ({"type": "text_editor_20250728", "name": "str_replace_based_edit_tool"}, 700, 700),
    ],
)
def test_tools_of_the_api_cost_what_was_seen(tool: dict[str, Any], least: int, most: int) -> None:
    assert least <= added(tools=[tool]) - 496 - 1 <= most


# Blocks.


def test_a_call_and_its_result_cost_their_words_and_frames() -> None:
    asked = turn(said("How is the weather?"))
    answered = [asked, turn(CALL, role="assistant"), turn(RESULT)]

    cost = tokens(messages=answered) - tokens(messages=[asked])

    # Recorded calls with one argument, and their results, add 60 to 90 tokens (2025 to 2026).
    assert 55 <= cost <= 95


def test_what_identifies_and_signs_costs_nothing() -> None:
    thought = {"type": "thinking", "thinking": "Let me see.", "signature": "x" * 900}
    short = [turn(said("Go")), turn({**thought, "signature": "x"}, CALL, role="assistant")]
    long = [turn(said("Go")), turn(thought, {**CALL, "id": "t" * 60}, role="assistant")]

    assert tokens(messages=short) == tokens(messages=long)


def test_thoughts_of_earlier_turns_are_forgotten_where_a_model_forgets_them() -> None:
    thought = {"type": "thinking", "thinking": "Let me see. " * 50, "signature": "x"}
    turns = [turn(said("Go")), turn(thought, said("Done"), role="assistant"), turn(said("On"))]
    bare = [turns[0], turn(said("Done"), role="assistant"), turns[2]]

    assert tokens(model=OLD, messages=turns) == tokens(model=OLD, messages=bare)
    assert tokens(model=NEW, messages=turns) > tokens(model=NEW, messages=bare) + 100


def test_a_document_of_text_costs_its_text_and_a_frame() -> None:
    """As recorded: 57 tokens in all (2025)."""
    source = {"type": "text", "media_type": "text/plain", "data": "Dummy TXT file\n"}
    document = {"type": "document", "source": source}

    asked = tokens(messages=[turn(said("What does this text file say?"), document)])

    assert asked == pytest.approx(57, abs=2)


def test_a_tool_that_was_found_costs_its_definition() -> None:
    tool = {**TOOL, "description": "word " * 100, "defer_loading": True}
    found = {
        "type": "tool_result",
        "tool_use_id": "t",
        "content": [{"type": "tool_reference", "tool_name": "get_weather"}],
    }
    turns = [turn(said("Go")), turn(CALL, role="assistant"), turn(found)]

    with_it = tokens(messages=turns, tools=[TOOL | {"name": "other"}, tool])
    without = tokens(messages=turns[:2], tools=[TOOL | {"name": "other"}, tool])

    assert with_it > without + 100


# Large requests.


def test_a_large_request_is_counted_in_parts_of_a_window() -> None:
    text = "word " * WINDOW
    doc = doc_of(model=OLD, messages=[turn(said(text), said("short"))])

    parts = list(count_request(doc))

    assert len(parts) >= len(text) // WINDOW
    assert max(parts) <= WINDOW
    assert sum(parts) == pytest.approx(count(text) + count("short") + FRAME, abs=1)


def test_many_small_blocks_are_counted_in_parts_as_well() -> None:
    doc = doc_of(messages=[turn(*(said("a") for _ in range(20_000)))])

    assert len(list(count_request(doc))) > 15


class _Told(list[Any]):
    """A content that counts how many of its blocks were looked at."""

    looked_at = 0

    def __iter__(self) -> Any:
        for block in super().__iter__():
            self.looked_at += 1
            yield block


def test_counting_a_long_content_begins_with_its_first_block() -> None:
    content = _Told([{"type": "text", "text": "x" * WINDOW}] * 1_000)

    next(count_request(doc_of(messages=[turn(), {"role": "user", "content": content}])))

    assert content.looked_at == 1
