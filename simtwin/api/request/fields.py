"""The fields that a request may have, and what the simple ones among them are.

The lists are those of SDK 2.12.0 (message_create_params.py, message_count_tokens_params.py and
their beta twins), with what the API takes although that SDK no longer sends it.
"""

from __future__ import annotations

from collections.abc import Mapping

#: Refused by the edition of 2026-10-21: platform.claude.com, migration to 2026-10-21.
SAMPLING = frozenset(("temperature", "top_k", "top_p"))

#: Fields of a request to count tokens.
COUNT = frozenset(
    (
        "billing_policy",
        "cache_control",
        "compaction",
        "context_management",
        "mcp_servers",
        "messages",
        "model",
        "output_config",
        "output_format",
        "speed",
        "system",
        "thinking",
        "tool_choice",
        "tools",
    )
)

#: Fields of a request to answer.
MESSAGES = (
    COUNT
    | SAMPLING
    | {
        "container",
        "diagnostics",
        "fallback_credit_token",
        "fallbacks",
        "inference_geo",
        "max_tokens",
        "metadata",
        "service_tier",
        "stop_sequences",
        "stream",
        "thread",
    }
)

#: Fields of which no more than the type is looked at. A null is an absent field.
KINDS: Mapping[str, type] = {
    "cache_control": dict,
    "context_management": dict,
    "inference_geo": str,
    "mcp_servers": list,
    "metadata": dict,
    "output_config": dict,
    "output_format": dict,
    "service_tier": str,
    "speed": str,
    "stream": bool,
    "top_k": int,
}
