"""Who speaks when and says what: what the API refuses of a conversation, in its words."""

from __future__ import annotations

from typing import Any

import pytest
from asking import turn
from refusing import is_taken, said

from simtwin.api.reply.signature import make, redacted
from simtwin.api.version import NEWER, OLDER

HI = {"role": "user", "content": "Hi"}
SEEN_THOUGHT = "Two and two."
PREFILL = [HI, {"role": "assistant", "content": "Hello,"}]
SEARCHING = [
    HI,
    turn(
        {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}},
        role="assistant",
    ),
]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"messages": PREFILL},
            (
                "This model does not support assistant message prefill. "
                "The conversation must end with a user message."
            ),
        ),
        (
            {
                "model": "claude-sonnet-4-5",
                "messages": [HI, {"role": "assistant", "content": "Hello, "}],
            },
            "messages: final assistant content cannot end with trailing whitespace",
        ),
        (
            {
                "model": "claude-sonnet-4-5",
                "messages": PREFILL,
                "output_config": {"format": {"type": "json_schema", "schema": {}}},
            },
            "output_config.format: structured outputs cannot be used with prefill",
        ),
    ],
)
def test_the_assistant_has_the_last_word_on_older_models_only(
    fields: dict[str, Any], words: str
) -> None:
    assert said(fields) == words


def test_a_turn_that_was_paused_goes_on_with_every_model() -> None:
    assert is_taken({"model": "claude-sonnet-4-5", "messages": PREFILL})
    assert is_taken({"model": "claude-opus-5-5", "messages": SEARCHING})


def _system(*before: Any, after: tuple[Any, ...] = (), content: Any = "Be brief.") -> list[Any]:
    return [*before, {"role": "system", "content": content}, *after]


@pytest.mark.parametrize(
    ("model", "messages", "words"),
    [
        ("claude-opus-4-7", _system(HI), "role 'system' is not supported on this model"),
        (
            "claude-opus-4-8",
            _system(after=(HI,)),
            (
                "messages.0: use the top-level 'system' parameter for the initial system prompt; the "
                "directive-only form (content: [] with output_config) is accepted at any position"
            ),
        ),
        (
            "claude-opus-4-8",
            _system(*_system(HI)),
            "messages.2: consecutive system messages are not allowed",
        ),
        (
            "claude-opus-4-8",
            _system(HI, after=(HI,)),
            (
                "messages.1: a system message must be the last message or be followed by an assistant "
                "message"
            ),
        ),
    ],
)
def test_the_system_speaks_after_the_user(model: str, messages: list[Any], words: str) -> None:
    assert said({"model": model, "messages": messages}) == words


@pytest.mark.parametrize(
    "messages",
    [
        _system(HI),
        _system(*SEARCHING),
        _system(HI, after=({"role": "assistant", "content": "Yes?"}, HI)),
        [{"role": "system", "content": [], "output_config": {"effort": "low"}}, HI],
        _system(
            HI, content=[{"type": "tool_addition", "tool": {"type": "tool_reference", "name": "a"}}]
        ),
    ],
)
def test_the_system_may_speak_in_mid_conversation(messages: list[Any]) -> None:
    assert is_taken({"model": "claude-opus-4-8", "messages": messages})


def test_the_newer_edition_knows_no_documents_of_the_assistant_and_no_citations_of_the_user() -> (
    None
):
    document = {
        "type": "document",
        "source": {"type": "text", "media_type": "text/plain", "data": "a"},
    }
    cited = {"type": "text", "text": "Hi", "citations": []}
    spoken = [HI, turn(document, {"type": "text", "text": "a"}, role="assistant"), HI]

    assert is_taken({"messages": spoken}, OLDER)
    assert is_taken({"messages": [turn(cited)]}, OLDER)
    assert is_taken({"messages": [HI, turn(cited, role="assistant"), HI], "system": [cited]}, NEWER)
    assert said({"messages": spoken}, NEWER).startswith(
        "messages.1.content.0: Input tag 'document' found using 'type' does not match any of"
    )
    assert (
        said({"messages": [turn(cited)]}, NEWER)
        == "messages.0.content.0.text.citations: Extra inputs are not permitted"
    )


def _thought(text: str, signature: str) -> list[Any]:
    block = {"type": "thinking", "thinking": text, "signature": signature}
    return [HI, turn(block, {"type": "text", "text": "Four."}, role="assistant"), HI]


def test_a_thought_comes_back_as_it_was() -> None:
    signature = make(SEEN_THOUGHT, "claude-sonnet-4-6", b"seed")
    hidden = {"type": "redacted_thinking", "data": redacted("claude-sonnet-4-6", b"seed", 50)}
    spoken = [HI, turn(hidden, {"type": "text", "text": "4"}, role="assistant"), HI]

    assert is_taken({"messages": _thought(SEEN_THOUGHT, signature)})
    assert is_taken({"messages": spoken})
    assert said({"messages": _thought("Two and three.", signature)}) == (
        "messages.1.content.0: `thinking` or `redacted_thinking` blocks in the latest assistant "
        "message cannot be modified. These blocks must remain as they were in the original response."
    )
    assert said({"messages": [*_thought("Other.", signature), *PREFILL[1:], HI]}) == (
        "messages.1.content.0: Invalid `signature` in `thinking` block"
    )
    assert said({"messages": _thought(SEEN_THOUGHT, "c2lnbmF0dXJl")}) == (
        "messages.1.content.0: Invalid `signature` in `thinking` block"
    )


def test_a_mark_on_an_empty_text_is_told_apart_from_the_empty_text() -> None:
    empty = {"type": "text", "text": "", "cache_control": {"type": "ephemeral"}}

    assert said({"messages": [turn(empty)]}) == (
        "messages.0.content.0.text: cache_control cannot be set for empty text blocks"
    )
    assert said({"system": [{"type": "text", "text": " "}]}) == (
        "system: text content blocks must contain non-whitespace text"
    )
