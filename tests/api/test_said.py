"""Answers whose words somebody else decides."""

from __future__ import annotations

from typing import Any

import pytest
from asking import TOOL, spec_of

from simtwin.api.reply.blocks import Call, Redacted, Text, Thoughts
from simtwin.api.reply.reply import Reply, compose_reply
from simtwin.api.reply.said import Said, SaidCall, SaidText, SaidThinking
from simtwin.api.reply.signature import check, check_redacted
from simtwin.api.tokens import pieces

WORDS = "One two three four five six seven eight."


def _composed(said: Said, **fields: Any) -> Reply:
    return compose_reply(spec_of(**fields), said)


def test_what_is_said_is_the_answer() -> None:
    reply = _composed(Said((SaidText(WORDS),)))

    (block,) = reply.blocks
    assert isinstance(block, Text)
    assert block.text == WORDS
    assert reply.output_tokens == len(pieces(WORDS))
    assert reply.stop_reason == "end_turn"


def test_nothing_at_all_can_be_said() -> None:
    reply = _composed(Said(()))

    assert reply.blocks == ()
    assert reply.output_tokens == 0


def test_a_call_ends_the_turn_for_its_result() -> None:
    reply = _composed(Said((SaidText("Wait."), SaidCall("get_weather", {"city": "Bonn"}))))

    text, call = reply.blocks
    assert isinstance(text, Text)
    assert isinstance(call, Call)
    assert call.input == {"city": "Bonn"}
    assert "".join(call.pieces) == '{"city": "Bonn"}'
    assert reply.stop_reason == "tool_use"


@pytest.mark.parametrize("reason", ["refusal", "pause_turn", "end_turn", "max_tokens"])
def test_a_stop_reason_that_is_given_holds(reason: str) -> None:
    reply = _composed(Said((SaidText(WORDS),), reason))

    assert reply.stop_reason == reason


def test_details_of_the_end_are_passed_on() -> None:
    details = {"type": "refusal", "category": None, "explanation": None}

    reply = _composed(Said((), "refusal", details))

    assert reply.extras.stop_details == details


def test_the_bounds_of_the_request_come_before_a_stop_reason() -> None:
    said = Said((SaidText(WORDS),), "refusal", {"type": "refusal"})

    cut = _composed(said, max_tokens=3)
    stopped = _composed(said, stop_sequences=["five"])

    assert (cut.stop_reason, cut.output_tokens) == ("max_tokens", 3)
    assert (stopped.stop_reason, stopped.stop_sequence) == ("stop_sequence", "five")
    assert cut.extras.stop_details is stopped.extras.stop_details is None


def test_thinking_is_signed_and_shown_where_the_request_says_nothing() -> None:
    reply = _composed(Said((SaidThinking("Hm."), SaidText(WORDS))))

    thoughts, _ = reply.blocks
    assert isinstance(thoughts, Thoughts)
    assert thoughts.text == "Hm."
    assert check("Hm.", thoughts.signature, reply.model)
    assert reply.thinking_tokens == len(pieces("Hm."))


def test_thinking_that_is_not_shown_is_signed_as_it_is_given() -> None:
    fields = {"model": "claude-sonnet-4-6", "thinking": {"type": "adaptive", "display": "omitted"}}

    thoughts, _ = _composed(Said((SaidThinking("Hm."), SaidText(WORDS))), **fields).blocks

    assert isinstance(thoughts, Thoughts)
    assert thoughts.text == ""
    assert check("", thoughts.signature)


def test_thinking_can_be_redacted() -> None:
    (redacted,) = _composed(Said((SaidThinking("Hm, a secret.", redacted=True),))).blocks

    assert isinstance(redacted, Redacted)
    assert check_redacted(redacted.data)
    assert redacted.tokens == len(pieces("Hm, a secret."))


def test_scripted_calls_are_streamed_as_their_tool_asks() -> None:
    tools = [{**TOOL, "eager_input_streaming": True}, {**TOOL, "name": "other"}]
    said = Said((SaidCall("get_weather", {"city": "Bonn"}), SaidCall("other", {"city": "Bonn"})))

    eager, held = _composed(said, tools=tools).blocks

    assert isinstance(eager, Call)
    assert isinstance(held, Call)
    assert (eager.eager, held.eager) == (True, False)
