"""Where thinking must stand in the turn that goes on, and where it may not."""

from __future__ import annotations

from typing import Any

import pytest
from asking import ANSWERED, TOOL, turn
from refusing import is_taken, said

from simtwin.api.reply.signature import make

THOUGHT = {"type": "thinking", "thinking": "Hm.", "signature": make("Hm.", "any", b"")}
ASKED, CALLED, RESULT = ANSWERED
BEGUN = {**CALLED, "content": [THOUGHT, *CALLED["content"]]}
ENABLED = {"type": "enabled", "budget_tokens": 1_024}
OLDER: dict[str, Any] = {"model": "claude-sonnet-4-5", "tools": [TOOL]}
MUST = "Expected `thinking` or `redacted_thinking`, but found"


def test_a_turn_of_calls_begins_with_thinking_where_it_is_enabled() -> None:
    fields = {**OLDER, "thinking": ENABLED, "messages": [ASKED, CALLED, RESULT]}

    words = said(fields)

    assert words.startswith(f"messages.1.content.0.type: {MUST} `tool_use`. When `thinking` is")
    assert is_taken({**fields, "messages": [ASKED, BEGUN, RESULT]})


def test_only_the_first_message_of_such_a_turn_needs_it() -> None:
    again = {"type": "tool_use", "id": "u", "name": "get_weather", "input": {}}
    rounds = [turn(again, role="assistant"), turn({**RESULT["content"][0], "tool_use_id": "u"})]

    messages = [ASKED, BEGUN, RESULT, *rounds]

    assert is_taken({**OLDER, "thinking": ENABLED, "messages": messages})


def test_turns_that_are_over_need_none() -> None:
    over = [ASKED, CALLED, RESULT, turn({"type": "text", "text": "Warm."}, role="assistant"), ASKED]

    assert is_taken({**OLDER, "thinking": ENABLED, "messages": over})


@pytest.mark.parametrize("model", ["claude-sonnet-4-6", "claude-opus-4-6"])
def test_models_that_adapt_need_none(model: str) -> None:
    fields = {"model": model, "tools": [TOOL], "thinking": ENABLED}

    assert is_taken({**fields, "messages": [ASKED, CALLED, RESULT]})


def test_a_turn_that_goes_on_has_none_where_thinking_is_off() -> None:
    text = {"type": "text", "text": "It is"}
    fields = {**OLDER, "messages": [ASKED, turn(THOUGHT, text, role="assistant")]}

    assert said(fields) == (
        "messages.1.content.0: When thinking is disabled, an `assistant` message in the final "
        "position cannot contain `thinking`. To use thinking blocks, enable `thinking` in your "
        "request."
    )
    assert is_taken({**fields, "messages": [*fields["messages"], ASKED]})
