"""Whether the answer begins with thinking, and how much of it is shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import attrs

from simtwin.api.errors import invalid
from simtwin.api.request.phrases import MISSING, NOT_A, at_least, field_fault, one_of, unknown_tag

LEAST_BUDGET = 1_024
#: A client that asks with this beta and no `thinking` field gets a thinking block all the same.
BETA = "extended-thinking-2025-01-15"

_TAGS = ("adaptive", "between_tools", "disabled", "enabled")
_DISPLAYS = ("summarized", "omitted")


@attrs.frozen
class Thinking:
    """A thinking block that the answer begins with.

    Args:
        budget: the most tokens that it takes, None where there is no such bound.
        shown: whether its text is given, or only its signature.
    """

    budget: int | None = None
    shown: bool = True


def read_thinking(
    config: object, output_config: Mapping[str, Any], betas: Collection[str]
) -> tuple[Thinking | None, int | None]:
    """The thinking to begin with, None for none, and the budget of `enabled`.

    Args:
        config: the request's `thinking`, None where it is absent.
        output_config: the request's `output_config`, empty where it is absent.
        betas: the names in the `anthropic-beta` header.

    Raises:
        Rejected: it does not have the shape it should have.
    """
    if config is None:
        return (Thinking() if BETA in betas else None), None
    if not isinstance(config, dict):
        raise invalid(f"thinking: {NOT_A[dict]}")
    if "type" not in config:
        raise invalid(f"thinking.type: {MISSING}")
    tag = config["type"]
    if tag not in _TAGS:
        raise invalid(f"thinking: {unknown_tag(tag, _TAGS)}")
    display = config.get("display")
    if display is not None and display not in _DISPLAYS:
        raise invalid(f"thinking.{tag}.display: {one_of(_DISPLAYS)}")
    shown = display != "omitted"
    if tag == "enabled":
        fault = field_fault(config, "budget_tokens", int)
        if fault is None and config["budget_tokens"] < LEAST_BUDGET:
            fault = at_least(LEAST_BUDGET)
        if fault is not None:
            raise invalid(f"thinking.enabled.budget_tokens: {fault}")
        return Thinking(config["budget_tokens"], shown), config["budget_tokens"]
    # How often a real model thinks when it may is not known; here it always does but at low effort.
    if tag == "adaptive" and output_config.get("effort") != "low":
        return Thinking(None, shown), None
    return None, None
