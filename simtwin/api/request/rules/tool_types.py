"""Which dated tools go with which model, where that is documented: those for a computer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simtwin.api.errors import invalid
from simtwin.api.model import Model
from simtwin.api.request.rules.generation import generation

_FIRST, _SECOND, _THIRD = "computer_20241022", "computer_20250124", "computer_20251124"
_SET = "computer_toolset_20260801"


def check_tool_types(tools: Sequence[Mapping[str, Any]], model: Model) -> None:
    """Hold the types of tools against the model.

    Raises:
        Rejected: it does not take one of them.
    """
    taken = None
    for tool in tools:
        tag = tool.get("type")
        if tag not in (_FIRST, _SECOND, _THIRD):
            continue
        taken = _computers(model) if taken is None else taken
        if tag not in taken:
            # The beginning was seen in 2026-09 on Opus 5.5; what comes after is a list of types.
            raise invalid(
                f"'{model.id}' does not support tool types: {tag}. "
                f"Did you mean one of {', '.join(taken)}?"
            )


def _computers(model: Model) -> tuple[str, ...]:
    """The types for a computer that a model takes (docs, computer use, 2026-09)."""
    number = generation(model)
    if number >= (4, 6) or (model.line == "opus" and number == (4, 5)):
        return (_SET,) if model.id == "claude-opus-5-5" else (_THIRD, _SET)
    return (_SECOND,) if number >= (3, 7) else (_FIRST,)
