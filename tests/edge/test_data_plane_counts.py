"""`count_tokens` and the usage of the same request agree."""

from __future__ import annotations

from typing import Any

import pytest
from valid_requests import PDF, PNG
from virtual import HELLO, staged

MARK = {"cache_control": {"type": "ephemeral"}}
TOOL = {"name": "go", "input_schema": {"type": "object"}, "description": "Go there."}
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False}
MEDIA = [
    {"type": "text", "text": "What is this?"},
    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}},
    {
        "type": "document",
        "source": {"type": "base64", "media_type": "application/pdf", "data": PDF},
    },
]


@pytest.mark.parametrize("model", ["claude-sonnet-4-5", "claude-opus-4-8"])
@pytest.mark.parametrize(
    "fields",
    [
        {"system": "Be brief."},
        {"system": [{"type": "text", "text": "word " * 6_000, **MARK}]},
        {"tools": [TOOL], "tool_choice": {"type": "any"}},
        {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}},
        {"messages": [{"role": "user", "content": MEDIA}]},
        {"messages": [{"role": "user", "content": "Привет, 世界! " * 9_000}]},
    ],
    ids=["system", "cached", "tools", "format", "media", "large"],
)
async def test_a_request_is_counted_as_it_is_charged(model: str, fields: dict[str, Any]) -> None:
    asked = {**HELLO, "model": model, **fields}
    counted = {name: value for name, value in asked.items() if name != "max_tokens"}
    async with staged("asgi", tier="unlimited") as stage:
        told = await stage.client.post(
            "/v1/messages/count_tokens", headers=stage.headers(), json=counted
        )
        usage = (await stage.create(**asked)).json()["usage"]

    parts = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    assert told.json()["input_tokens"] == sum(usage[part] for part in parts)


EDITING = {"anthropic-beta": "context-management-2025-06-27,compact-2026-01-12"}
SUMMED: list[dict[str, Any]] = [
    {"role": "user", "content": "word " * 5_000},
    {"role": "assistant", "content": [{"type": "compaction", "content": "So far, so good."}]},
    {"role": "user", "content": "Go on."},
]


async def _counted(query: str = "", **fields: Any) -> dict[str, Any]:
    doc = {"model": "claude-opus-4-8", **fields}
    async with staged("asgi", tier="unlimited") as stage:
        headers = {**stage.headers(), **({} if query else EDITING)}
        told = await stage.client.post(
            f"/v1/messages/count_tokens{query}", headers=headers, json=doc
        )
    document: dict[str, Any] = told.json()
    return document


async def test_what_a_summary_stands_for_is_not_counted() -> None:
    whole = await _counted(messages=[SUMMED[0], SUMMED[2]])
    summed = await _counted(messages=SUMMED)

    assert whole["input_tokens"] > 5_000
    assert summed["input_tokens"] < 100
    assert "context_management" not in summed


async def test_a_count_with_edits_tells_what_it_was_before_them() -> None:
    summed = await _counted(messages=SUMMED)
    edited = await _counted(messages=SUMMED, context_management={"edits": []})

    assert edited["input_tokens"] == summed["input_tokens"]
    assert edited["context_management"]["original_input_tokens"] > 5_000


async def test_tool_results_that_are_cleared_are_not_counted() -> None:
    calls: list[dict[str, Any]] = []
    for number in range(4):
        use = {"type": "tool_use", "id": f"t{number}", "name": "go", "input": {}}
        result = {"type": "tool_result", "tool_use_id": f"t{number}", "content": "word " * 500}
        calls += [{"role": "assistant", "content": [use]}, {"role": "user", "content": [result]}]
    trigger = {"type": "tool_uses", "value": 1}
    edits = [{"type": "clear_tool_uses_20250919", "trigger": trigger}]

    told = await _counted(
        tools=[TOOL],
        messages=[SUMMED[2], *calls],
        context_management={"edits": edits},
    )

    assert told["context_management"]["original_input_tokens"] - told["input_tokens"] == 625


async def test_a_beta_method_of_older_sdks_needs_no_header() -> None:
    told = await _counted("?beta=true", messages=SUMMED, context_management={"edits": []})

    assert told["input_tokens"] < 100
