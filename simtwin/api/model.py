"""What is known of one model."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import attrs

Lifecycle = Literal["active", "deprecated", "retired"]

_CLAUDE_3 = frozenset({"batch", "image_input"})
_CLAUDE_3_5 = _CLAUDE_3 | {"citations", "pdf_input"}
_CLAUDE_3_7 = _CLAUDE_3_5 | {"server_code_execution", "web_search"}
_CLAUDE_4 = _CLAUDE_3_7 | {"clear_thinking_20251015", "clear_tool_uses_20250919"}
_CLAUDE_4_5 = _CLAUDE_4 | {"code_execution", "structured_outputs"}

#: What models of a generation can do.
FEATURES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "3": _CLAUDE_3,
        "3.5": _CLAUDE_3_5,
        "3.7": _CLAUDE_3_7,
        "4": _CLAUDE_4,
        "4.5": _CLAUDE_4_5,
        "4.6": _CLAUDE_4_5 | {"compact_20260112"},
    }
)


@attrs.frozen
class Model:
    """A model of the API.

    Args:
        id: its name.
        display_name: its name for people.
        created_at: its release, RFC 3339, as all times here.
        pool: the rate limits that it shares (see `tiers`).
        line: haiku, sonnet, opus, fable or mythos; None before there were lines.
        max_input_tokens: its context window.
        max_tokens: the most that `max_tokens` may be.
        lifecycle: retired ones are served, as people still test against them, but not listed.
        deprecated_at: when it was deprecated, where known.
        retires_at: when it was, or is to be, retired, where known.
        aliases: further names that it answers to.
        thinking: the values of `thinking.type` that it takes; none where it does not think.
        effort: the levels of `output_config.effort` that it takes.
        features: what else it can do, by the names of `GET /v1/models`; of the two that are called
            code_execution there, the tool is server_code_execution here.
        assumed: the fields that no source says.
    """

    id: str
    display_name: str
    created_at: str
    pool: str
    line: str | None
    max_input_tokens: int
    max_tokens: int
    lifecycle: Lifecycle = "active"
    deprecated_at: str | None = None
    retires_at: str | None = None
    aliases: tuple[str, ...] = ()
    thinking: tuple[str, ...] = ()
    effort: tuple[str, ...] = ()
    features: frozenset[str] = frozenset()
    assumed: tuple[str, ...] = ("features",)

    @property
    def listed(self) -> bool:
        """Whether `GET /v1/models` names it unasked."""
        return self.lifecycle != "retired"
