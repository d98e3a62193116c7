"""How each model caches prompts: facts and nothing else.

Sources: the prompt caching, thinking and effort pages of platform.claude.com (August to October
2026); for what they do not name, the nearest sibling (Fable 5.2, Mythos 5.2, Haiku 5.5, Claude 3
Sonnet). What a prompt ends with is from recordings: with the breakpoint on the last block, 4 tokens
were left on Claude 3.5 Sonnet (2024), 3 on Sonnet 4 and 4.5 (2025 to 2026), 2 on Opus 4.8 and
Sonnet 4.6 (2026).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import attrs

from simtwin.api.model import Model


@attrs.frozen
class Caching:
    """How a model caches prompts.

    Args:
        least: a shorter prompt is not cached, and nothing is said of it; None where none is.
        tail: tokens that a prompt ends with after its last block, which no breakpoint covers.
        counts_reads: whether what is read counts against the limit of input tokens.
        keeps_thoughts: whether the thinking of earlier turns stays in the prompt.
        thinking: the type of thinking where a request names none.
        effort: the effort where a request names none.
    """

    least: int | None
    tail: int = 2
    counts_reads: bool = False
    keeps_thoughts: bool = True
    thinking: str = "adaptive"
    effort: str = "high"


_unthinking = partial(Caching, thinking="disabled")
# Kept from Opus 4.5 and Sonnet 4.6 on, and on no Haiku (docs, "What invalidates the cache", 2026-08;
# Haiku 5.5 came later, and is taken to do as its generation).
_forgetful = partial(_unthinking, keeps_thoughts=False)

_FIFTH = Caching(512)
_FIFTH_AT_EASE = Caching(512, effort="medium")
_FOURTH = _forgetful(1_024, tail=3)
_THIRD = _forgetful(1_024, tail=4)

_BY_ID: Mapping[str, Caching] = {
    "claude-opus-5-5": _FIFTH_AT_EASE,
    "claude-haiku-5-5": _FIFTH_AT_EASE,
    "claude-sonnet-5": Caching(1_024),
    "claude-opus-4-8": _unthinking(1_024),
    "claude-opus-4-7": _unthinking(2_048),
    "claude-mythos-preview": Caching(2_048),
    "claude-opus-4-6": _unthinking(4_096),
    "claude-sonnet-4-6": _unthinking(1_024),
    "claude-opus-4-5-20251101": _unthinking(4_096, tail=3),
    "claude-haiku-4-5-20251001": _forgetful(4_096, tail=3),
    "claude-sonnet-4-5-20250929": _FOURTH,
    "claude-opus-4-1-20250805": _FOURTH,
    "claude-opus-4-20250514": _FOURTH,
    "claude-sonnet-4-20250514": _FOURTH,
    "claude-3-7-sonnet-20250219": _THIRD,
    # The one model of which reads count (docs, "Rate limits", 2026-08).
    "claude-3-5-haiku-20241022": _forgetful(2_048, tail=4, counts_reads=True),
    "claude-3-5-sonnet-20241022": _THIRD,
    "claude-3-5-sonnet-20240620": _THIRD,
    "claude-3-haiku-20240307": _forgetful(2_048, tail=4),
    "claude-3-opus-20240229": _THIRD,
    "claude-3-sonnet-20240229": _THIRD,
    "claude-2.1": _forgetful(None),
    "claude-2.0": _forgetful(None),
}


def caching(model: Model) -> Caching:
    """How `model` caches prompts; one that is not in the table does as the fifth generation."""
    return _BY_ID.get(model.id, _FIFTH)
