"""Which thinking and which effort go with which model."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from simtwin.api.errors import invalid
from simtwin.api.model import Model

#: With this a budget may be larger than `max_tokens`: it spans all calls of a turn.
INTERLEAVED = "interleaved-thinking-2025-05-14"
#: What effort may be where thinking is turned off on a model that thinks by default; from this
#: generation on (docs, thinking troubleshooting; seen on Opus 5).
_CALM = ("low", "medium", "high")
_RESTRICTED = ("claude-opus-5", "claude-haiku-5-5")

# The four of thinking: docs, api/errors.
_NOT_ENABLED = (
    '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and '
    '"output_config.effort" to control thinking behavior.'
)
_NOT_DISABLED = (
    '"thinking.type.disabled" is not supported for this model. Thinking defaults to adaptive mode '
    'when not specified; use "thinking.type.enabled" with "budget_tokens" for extended thinking.'
)
_NOT_ADAPTIVE = "adaptive thinking is not supported on this model"
_NO_ROOM = (
    "`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at "
    "https://docs.claude.com/en/docs/build-with-claude/extended-thinking"
    "#max-tokens-and-context-window-size"
)


def check_thinking(doc: Mapping[str, Any], model: Model) -> None:
    """Hold `thinking` and `output_config.effort` against the model.

    Raises:
        Rejected: the model does not take them, or not together.
    """
    kind = (doc.get("thinking") or {}).get("type")
    if kind is not None:
        _check_kind(kind, model)
    effort = (doc.get("output_config") or {}).get("effort")
    if effort is None:
        return
    if not model.effort:
        # Seen in 2026-03 (anthropics/claude-code#30010).
        raise invalid("This model does not support the effort parameter.")
    if effort not in model.effort:
        raise invalid(
            f"This model does not support effort level '{effort}'. "
            f"Supported levels: {', '.join(sorted(model.effort))}."
        )
    if kind == "disabled" and model.id in _RESTRICTED and effort not in _CALM:
        # Seen in 2026-07 (anthropics/claude-code#76997).
        raise invalid(
            f"output_config.effort '{effort}' is not supported when thinking is disabled on this "
            "model. Use effort 'high' or below, or enable thinking."
        )


def check_budget(doc: Mapping[str, Any], betas: Collection[str]) -> None:
    """Hold the budget of thinking against `max_tokens`.

    Raises:
        Rejected: nothing would be left for the answer.
    """
    budget = (doc.get("thinking") or {}).get("budget_tokens")
    if budget is None or budget < doc["max_tokens"]:
        return
    if INTERLEAVED not in betas:
        raise invalid(_NO_ROOM)


def _check_kind(kind: str, model: Model) -> None:
    if kind in model.thinking:
        return
    if not model.thinking:
        if kind != "disabled":
            # Recalled.
            raise invalid(f"'{model.id}' does not support thinking.")
    elif kind == "enabled":
        raise invalid(_NOT_ENABLED)
    elif kind == "disabled":
        raise invalid(_NOT_DISABLED)
    elif "adaptive" not in model.thinking:
        # That of between_tools in style: which models take it is not known; here the adaptive ones.
        raise invalid(
            _NOT_ADAPTIVE
            if kind == "adaptive"
            else '"thinking.type.between_tools" is not supported for this model.'
        )
