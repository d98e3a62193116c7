"""The models that are not retired, newest first: facts and nothing else.

Sources: the model overview, deprecation and thinking pages of platform.claude.com (August to
November 2026), and the types of the Python SDK 2.12.0. What no source says is taken from the nearest
sibling and named in `assumed`. Features are pieced together from many pages, and always assumed.
"""

from __future__ import annotations

from functools import partial

from simtwin.api.model import FEATURES, Model

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

_MYTHOS = ("pool", "features")
_HEARSAY = (
    "created_at",
    "pool",
    "max_input_tokens",
    "max_tokens",
    "thinking",
    "effort",
    "features",
)

_long = partial(Model, max_input_tokens=1_000_000, max_tokens=128_000, features=FEATURES["4.6"])
_claude_4_5 = partial(
    Model, max_input_tokens=200_000, max_tokens=64_000, thinking=_BUDGETED, features=FEATURES["4.5"]
)

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
