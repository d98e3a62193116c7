"""Requests that lead to every kind of block there is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from asking import TOOL, turn

#: Tools by what they lead to.
TOOLS: Mapping[str, dict[str, Any]] = {
    "none": {},
    "call": {"tools": [TOOL]},
    "calls": {"tools": [TOOL, {**TOOL, "name": "other"}]},
    "one call": {
        "tools": [TOOL],
        "tool_choice": {"type": "auto", "disable_parallel_tool_use": True},
    },
    "eager": {"tools": [{**TOOL, "eager_input_streaming": True}]},
    "bash": {"tools": [{"type": "bash_20250124", "name": "bash"}]},
    "editor": {"tools": [{"type": "text_editor_20250728", "name": "str_replace_based_edit_tool"}]},
    "computer": {"tools": [{"type": "computer_toolset_20260801"}]},
    "memory": {"tools": [{"type": "memory_20250818", "name": "memory"}]},
    "search": {"tools": [{"type": "web_search_20250305", "name": "web_search"}]},
    "search by code": {"tools": [{"type": "web_search_20260209", "name": "web_search"}]},
    "fetch": {
        "tools": [
            {"type": "web_fetch_20250910", "name": "web_fetch", "citations": {"enabled": True}}
        ]
    },
    "fetch by code": {"tools": [{"type": "web_fetch_20260309", "name": "web_fetch"}]},
    "python": {"tools": [{"type": "code_execution_20250522", "name": "code_execution"}]},
    "code": {"tools": [{"type": "code_execution_20260120", "name": "code_execution"}]},
    "programmatic": {
        "tools": [
            {"type": "code_execution_20260120", "name": "code_execution"},
            {**TOOL, "allowed_callers": ["code_execution_20260120"]},
        ]
    },
    "tool search": {
        "tools": [
            {"type": "tool_search_tool_bm25_20251119", "name": "tool_search_tool_bm25"},
            {**TOOL, "defer_loading": True},
        ]
    },
    "mcp": {
        "mcp_servers": [{"type": "url", "url": "https://mcp.example.com", "name": "wiki"}],
        "tools": [{"type": "mcp_toolset", "mcp_server_name": "wiki"}],
    },
    "advisor": {
        "tools": [{"type": "advisor_20260301", "name": "advisor", "model": "claude-opus-4-8"}]
    },
}

#: Those of them that are called by code.
BY_CODE = frozenset(("search by code", "fetch by code", "programmatic"))

BETAS = frozenset(
    (
        "mcp-client-2025-11-20",
        "compact-2026-01-12",
        "compact-2026-09-04",
        "advisor-tool-2026-03-01",
    )
)

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "people": {"type": "integer"}},
    "required": ["city", "people"],
    "additionalProperties": False,
}
FORM: dict[str, Any] = {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}}

_TEXT = "The grass is green. The sky is blue. Water is wet."
CITED: dict[str, Any] = {
    "messages": [
        turn(
            {
                "type": "document",
                "source": {"type": "text", "media_type": "text/plain", "data": _TEXT},
                "title": "Colours",
                "citations": {"enabled": True},
            },
            {"type": "text", "text": "Which colours are there?"},
        )
    ]
}
REFUSED: dict[str, Any] = {
    "messages": [turn({"type": "text", "text": "ANTHROPIC_MAGIC_STRING_TRIGGER_REFUSAL_1FAE"})]
}
REDACTED: dict[str, Any] = {
    "messages": [
        turn({"type": "text", "text": "ANTHROPIC_MAGIC_STRING_TRIGGER_REDACTED_THINKING_46C9"})
    ]
}
COMPACTED: dict[str, Any] = {
    "messages": [{"role": "user", "content": "7 " * 51_000}],
    "context_management": {
        "edits": [
            {"type": "compact_20260112", "trigger": {"type": "input_tokens", "value": 50_000}}
        ]
    },
}

SUMMARIZED: dict[str, Any] = {"compaction": {"type": "summarize"}}

#: What else shapes an answer.
SHAPES: Mapping[str, dict[str, Any]] = {
    "plain": {},
    "short": {"max_tokens": 20},
    "form": FORM,
    "cited": CITED,
    "refused": REFUSED,
    "redacted": REDACTED,
    "compacted": COMPACTED,
    "summarized": SUMMARIZED,
    "stopped": {"stop_sequences": ["the", "e"]},
    "budgeted": {
        "output_config": {"task_budget": {"type": "tokens", "total": 20_000}},
    },
}

#: Those of them that only newer models take.
COMPACTING = frozenset(("compacted", "summarized"))

_ENABLED = {"thinking": {"type": "enabled", "budget_tokens": 1_024}, "max_tokens": 3_000}
_ADAPTIVE = {"thinking": {"type": "adaptive", "display": "summarized"}, "max_tokens": 3_000}
_OMITTED = {"thinking": {"type": "adaptive", "display": "omitted"}, "max_tokens": 3_000}

#: Models of each generation, and what each takes for thinking.
MODELS: tuple[dict[str, Any], ...] = (
    {"model": "claude-3-7-sonnet-20250219"},
    {"model": "claude-3-7-sonnet-20250219", **_ENABLED},
    {"model": "claude-haiku-4-5", **_ENABLED},
    {"model": "claude-sonnet-4-5"},
    {"model": "claude-sonnet-4-6", **_ADAPTIVE},
    {"model": "claude-opus-4-8", **_OMITTED},
    {"model": "claude-opus-5-5", **_ADAPTIVE},
    {"model": "claude-fable-5-2"},
)
