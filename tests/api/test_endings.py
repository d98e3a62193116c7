"""Answers that end, or are cut, in ways of their own: refusals, edits, compaction, the window."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from asking import IDS, doc_of, reply_to, spec_of, turn
from offering import COMPACTED, FORM, REDACTED, REFUSED, SCHEMA

from simtwin.api.errors import Rejected
from simtwin.api.reply.asked.edits import edited
from simtwin.api.reply.blocks import Redacted, Summary, Text
from simtwin.api.reply.message import closing, message
from simtwin.api.reply.reply import compose_reply
from simtwin.api.reply.signature import check_redacted
from simtwin.api.reply.spec import spec
from simtwin.api.request.measure import Measured
from simtwin.api.request.parse import parse
from simtwin.api.version import OLDER

COMPACT = frozenset(("compact-2026-01-12",))


def test_the_magic_string_is_refused() -> None:
    replies = [reply_to(seed, **REFUSED) for seed in range(20)]

    assert {reply.stop_reason for reply in replies} == {"refusal"}
    details = [message(reply, IDS)["stop_details"] for reply in replies]
    assert all(each["type"] == "refusal" for each in details)
    assert {bool(reply.blocks) for reply in replies} == {True, False}


def test_the_magic_string_redacts_thinking() -> None:
    fields: dict[str, Any] = {
        **REDACTED,
        "model": "claude-sonnet-4-5",
        "max_tokens": 2_000,
        "thinking": {"type": "enabled", "budget_tokens": 1_024},
    }

    redacted, text = reply_to(**fields).blocks

    assert isinstance(redacted, Redacted)
    assert check_redacted(redacted.data, "claude-sonnet-4-5-20250929")
    assert isinstance(text, Text)


def _filled(model: str, tokens: int, **fields: Any) -> Any:
    request = parse(doc_of(model=model, **fields), OLDER, ())
    return compose_reply(spec(request, 7, Measured(tokens, b"f", ())))


def test_a_full_window_ends_the_answer() -> None:
    reply = _filled("claude-sonnet-4-5", 199_990)

    assert reply.stop_reason == "model_context_window_exceeded"
    assert reply.output_tokens == 10


def test_a_prompt_that_is_larger_than_the_window_is_refused() -> None:
    with pytest.raises(Rejected) as refused:
        _filled("claude-sonnet-4-5", 208_310)

    assert refused.value.error.message == "prompt is too long: 208310 tokens > 200000 maximum"


def test_an_older_model_is_not_let_near_the_end_of_its_window() -> None:
    with pytest.raises(Rejected) as refused:
        _filled("claude-opus-4-1", 197_202, max_tokens=21_333)

    assert refused.value.error.message == (
        "input length and `max_tokens` exceed context limit: 197202 + 21333 > 200000, "
        "decrease input length or `max_tokens` and try again"
    )


@pytest.mark.parametrize(
    ("model", "beta"),
    [
        ("claude-opus-4-1", "model-context-window-exceeded-2025-08-26"),
        ("claude-sonnet-4-5", "context-1m-2025-08-07"),
    ],
)
def test_betas_widen_what_fits(model: str, beta: str) -> None:
    request = parse(doc_of(model=model), OLDER, (beta,))

    what = spec(request, 7, Measured(199_990, b"f", ()), (beta,))

    assert what.max_tokens == (10 if model == "claude-opus-4-1" else 1_000)


def test_room_enough_in_the_window_leaves_max_tokens_the_reason() -> None:
    reply = _filled("claude-sonnet-4-5", 199_000, max_tokens=5)

    assert reply.stop_reason == "max_tokens"


def test_a_form_gets_json_that_satisfies_it() -> None:
    (block,) = reply_to(**FORM).blocks

    assert isinstance(block, Text)
    assert block.text.startswith('{"city": "')
    assert spec_of(**FORM).turn.form[0].keys() == SCHEMA["properties"].keys()


def test_the_older_field_for_a_form_is_read_too() -> None:
    older = {"output_format": FORM["output_config"]["format"]}

    assert spec_of(betas=frozenset(("structured-outputs-2025-11-13",)), **older).turn.form


def test_a_long_conversation_is_compacted() -> None:
    reply = reply_to(betas=COMPACT, **COMPACTED)

    summary, text = reply.blocks
    assert isinstance(summary, Summary)
    assert isinstance(text, Text)
    assert reply.opening.fresh > 50_000 > reply.input.fresh
    usage = message(reply, IDS)["usage"]
    assert [each["type"] for each in usage["iterations"]] == ["compaction", "message"]
    assert usage["output_tokens"] == len(text.pieces)
    assert closing(reply, IDS)["context_management"] == {"applied_edits": []}


def test_a_short_conversation_is_not() -> None:
    fields = {"context_management": COMPACTED["context_management"]}

    assert not any(isinstance(each, Summary) for each in reply_to(betas=COMPACT, **fields).blocks)


def test_a_turn_can_end_with_its_compaction() -> None:
    (edit,) = COMPACTED["context_management"]["edits"]
    paused = {"edits": [{**edit, "pause_after_compaction": True}]}

    reply = reply_to(betas=COMPACT, **{**COMPACTED, "context_management": paused})

    assert reply.stop_reason == "compaction"
    assert len(reply.blocks) == 1
    usage = message(reply, IDS)["usage"]
    assert (usage["input_tokens"], usage["output_tokens"]) == (0, 0)
    (iteration,) = usage["iterations"]
    assert iteration["type"] == "compaction"
    assert iteration["input_tokens"] == reply.opening.fresh


def _results(number: int) -> list[dict[str, Any]]:
    result = {"type": "tool_result", "tool_use_id": "t", "content": "x" * 400}
    return [turn(result) for _ in range(number)]


CLEAR: dict[str, Any] = {"type": "clear_tool_uses_20250919"}


@pytest.mark.parametrize(
    ("edit", "tokens", "cleared"),
    [
        (CLEAR, 100_001, 2),
        (CLEAR, 100_000, 0),
        ({**CLEAR, "trigger": {"type": "input_tokens", "value": 500}}, 501, 2),
        ({**CLEAR, "trigger": {"type": "tool_uses", "value": 4}}, 1, 2),
        ({**CLEAR, "trigger": {"type": "tool_uses", "value": 5}}, 1, 0),
        ({**CLEAR, "keep": {"type": "tool_uses", "value": 1}}, 100_001, 4),
        ({**CLEAR, "clear_at_least": {"type": "input_tokens", "value": 500}}, 100_001, 0),
    ],
)
def test_tool_results_are_cleared_when_it_is_time(
    edit: dict[str, Any], tokens: int, cleared: int
) -> None:
    doc = {"messages": _results(5), "context_management": {"edits": [edit]}}

    what = edited(doc, (), tokens)

    assert what.told is not None
    assert sum(each["cleared_tool_uses"] for each in what.told) == cleared
    assert what.cleared == cleared * 100


def _calls(*names: str) -> list[dict[str, Any]]:
    """A call of each tool with its result."""
    return [
        said
        for number, name in enumerate(names)
        for said in (
            turn(
                {"type": "tool_use", "id": f"t{number}", "name": name, "input": {"a": "x" * 40}},
                role="assistant",
            ),
            turn({"type": "tool_result", "tool_use_id": f"t{number}", "content": "x" * 400}),
        )
    ]


@pytest.mark.parametrize(
    ("edit", "cleared"),
    [
        (CLEAR, 2),
        ({**CLEAR, "exclude_tools": ["memory"]}, 1),
        ({**CLEAR, "exclude_tools": ["memory"], "keep": {"type": "tool_uses", "value": 0}}, 4),
        ({**CLEAR, "exclude_tools": ["memory", "search"]}, 0),
        ({**CLEAR, "exclude_tools": ["other"]}, 2),
    ],
)
def test_results_of_excluded_tools_stay(edit: dict[str, Any], cleared: int) -> None:
    messages = _calls("memory", "search", "search", "search", "search")

    what = edited({"messages": messages, "context_management": {"edits": [edit]}}, (), 100_001)

    assert what.told is not None
    assert sum(each["cleared_tool_uses"] for each in what.told) == cleared


@pytest.mark.parametrize(
    ("inputs", "more"), [(None, 0), (False, 0), (["memory"], 1), (True, 2), ([], 0)]
)
def test_inputs_are_cleared_only_where_it_is_asked_for(inputs: object, more: int) -> None:
    messages = _calls("memory", "search", "search", "search", "search")
    edit = CLEAR if inputs is None else {**CLEAR, "clear_tool_inputs": inputs}

    what = edited({"messages": messages, "context_management": {"edits": [edit]}}, (), 100_001)

    of_one = len(str({"a": "x" * 40}))
    assert what.cleared == (2 * 400 + more * of_one) // 4


@pytest.mark.parametrize(
    ("keep", "cleared"),
    [
        (None, 2),
        ({"type": "thinking_turns", "value": 2}, 1),
        ("all", 0),
        ({"type": "all"}, 0),
    ],
)
def test_old_thinking_is_cleared(keep: object, cleared: int) -> None:
    thought = {"type": "thinking", "thinking": "x" * 40, "signature": ""}
    doc = {
        "messages": [turn(thought, thought, role="assistant") for _ in range(3)],
        "context_management": {"edits": [{"type": "clear_thinking_20251015", "keep": keep}]},
    }

    what = edited(doc, (), 0)

    assert what.told is not None
    assert sum(each["cleared_thinking_turns"] for each in what.told) == cleared


@pytest.mark.parametrize(
    ("doc", "betas", "told"),
    [
        ({}, (), None),
        ({}, ("context-management-2025-06-27",), ()),
        ({"tools": [{"type": "memory_20250818", "name": "memory"}]}, (), ()),
    ],
)
def test_edits_are_told_of_where_they_could_have_been(
    doc: dict[str, Any], betas: tuple[str, ...], told: object
) -> None:
    assert edited({"messages": [], **doc}, betas, 0).told == told


def test_what_is_cleared_is_not_paid_for() -> None:
    whole = reply_to()

    cut = compose_reply(attrs.evolve(spec_of(), input=spec_of().input.more(-3)))

    assert cut.input.fresh == whole.input.fresh - 3


def test_speed_and_diagnostics_are_told_where_they_were_asked_for() -> None:
    reply = reply_to(model="claude-opus-5", speed="fast", diagnostics={})

    told = message(reply, IDS)

    assert told["usage"]["speed"] == "fast"
    assert told["diagnostics"] is None
