"""What a request may ask to be done to its context, and what comes back of that."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from asking import IDS, doc_of, reply_to, turn
from assembling import assembled, chunks_of
from refusing import is_taken, said

from simtwin.api.answer import sse_answer
from simtwin.api.errors import Rejected
from simtwin.api.pacing import INSTANT
from simtwin.api.reply.message import message
from simtwin.api.reply.signature import make
from simtwin.api.request.betas import QUERY
from simtwin.api.request.parse import parse, parse_count
from simtwin.api.request.rules.summaries import without_summarized
from simtwin.api.version import OLDER
from simtwin.core.plan import Head

EDITING, THRESHOLD, ON_DEMAND = (
    ("context-management-2025-06-27",),
    ("compact-2026-01-12",),
    ("compact-2026-09-04",),
)
COMPACT: dict[str, Any] = {"type": "compact_20260112"}
CLEAR: dict[str, Any] = {"type": "clear_tool_uses_20250919"}
FORGET: dict[str, Any] = {"type": "clear_thinking_20251015"}
ADAPTIVE = {"thinking": {"type": "adaptive"}}
ASKED: dict[str, Any] = {"compaction": {"type": "summarize"}}
SAID = {"role": "assistant", "content": "It is warm."}
HI = {"role": "user", "content": "Hi"}
UNKNOWN = (
    "context_management.edits.0: Input tag 'compact_20260112' found using 'type' does not match any "
    "of the expected tags: 'clear_thinking_20251015', 'clear_tool_uses_20250919'"
)


def edits(*each: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**more, "context_management": {"edits": list(each)}}


@pytest.mark.parametrize(
    ("fields", "betas", "words"),
    [
        (edits(CLEAR), (), "context_management: Extra inputs are not permitted"),
        (
            edits(COMPACT),
            EDITING,
            UNKNOWN,
        ),
        (
            edits({**COMPACT, "trigger": {"type": "input_tokens", "value": 49_999}}),
            THRESHOLD,
            "context_management.edits.0.compact_20260112: trigger.value must be at least 50000",
        ),
        (
            edits(COMPACT, model="claude-sonnet-4-5"),
            THRESHOLD,
            "context_management.edits.0: 'compact_20260112' is not supported on this model.",
        ),
        (
            edits(CLEAR, FORGET, **ADAPTIVE),
            EDITING,
            "context_management.edits.1: `clear_thinking_20251015` must be the first edit",
        ),
        (
            edits(FORGET),
            EDITING,
            "`clear_thinking_20251015` strategy requires `thinking` to be enabled or adaptive",
        ),
        (
            edits({**FORGET, "keep": "most"}, **ADAPTIVE),
            EDITING,
            "context_management.edits.0.clear_thinking_20251015.keep: Input should be 'all'",
        ),
    ],
)
def test_an_edit_that_cannot_be_is_refused(
    fields: dict[str, Any], betas: tuple[str, ...], words: str
) -> None:
    assert said(fields, betas=betas) == words


@pytest.mark.parametrize(
    ("fields", "betas"),
    [
        (edits(CLEAR), EDITING),
        (edits(CLEAR), THRESHOLD),
        (edits(COMPACT), THRESHOLD),
        (edits(COMPACT), (QUERY,)),
        (edits({**COMPACT, "trigger": {"type": "input_tokens", "value": 50_000}}), THRESHOLD),
        (edits(FORGET, CLEAR, **ADAPTIVE), EDITING),
        (edits(FORGET, model="claude-opus-5"), EDITING),
        (edits({**FORGET, "keep": "all"}, **ADAPTIVE), EDITING),
        (edits({**FORGET, "keep": {"type": "all"}}, **ADAPTIVE), EDITING),
        (edits({**FORGET, "keep": {"type": "thinking_turns", "value": 2}}, **ADAPTIVE), EDITING),
    ],
)
def test_an_edit_that_can_be_is_taken(fields: dict[str, Any], betas: tuple[str, ...]) -> None:
    assert is_taken(fields, betas=betas)


@pytest.mark.parametrize(
    ("beside", "named"),
    [
        (edits(), "context_management"),
        ({"stop_sequences": ["x"]}, "stop_sequences"),
        (
            {"output_config": {"format": {"type": "json_schema", "schema": {"type": "string"}}}},
            "output_config.format",
        ),
        (
            {"output_config": {"task_budget": {"type": "tokens", "total": 9, "remaining": 1}}},
            "output_config.task_budget.remaining",
        ),
    ],
)
def test_what_would_do_nothing_for_a_summary_is_refused(beside: dict[str, Any], named: str) -> None:
    words = f"compaction: cannot be combined with `{named}`"

    assert said({**ASKED, **beside}, betas=ON_DEMAND) == words


@pytest.mark.parametrize(
    ("fields", "betas", "words"),
    [
        (
            ASKED,
            THRESHOLD,
            "compaction: the `compaction` parameter requires anthropic-beta: compact-2026-09-04",
        ),
        (
            {**ASKED, "model": "claude-sonnet-4-5"},
            ON_DEMAND,
            "compaction: 'claude-sonnet-4-5-20250929' does not support compaction.",
        ),
        (
            {"compaction": {"type": "summarize", "instructions": "x" * 16_385}},
            ON_DEMAND,
            "compaction.instructions: String should have at most 16384 characters",
        ),
    ],
)
def test_a_summary_that_is_not_to_be_had_is_refused(
    fields: dict[str, Any], betas: tuple[str, ...], words: str
) -> None:
    assert said(fields, betas=betas) == words


def code_of(fields: dict[str, Any], betas: tuple[str, ...] = ON_DEMAND) -> str | None:
    with pytest.raises(Rejected) as caught:
        parse(doc_of(**fields), OLDER, betas)
    return caught.value.error.error_code


def test_a_summary_needs_something_to_summarize() -> None:
    assert code_of({**ASKED, "messages": []}) == "compaction_nothing_to_summarize"


def test_a_turn_that_waits_for_results_is_not_summarized() -> None:
    call = {"type": "tool_use", "id": "t", "name": "go", "input": {}}

    fields = {**ASKED, "messages": [HI, turn(call, role="assistant")]}

    assert code_of(fields) == "compaction_incomplete_turn"


def test_a_conversation_is_summarized_after_a_turn_of_either_side() -> None:
    assert is_taken({**ASKED, "messages": [HI, SAID]}, betas=ON_DEMAND)
    assert is_taken({**ASKED, "messages": [HI]}, betas=ON_DEMAND)


def test_tokens_are_counted_as_if_no_summary_was_asked_for() -> None:
    doc = doc_of(**ASKED, max_tokens=...)

    assert parse_count(doc, OLDER, ()).doc is doc


def summarized(**fields: Any) -> dict[str, Any]:
    return message(reply_to(betas=frozenset(ON_DEMAND), **ASKED, **fields), IDS)


def test_a_summary_is_all_that_is_answered_and_counts_in_its_iteration_alone() -> None:
    answer = summarized(messages=[HI, SAID])

    (block,) = answer["content"]
    assert block.keys() == {"type", "content", "signature"}
    assert answer["stop_reason"] == "compaction"
    usage = answer["usage"]
    assert (usage["input_tokens"], usage["output_tokens"]) == (0, 0)
    (iteration,) = usage["iterations"]
    assert iteration["type"] == "compaction"
    assert iteration["input_tokens"] > 0
    assert iteration["output_tokens"] > 0
    assert "context_management" not in answer


def test_a_summary_that_is_cut_off_is_none() -> None:
    answer = summarized(max_tokens=5)

    assert answer["stop_reason"] == "max_tokens"
    assert answer["content"] == []
    assert answer["usage"]["iterations"][0]["output_tokens"] == 5


def test_a_summary_arrives_whole_in_a_stream() -> None:
    reply = reply_to(betas=frozenset(ON_DEMAND), **ASKED)

    chunks = chunks_of(sse_answer(reply, INSTANT, Head(200, ()), IDS, Random(0)))

    assert [chunk.event for chunk in chunks if chunk.event != "ping"] == [
        "message_start",
        "content_block_start",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    assert assembled(chunks)["content"] == message(reply, IDS)["content"]


def test_a_summary_that_comes_back_first_is_taken() -> None:
    (block,) = summarized()["content"]

    for role in ("assistant", "user"):
        messages = [turn(block, role=role), SAID, HI]
        assert is_taken({"messages": messages}, betas=ON_DEMAND)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"content": "Something else."}, "compaction_content_mismatch"),
        ({"signature": "AAAA"}, "compaction_signature_invalid"),
        ({"signature": make("x", "any", b"")}, "compaction_signature_invalid"),
    ],
)
def test_a_summary_that_was_changed_is_refused(change: dict[str, Any], code: str) -> None:
    (block,) = summarized()["content"]

    assert code_of({"messages": [turn({**block, **change}, role="assistant"), HI]}) == code


def test_a_signed_summary_stands_first_and_alone() -> None:
    (block,) = summarized()["content"]
    own = turn(block, role="assistant")

    assert code_of({"messages": [HI, own, HI]}) == "compaction_block_misplaced"
    assert said({"messages": [own, own, HI]}, betas=ON_DEMAND).startswith("messages: only one")
    budget = {"output_config": {"task_budget": {"type": "tokens", "total": 9, "remaining": 1}}}
    assert "remaining" in said({"messages": [own, HI], **budget}, betas=ON_DEMAND)


def test_a_summary_comes_back_with_the_beta_that_it_was_made_with() -> None:
    (block,) = summarized()["content"]
    signed = {"messages": [turn(block, role="assistant"), HI]}
    plain = {"messages": [turn({"type": "compaction", "content": "So far."}, role="assistant"), HI]}

    assert "Input tag 'compaction'" in said(signed)
    assert said(signed, betas=THRESHOLD).endswith("signature: Extra inputs are not permitted")
    assert "Input tag 'compaction'" in said(plain)
    assert is_taken(plain, betas=THRESHOLD)
    assert is_taken(plain, betas=(QUERY,))


def test_an_empty_summary_is_refused() -> None:
    block = {"type": "compaction", "content": ""}

    words = said({"messages": [turn(block, role="assistant"), HI]}, betas=THRESHOLD)

    assert (
        words == "messages.0.content.0.compaction.content: String should have at least 1 character"
    )


def test_what_stands_before_the_last_summary_is_not_read() -> None:
    old, new = ({"type": "compaction", "content": text} for text in ("Old.", "New."))
    text = {"type": "text", "text": "On we go."}
    doc = doc_of(
        messages=[HI, turn(old, role="assistant"), HI, turn(text, new, role="assistant"), HI]
    )

    read = without_summarized(doc, THRESHOLD)

    assert read["messages"] == [turn(new, role="assistant"), HI]
    assert without_summarized(doc, ()) is doc


def test_a_failed_summary_drops_nothing() -> None:
    doc = doc_of(messages=[HI, turn({"type": "compaction", "content": None}, role="assistant"), HI])

    assert without_summarized(doc, THRESHOLD) is doc


def test_every_answer_under_the_beta_of_thresholds_has_iterations() -> None:
    usage = message(reply_to(betas=frozenset(THRESHOLD)), IDS)["usage"]

    assert [each["type"] for each in usage["iterations"]] == ["message"]
    assert "iterations" not in message(reply_to(), IDS)["usage"]


def test_a_signed_summary_is_not_compacted_by_a_threshold() -> None:
    (block,) = summarized()["content"]
    betas = frozenset((*THRESHOLD, *ON_DEMAND))
    long = {"role": "user", "content": "7 " * 51_000}
    trigger = {"type": "input_tokens", "value": 50_000}

    fields = edits({**COMPACT, "trigger": trigger}, messages=[turn(block, role="assistant"), long])

    assert reply_to(betas=betas, **fields).stop_reason == "end_turn"
