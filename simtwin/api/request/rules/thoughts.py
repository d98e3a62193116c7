"""Where thinking must stand, and where it may not, on models whose thinking is turned on by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simtwin.api.errors import invalid
from simtwin.api.model import Model

_THOUGHTS = frozenset(("redacted_thinking", "thinking"))

Message = Mapping[str, Any]

# Seen from 2025-08 to 2026-01 in many places (n8n-io/n8n#22550, anomalyco/opencode#3077).
_BEGINS = (
    "Expected `thinking` or `redacted_thinking`, but found `{found}`. When `thinking` is enabled, a "
    "final `assistant` message must start with a thinking block (preceeding the lastmost set of "
    "`tool_use` and `tool_result` blocks). We recommend you include thinking blocks from previous "
    "turns. To avoid this requirement, disable `thinking`. Please consult our documentation at "
    "https://docs.claude.com/en/docs/build-with-claude/extended-thinking"
)


def check_thoughts(doc: Mapping[str, Any], model: Model) -> None:
    """Hold the turn of the assistant that goes on, or is answered, against `thinking`.

    Newer models think as they like, and nothing of the kind is documented for them.

    Raises:
        Rejected: thinking is missing where it began, or there although it is off.
    """
    if "adaptive" in model.thinking or "enabled" not in model.thinking:
        return
    messages: Sequence[Message] = doc["messages"]
    enabled = (doc.get("thinking") or {}).get("type") == "enabled"
    if not enabled and messages[-1]["role"] != "assistant":
        return
    index = _begun(messages)
    if index is None:
        return
    content = messages[index]["content"]
    found = content[0]["type"] if isinstance(content, list) and content else "text"
    if enabled and found not in _THOUGHTS:
        raise invalid(f"messages.{index}.content.0.type: {_BEGINS.format(found=found)}")
    if not enabled and found in _THOUGHTS:
        # Seen in 2025-11 (tailcallhq/forgecode#1853).
        raise invalid(
            f"messages.{index}.content.0: When thinking is disabled, an `assistant` message in the "
            f"final position cannot contain `{found}`. To use thinking blocks, enable `thinking` in "
            "your request."
        )


def _begun(messages: Sequence[Message]) -> int | None:
    """The message with which the assistant's turn begins that is not over; None where there is none.

    Results of tools belong to that turn.
    """
    begun = None
    for index in range(len(messages) - 1, -1, -1):
        message = messages[index]
        if message["role"] == "assistant":
            begun = index
        elif message["role"] == "user" and not _answers(message):
            break
    return begun


def _answers(message: Message) -> bool:
    content = message.get("content")
    return isinstance(content, list) and bool(content) and content[0]["type"] == "tool_result"
