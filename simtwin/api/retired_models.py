"""The models that are retired, newest first: people still test against them, so they are served.

They have left the documentation. Their ids and ends are in the list of deprecations (platform.claude.
com, November 2026); their limits are those they had, as far as is known, and the 4,096 of Claude 3 Opus
are in a real error (anthropics/claude-code#11302). Their pools are those of their nearest siblings.
"""

from __future__ import annotations

from functools import partial

from simtwin.api.model import FEATURES, Model

_OPUS_4 = "claude-opus-4.x"
_SONNET_4 = "claude-sonnet-4.x"

_BUDGETED = ("enabled", "disabled")
_PAST = ("created_at", "pool", "max_input_tokens", "max_tokens", "thinking", "features")

_past = partial(Model, lifecycle="retired", max_input_tokens=200_000, assumed=_PAST)

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
        features=FEATURES["4"] | {"structured_outputs"},
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
        features=FEATURES["4"],
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
        features=FEATURES["4"],
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
        features=FEATURES["3.7"],
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
        features=FEATURES["3.7"],
        assumed=("created_at", "max_input_tokens", "max_tokens", "thinking", "features"),
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
        features=FEATURES["3.5"],
    ),
    _past(
        "claude-3-5-sonnet-20240620",
        "Claude Sonnet 3.5",
        "2024-06-20T00:00:00Z",
        _SONNET_4,
        "sonnet",
        retires_at="2025-10-28T00:00:00Z",
        max_tokens=8_192,
        features=FEATURES["3.5"],
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
        features=FEATURES["3"],
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
        features=FEATURES["3"],
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
        features=FEATURES["3"],
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
