"""The models of the API, newest first: facts and nothing else.

Sources: the model overview, deprecation and thinking pages of platform.claude.com (August to
November 2026), and the types of the Python SDK 2.12.0. What no source says is taken from the nearest
sibling and named in `assumed`. Features are pieced together from many pages, and always assumed.
"""

from __future__ import annotations

from functools import partial

from simtwin.api.model import Model

_FABLE = "claude-fable-5.x"
_OPUS_4 = "claude-opus-4.x"
_SONNET_4 = "claude-sonnet-4.x"

_TO_HIGH = ("low", "medium", "high")
_TO_MAX = (*_TO_HIGH, "max")
_ALL = (*_TO_HIGH, "xhigh", "max")

_ADAPTIVE = ("adaptive",)
_OPTIONAL = ("adaptive", "disabled")
_EVERY = ("adaptive", "enabled", "disabled")
_BUDGETED = ("enabled", "disabled")

_CLAUDE_3 = frozenset({"batch", "image_input"})
_CLAUDE_3_5 = _CLAUDE_3 | {"citations", "pdf_input"}
_CLAUDE_3_7 = _CLAUDE_3_5 | {"server_code_execution", "web_search"}
_CLAUDE_4 = _CLAUDE_3_7 | {"clear_thinking_20251015", "clear_tool_uses_20250919"}
_CLAUDE_4_5 = _CLAUDE_4 | {"code_execution", "structured_outputs"}
_CLAUDE_4_6 = _CLAUDE_4_5 | {"compact_20260112"}

_LIMITS = ("max_input_tokens", "max_tokens")
_MYTHOS = ("pool", "features")
_HEARSAY = ("created_at", "pool", *_LIMITS, "thinking", "effort", "features")
_PAST = ("created_at", "pool", *_LIMITS, "thinking", "features")

_long = partial(Model, max_input_tokens=1_000_000, max_tokens=128_000, features=_CLAUDE_4_6)
_claude_4_5 = partial(
    Model, max_input_tokens=200_000, max_tokens=64_000, thinking=_BUDGETED, features=_CLAUDE_4_5
)
_past = partial(Model, lifecycle="retired", max_input_tokens=200_000, assumed=_PAST)

CURRENT = (
    _long(
        "claude-fable-5-2",
        "Claude Fable 5.2",
        "2026-11-09T00:00:00Z",
        _FABLE,
        "fable",
        effort=_ALL,
        thinking=_ADAPTIVE,
        assumed=("effort", "features"),
    ),
    _long(
        "claude-mythos-5-2",
        "Claude Mythos 5.2",
        "2026-11-09T00:00:00Z",
        _FABLE,
        "mythos",
        effort=_ALL,
        thinking=_ADAPTIVE,
        assumed=("effort", *_MYTHOS),
    ),
    _long(
        "claude-haiku-5-5",
        "Claude Haiku 5.5",
        "2026-10-07T00:00:00Z",
        "claude-haiku-5.5",
        "haiku",
        effort=_ALL,
        thinking=_OPTIONAL,
    ),
    _long(
        "claude-sonnet-5-5",
        "Claude Sonnet 5.5",
        "2026-09-28T00:00:00Z",
        "claude-sonnet-5.5",
        "sonnet",
        effort=_ALL,
        thinking=_OPTIONAL,
    ),
    _long(
        "claude-opus-5-5",
        "Claude Opus 5.5",
        "2026-09-22T00:00:00Z",
        "claude-opus-5.5",
        "opus",
        effort=_ALL,
        thinking=_ADAPTIVE,
    ),
    # The two 5.1: after 2026-08-22, when the documentation did not have them, and before Opus 5.5.
    _long(
        "claude-fable-5-1",
        "Claude Fable 5.1",
        "2026-09-08T00:00:00Z",
        _FABLE,
        "fable",
        effort=_ALL,
        thinking=_ADAPTIVE,
        assumed=("created_at", "features"),
    ),
    _long(
        "claude-mythos-5-1",
        "Claude Mythos 5.1",
        "2026-09-08T00:00:00Z",
        _FABLE,
        "mythos",
        effort=_ALL,
        thinking=_ADAPTIVE,
        assumed=_HEARSAY,
    ),
    _long(
        "claude-opus-5",
        "Claude Opus 5",
        "2026-07-24T00:00:00Z",
        "claude-opus-5",
        "opus",
        effort=_ALL,
        thinking=_OPTIONAL,
    ),
    _long(
        "claude-sonnet-5",
        "Claude Sonnet 5",
        "2026-06-30T00:00:00Z",
        "claude-sonnet-5",
        "sonnet",
        effort=_ALL,
        thinking=_OPTIONAL,
    ),
    _long(
        "claude-fable-5",
        "Claude Fable 5",
        "2026-06-09T00:00:00Z",
        _FABLE,
        "fable",
        effort=_ALL,
        thinking=_ADAPTIVE,
    ),
    _long(
        "claude-mythos-5",
        "Claude Mythos 5",
        "2026-06-09T00:00:00Z",
        _FABLE,
        "mythos",
        effort=_ALL,
        thinking=_ADAPTIVE,
        assumed=_MYTHOS,
    ),
    _long(
        "claude-opus-4-8",
        "Claude Opus 4.8",
        "2026-05-28T00:00:00Z",
        _OPUS_4,
        "opus",
        effort=_ALL,
        thinking=_OPTIONAL,
    ),
    _long(
        "claude-opus-4-7",
        "Claude Opus 4.7",
        "2026-04-16T00:00:00Z",
        _OPUS_4,
        "opus",
        effort=_ALL,
        thinking=_OPTIONAL,
    ),
    # Known from the SDK's list of deprecated models alone, which says when it was to end.
    _long(
        "claude-mythos-preview",
        "Claude Mythos Preview",
        "2026-04-07T00:00:00Z",
        _FABLE,
        "mythos",
        lifecycle="deprecated",
        retires_at="2026-06-30T00:00:00Z",
        thinking=("adaptive", "enabled"),
        assumed=_HEARSAY,
    ),
    # 64,000 or 128,000 output tokens: sources differ.
    _long(
        "claude-sonnet-4-6",
        "Claude Sonnet 4.6",
        "2026-02-17T00:00:00Z",
        _SONNET_4,
        "sonnet",
        max_tokens=64_000,
        thinking=_EVERY,
        effort=_TO_MAX,
        assumed=("max_tokens", "features"),
    ),
    _long(
        "claude-opus-4-6",
        "Claude Opus 4.6",
        "2026-02-05T00:00:00Z",
        _OPUS_4,
        "opus",
        thinking=_EVERY,
        effort=_TO_MAX,
    ),
    _claude_4_5(
        "claude-opus-4-5-20251101",
        "Claude Opus 4.5",
        "2025-11-24T00:00:00Z",
        _OPUS_4,
        "opus",
        aliases=("claude-opus-4-5",),
        effort=_TO_HIGH,
    ),
    _claude_4_5(
        "claude-haiku-4-5-20251001",
        "Claude Haiku 4.5",
        "2025-10-15T00:00:00Z",
        "claude-haiku-4.5",
        "haiku",
        aliases=("claude-haiku-4-5",),
    ),
    _claude_4_5(
        "claude-sonnet-4-5-20250929",
        "Claude Sonnet 4.5",
        "2025-09-29T00:00:00Z",
        _SONNET_4,
        "sonnet",
        lifecycle="deprecated",
        retires_at="2026-11-30T00:00:00Z",
        aliases=("claude-sonnet-4-5",),
    ),
)

#: Retired models have left the documentation: their limits are those they had, as far as known. The
#: 4,096 of Claude 3 Opus are in a real error (anthropics/claude-code#11302).
RETIRED = (
    _past(
        "claude-opus-4-1-20250805",
        "Claude Opus 4.1",
        "2025-08-05T00:00:00Z",
        _OPUS_4,
        "opus",
        deprecated_at="2026-06-05T00:00:00Z",
        retires_at="2026-08-05T00:00:00Z",
        aliases=("claude-opus-4-1",),
        max_tokens=32_000,
        thinking=_BUDGETED,
        features=_CLAUDE_4 | {"structured_outputs"},
    ),
    _past(
        "claude-opus-4-20250514",
        "Claude Opus 4",
        "2025-05-22T00:00:00Z",
        _OPUS_4,
        "opus",
        deprecated_at="2026-04-14T00:00:00Z",
        retires_at="2026-06-15T00:00:00Z",
        aliases=("claude-opus-4-0", "claude-opus-4"),
        max_tokens=32_000,
        thinking=_BUDGETED,
        features=_CLAUDE_4,
    ),
    _past(
        "claude-sonnet-4-20250514",
        "Claude Sonnet 4",
        "2025-05-22T00:00:00Z",
        _SONNET_4,
        "sonnet",
        deprecated_at="2026-04-14T00:00:00Z",
        retires_at="2026-06-15T00:00:00Z",
        aliases=("claude-sonnet-4-0", "claude-sonnet-4"),
        max_tokens=64_000,
        thinking=_BUDGETED,
        features=_CLAUDE_4,
    ),
    _past(
        "claude-3-7-sonnet-20250219",
        "Claude Sonnet 3.7",
        "2025-02-24T00:00:00Z",
        _SONNET_4,
        "sonnet",
        deprecated_at="2025-10-28T00:00:00Z",
        retires_at="2026-02-19T00:00:00Z",
        aliases=("claude-3-7-sonnet-latest", "claude-3-7-sonnet"),
        max_tokens=64_000,
        thinking=_BUDGETED,
        features=_CLAUDE_3_7,
    ),
    _past(
        "claude-3-5-haiku-20241022",
        "Claude Haiku 3.5",
        "2024-10-22T00:00:00Z",
        "claude-haiku-3.5",
        "haiku",
        deprecated_at="2025-12-19T00:00:00Z",
        retires_at="2026-02-19T00:00:00Z",
        aliases=("claude-3-5-haiku-latest", "claude-3-5-haiku"),
        max_tokens=8_192,
        features=_CLAUDE_3_7,
        assumed=("created_at", *_LIMITS, "thinking", "features"),
    ),
    _past(
        "claude-3-5-sonnet-20241022",
        "Claude Sonnet 3.5",
        "2024-10-22T00:00:00Z",
        _SONNET_4,
        "sonnet",
        retires_at="2025-10-28T00:00:00Z",
        aliases=("claude-3-5-sonnet-latest", "claude-3-5-sonnet"),
        max_tokens=8_192,
        features=_CLAUDE_3_5,
    ),
    _past(
        "claude-3-5-sonnet-20240620",
        "Claude Sonnet 3.5",
        "2024-06-20T00:00:00Z",
        _SONNET_4,
        "sonnet",
        retires_at="2025-10-28T00:00:00Z",
        max_tokens=8_192,
        features=_CLAUDE_3_5,
    ),
    _past(
        "claude-3-haiku-20240307",
        "Claude Haiku 3",
        "2024-03-07T00:00:00Z",
        "claude-haiku-3.5",
        "haiku",
        deprecated_at="2026-02-19T00:00:00Z",
        retires_at="2026-04-20T00:00:00Z",
        aliases=("claude-3-haiku",),
        max_tokens=4_096,
        features=_CLAUDE_3,
    ),
    _past(
        "claude-3-opus-20240229",
        "Claude Opus 3",
        "2024-02-29T00:00:00Z",
        _OPUS_4,
        "opus",
        retires_at="2026-01-05T00:00:00Z",
        aliases=("claude-3-opus-latest", "claude-3-opus"),
        max_tokens=4_096,
        features=_CLAUDE_3,
        assumed=("created_at", "pool", "max_input_tokens", "thinking", "features"),
    ),
    _past(
        "claude-3-sonnet-20240229",
        "Claude Sonnet 3",
        "2024-02-29T00:00:00Z",
        _SONNET_4,
        "sonnet",
        retires_at="2025-07-21T00:00:00Z",
        aliases=("claude-3-sonnet",),
        max_tokens=4_096,
        features=_CLAUDE_3,
    ),
    _past(
        "claude-2.1",
        "Claude 2.1",
        "2023-11-21T00:00:00Z",
        _SONNET_4,
        None,
        retires_at="2025-07-21T00:00:00Z",
        max_tokens=4_096,
    ),
    _past(
        "claude-2.0",
        "Claude 2.0",
        "2023-07-11T00:00:00Z",
        _SONNET_4,
        None,
        retires_at="2025-07-21T00:00:00Z",
        max_input_tokens=100_000,
        max_tokens=4_096,
    ),
)
