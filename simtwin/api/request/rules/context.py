"""What a request may ask to be done to its context: edits of it, and its compaction.

Words without "seen" are in the API's style: the pages "Context editing", "Compaction on demand" and
"Compaction at a token threshold" (platform.claude.com, 2026-08 to 2026-10) name the refusal, not its text.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from simtwin.api.caching import caching
from simtwin.api.errors import ApiError, Rejected, invalid
from simtwin.api.model import Model
from simtwin.api.request.betas import CONTEXT_EDITING, ON_DEMAND, THRESHOLD, named
from simtwin.api.request.phrases import EXTRA, unknown_tag

#: "value must be at least 50,000 tokens": docs, compaction at a token threshold.
LEAST_COMPACTION = 50_000
COMPACTS, CLEARS_THINKING = "compact_20260112", "clear_thinking_20251015"
_WITHOUT_COMPACTION = (CLEARS_THINKING, "clear_tool_uses_20250919")
_CALLS = frozenset(("server_tool_use", "tool_use"))

Doc = Mapping[str, Any]


def check_edits(doc: Doc, model: Model, betas: Collection[str]) -> None:
    """Hold `context_management` against betas, model and thinking.

    Raises:
        Rejected: an edit is not to be had, or not there.
    """
    config = doc.get("context_management")
    if config is None:
        return
    if not named(betas, CONTEXT_EDITING, THRESHOLD):
        # Seen in 2026-08.
        raise invalid(f"context_management: {EXTRA}")
    for place, edit in enumerate(config.get("edits") or ()):
        path, tag = f"context_management.edits.{place}", edit["type"]
        if tag == COMPACTS and not named(betas, THRESHOLD):
            raise invalid(f"{path}: {unknown_tag(tag, _WITHOUT_COMPACTION)}")
        if tag not in model.features:
            raise invalid(f"{path}: '{tag}' is not supported on this model.")
        if tag == COMPACTS:
            value = (edit.get("trigger") or {}).get("value", LEAST_COMPACTION)
            if value < LEAST_COMPACTION:
                # Seen in 2026-02 (LionSR/TeXRA#2625).
                raise invalid(f"{path}.{tag}: trigger.value must be at least {LEAST_COMPACTION}")
        elif tag == CLEARS_THINKING:
            _check_clearing(doc, model, path, first=place == 0)


def _check_clearing(doc: Doc, model: Model, path: str, *, first: bool) -> None:
    if not first:
        raise invalid(f"{path}: `{CLEARS_THINKING}` must be the first edit")
    thinking = (doc.get("thinking") or {}).get("type") or caching(model).thinking
    if thinking == "disabled":
        # Seen in 2026-08 (router-for-me/CLIProxyAPI#4957).
        raise invalid(f"`{CLEARS_THINKING}` strategy requires `thinking` to be enabled or adaptive")


def check_compaction(doc: Doc, model: Model, betas: Collection[str]) -> None:
    """Hold a request for a summary, `compaction`, against all that does not go with it.

    Raises:
        Rejected: it is not to be had, or something else stands beside it.
    """
    if doc.get("compaction") is None:
        return
    if not named(betas, ON_DEMAND):
        raise invalid(
            f"compaction: the `compaction` parameter requires anthropic-beta: {ON_DEMAND}"
        )
    if COMPACTS not in model.features:
        raise invalid(f"compaction: '{model.id}' does not support compaction.")
    output = doc.get("output_config") or {}
    for name, given in (
        ("context_management", doc.get("context_management") is not None),
        ("stop_sequences", bool(doc.get("stop_sequences"))),
        ("output_config.format", bool(output.get("format") or doc.get("output_format"))),
        ("output_config.task_budget.remaining", remaining(output)),
    ):
        if given:
            raise invalid(f"compaction: cannot be combined with `{name}`")
    if (doc.get("tool_choice") or {}).get("type") in ("any", "tool"):
        raise invalid('compaction: cannot be combined with a `tool_choice` of type "any" or "tool"')
    _check_turns(doc["messages"])


def remaining(output: Doc) -> bool:
    """Whether a task budget says what remains of it."""
    return (output.get("task_budget") or {}).get("remaining") is not None


def _check_turns(messages: Sequence[Doc]) -> None:
    turns = [message for message in messages if message["role"] != "system"]
    if not any(message.get("content") for message in turns):
        raise Rejected(
            ApiError.of(
                400,
                "compaction: `messages` holds no `user` or `assistant` content to summarize",
                error_code="compaction_nothing_to_summarize",
            )
        )
    content = turns[-1]["content"]
    finished = isinstance(content, str) or not content or content[-1]["type"] not in _CALLS
    if turns[-1]["role"] == "assistant" and not finished:
        raise Rejected(
            ApiError.of(
                400,
                "compaction: the request ends on an `assistant` turn that is not finished; "
                "send the results of its tool calls first",
                error_code="compaction_incomplete_turn",
            )
        )
