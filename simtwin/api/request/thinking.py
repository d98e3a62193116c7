"""Whether the answer begins with thinking, and how much of it is shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import attrs

LEAST_BUDGET = 1_024
#: A client that asks with this beta and no `thinking` field gets a thinking block all the same.
BETA = "extended-thinking-2025-01-15"


@attrs.frozen
class Thinking:
    """A thinking block that the answer begins with.

    Args:
        budget: the most tokens that it takes, None where there is no such bound.
        shown: whether its text is given, or only its signature.
    """

    budget: int | None = None
    shown: bool = True


def read_thinking(doc: Mapping[str, Any], betas: Collection[str]) -> Thinking | None:
    """The thinking to begin with, None for none.

    Args:
        doc: the request, of the right shape.
        betas: the names in the `anthropic-beta` header.
    """
    config = doc.get("thinking")
    if config is None:
        return Thinking() if BETA in betas else None
    shown = config.get("display") != "omitted"
    if config["type"] == "enabled":
        return Thinking(config["budget_tokens"], shown)
    # How often a real model thinks when it may is not known; here it always does but at low effort.
    effort = (doc.get("output_config") or {}).get("effort")
    return Thinking(None, shown) if config["type"] == "adaptive" and effort != "low" else None
