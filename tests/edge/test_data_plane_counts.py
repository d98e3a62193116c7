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
