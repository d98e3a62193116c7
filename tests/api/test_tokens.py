"""Counting tokens."""

from __future__ import annotations

from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin.api.tokens import TURN_TOKENS, WINDOW, count, count_request, pieces


@given(st.text())
def test_the_pieces_of_a_text_are_the_text(text: str) -> None:
    cut = pieces(text)

    assert "".join(cut) == text
    assert all(cut)


@given(st.text())
def test_a_text_has_as_many_tokens_as_pieces(text: str) -> None:
    tokens = count(text)

    assert tokens == len(pieces(text))


@given(st.text(alphabet="ab ,1\n", min_size=1, max_size=12))
def test_a_text_of_many_windows_is_counted_as_it_is_cut(seed: str) -> None:
    text = seed * (2 * WINDOW // len(seed) + 1)

    tokens = count(text)

    assert tokens == len(pieces(text))
    assert "".join(pieces(text)) == text


@given(st.text())
def test_the_beginning_of_a_text_never_has_more_tokens_than_the_whole(text: str) -> None:
    half = text[: len(text) // 2]

    assert count(half) <= count(text)


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("", []),
        ("Hello, world!", ["Hello", ",", " world", "!"]),
        ("12345 is a number", ["123", "45", " is", " a", " number"]),
        ("incomprehensible", ["incompreh", "ensible"]),
        ("a\n\n  b", ["a", "\n\n  ", "b"]),
        ("日本語", ["日本", "語"]),
    ],
)
def test_a_piece_is_a_short_word_with_its_space_or_a_few_marks(text: str, cut: list[str]) -> None:
    assert pieces(text) == cut


def test_counting_is_linear() -> None:
    """Ten times the text takes about ten times as long, not a hundred."""
    text = "The quick brown fox jumps over 12 lazy dogs; `and` so on.\n" * 2_000

    short, long = _seconds(text), _seconds(text * 10)

    assert long < 30 * short


def _seconds(text: str) -> float:
    """The least CPU time of three counts: others on the machine make single ones slow."""
    taken = []
    for _ in range(3):
        begun = process_time()
        count(text)
        taken.append(process_time() - begun)
    return min(taken)


def _doc(*content: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": list(content)}], **fields}


def _tokens(doc: dict[str, Any]) -> int:
    return sum(count_request(doc))


def test_a_turn_costs_its_text_and_a_fixed_overhead() -> None:
    doc = {"messages": [{"role": "user", "content": "Hello, world!"}]}

    assert _tokens(doc) == 4 + TURN_TOKENS


@pytest.mark.parametrize("system", ["Be brief.", [{"type": "text", "text": "Be brief."}]])
def test_the_system_prompt_counts(system: object) -> None:
    with_it = _tokens(_doc({"type": "text", "text": "Hi"}, system=system))

    assert with_it == _tokens(_doc({"type": "text", "text": "Hi"})) + count("Be brief.")


@pytest.mark.parametrize(
    ("block", "tokens"),
    [
        ({"type": "text", "text": "one two"}, 2),
        ({"type": "thinking", "thinking": "one two", "signature": "x" * 900}, 2),
        ({"type": "tool_use", "id": "t", "name": "go", "input": {"a": 1}}, 1 + count('{"a":1}')),
        ({"type": "tool_result", "tool_use_id": "t"}, 0),
        ({"type": "tool_result", "tool_use_id": "t", "content": "one two"}, 2),
        (
            {
                "type": "tool_result",
                "tool_use_id": "t",
                "content": [{"type": "text", "text": "one two"}],
            },
            2,
        ),
        (
            {
                "type": "document",
                "source": {"type": "text", "media_type": "text/plain", "data": "one two"},
            },
            2,
        ),
        (
            {
                "type": "document",
                "source": {"type": "content", "content": [{"type": "text", "text": "one two"}]},
            },
            2,
        ),
    ],
)
def test_a_block_costs_what_it_says(block: dict[str, Any], tokens: int) -> None:
    assert _tokens(_doc(block)) == tokens + TURN_TOKENS


def test_a_tool_costs_its_definition() -> None:
    tool = {"name": "go", "input_schema": {"type": "object"}}

    with_it = _tokens(_doc({"type": "text", "text": "Hi"}, tools=[tool]))

    assert with_it > _tokens(_doc({"type": "text", "text": "Hi"})) + count("go")


@pytest.mark.parametrize("size", [0, 10, 400_000, 10_000_000])
def test_an_image_costs_by_its_size_within_bounds(size: int) -> None:
    source = {"type": "base64", "media_type": "image/png", "data": "A" * size}

    tokens = _tokens(_doc({"type": "image", "source": source}))

    assert 64 <= tokens - TURN_TOKENS <= 1_600


def test_an_image_behind_a_url_has_a_made_up_size_of_its_own() -> None:
    one = _doc({"type": "image", "source": {"type": "url", "url": "https://example.com/1"}})
    other = _doc({"type": "image", "source": {"type": "url", "url": "https://example.com/2"}})

    assert _tokens(one) == _tokens(one)
    assert _tokens(one) != _tokens(other)


def test_a_large_request_is_counted_in_parts_of_a_window() -> None:
    text = "word " * WINDOW
    doc = _doc({"type": "text", "text": text}, {"type": "text", "text": "short"})

    parts = list(count_request(doc))

    assert len(parts) >= len(text) // WINDOW
    assert max(parts) <= WINDOW + TURN_TOKENS
    assert sum(parts) == count(text) + count("short") + TURN_TOKENS
