"""Thinking is bound to the model that thought it and, from 5.5 on, to what was said before it."""

from __future__ import annotations

from typing import Any

import pytest
from asking import IDS, TOOL, doc_of, reply_to, spec_of
from refusing import is_taken, said

from simtwin.api.reply.message import message, opening
from simtwin.api.request.rules.binding import CONTROLS

BETA = frozenset((CONTROLS,))
OPUS: dict[str, Any] = {"model": "claude-opus-5-5", "thinking": {"type": "adaptive"}}
DROPS = {"type": "adaptive", "block_binding": {"prefix_mismatch_behavior": "drop_block"}}
HI = {"role": "user", "content": "Hi"}
ON = {"role": "user", "content": "Go on."}
WORDS = (
    "messages.1.content.0: Invalid `signature` in `thinking` block. The block is bound to a "
    "different conversation. Remove the block, or set "
    '`thinking.block_binding.prefix_mismatch_behavior` to "drop_block".'
)
SETTING = (
    " That setting requires the `thinking-binding-controls-2026-08-01` value in the "
    "`anthropic-beta` header."
)


def _spoken(**fields: Any) -> dict[str, Any]:
    """A conversation with an answer that begins with a thought."""
    asked = {**OPUS, "messages": [HI], **fields}
    answer = message(reply_to(**asked), IDS)["content"]
    assert answer[0]["type"] == "thinking"
    said = [*asked["messages"], {"role": "assistant", "content": answer}, ON]
    return {**asked, "messages": said}


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"max_tokens": 3_000},
        {"output_config": {"effort": "high"}},
        {"tool_choice": {"type": "auto"}},
        {"metadata": {"user_id": "u"}},
    ],
)
def test_a_thought_is_good_in_its_conversation(changed: dict[str, Any]) -> None:
    spoken = _spoken(system="Be kind.", tools=[TOOL], tool_choice={"type": "none"})

    assert is_taken({**spoken, **changed})


def test_cache_marks_are_no_change() -> None:
    marked = {"type": "text", "text": "Hi", "cache_control": {"type": "ephemeral"}}
    spoken = _spoken()

    first = {"role": "user", "content": [marked]}
    assert is_taken({**spoken, "messages": [first, *spoken["messages"][1:]]})


@pytest.mark.parametrize(
    "changed",
    [
        {"system": "Be brief."},
        {"tools": [TOOL]},
    ],
)
def test_a_thought_is_no_good_in_another(changed: dict[str, Any]) -> None:
    spoken = {**_spoken(), **changed}

    assert said(spoken) == WORDS + SETTING
    assert said(spoken, betas=(CONTROLS,)) == WORDS


def test_what_was_said_before_counts_and_what_comes_after_does_not() -> None:
    spoken = _spoken()
    first, answer, on = spoken["messages"]

    other = {"role": "user", "content": "Hi!"}
    assert said({**spoken, "messages": [other, answer, on]}) == WORDS + SETTING
    assert is_taken({**spoken, "messages": [first, answer, other]})


@pytest.mark.parametrize("model", ["claude-opus-5", "claude-sonnet-5", "claude-mythos-5-1"])
def test_earlier_models_do_not_look(model: str) -> None:
    thinking = {"type": "adaptive", "display": "summarized"}
    spoken = _spoken(model=model, thinking=thinking)

    assert is_taken({**spoken, "system": "Be brief."})


@pytest.mark.parametrize(
    "model", ["claude-fable-5-1", "claude-fable-5-2", "claude-haiku-5-5", "claude-sonnet-5-5"]
)
def test_later_models_do(model: str) -> None:
    assert said({**_spoken(model=model), "system": "Be brief."}) == WORDS + SETTING


def test_a_thought_may_be_dropped_instead_and_is_not_paid_for() -> None:
    shown = {"thinking": {"type": "adaptive", "display": "summarized"}}
    spoken = {**_spoken(**shown), "system": "Be brief.", "thinking": DROPS}

    told = message(reply_to(betas=BETA, **spoken), IDS)["input_transformations"]

    assert told == [
        {
            "type": "thinking_dropped",
            "path": "messages.1.content.0",
            "reason": "prefix_binding_mismatch",
        }
    ]
    kept = spec_of(betas=BETA, **{**spoken, "system": ...})
    assert kept.turn.cleared == 0
    assert spec_of(betas=BETA, **spoken).turn.cleared > 0


def test_after_a_thought_that_is_dropped_all_are() -> None:
    spoken = _spoken()
    answer = message(reply_to(**spoken), IDS)["content"]
    messages = [*spoken["messages"], {"role": "assistant", "content": answer}, ON]
    changed = {**spoken, "messages": messages, "system": "Be brief.", "thinking": DROPS}

    told = message(reply_to(betas=BETA, **changed), IDS)["input_transformations"]

    assert [each["path"] for each in told] == ["messages.1.content.0", "messages.3.content.0"]


def test_thinking_that_a_model_cannot_read_is_dropped_without_a_word() -> None:
    spoken = {**_spoken(), "model": "claude-sonnet-5"}

    assert is_taken(spoken)
    told = message(reply_to(betas=BETA, **spoken), IDS)["input_transformations"]
    assert [each["reason"] for each in told] == ["model_binding_mismatch"]


def test_a_later_model_reads_what_an_earlier_one_thought() -> None:
    earlier = _spoken(model="claude-opus-5", thinking={"type": "adaptive"})

    for model in ("claude-opus-5-5", "claude-fable-5-1"):
        told = message(reply_to(betas=BETA, **{**earlier, "model": model}), IDS)
        assert told["input_transformations"] == []


def test_the_beta_alone_makes_answers_tell() -> None:
    reply = reply_to(betas=BETA, **OPUS)

    assert opening(reply, IDS, 1)["input_transformations"] == []
    assert "input_transformations" not in message(reply_to(**OPUS), IDS)


def test_the_setting_needs_its_beta() -> None:
    assert said(doc_of(**{**OPUS, "thinking": DROPS})) == (
        "thinking.adaptive.block_binding: Extra inputs are not permitted"
    )
