"""Context management: what a request has cleared from its conversation, and when it is compacted.

Edits and their defaults: platform.claude.com/docs, "Context editing" and "Compaction" (2026-08).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import attrs

from simtwin.api.reply.said import Json
from simtwin.api.request.betas import CONTEXT_EDITING, THRESHOLD
from simtwin.api.request.rules.summaries import is_summarized

#: With either of these an answer tells of edits even where the request asks for none.
_TELLING = (CONTEXT_EDITING, THRESHOLD)

_CLEAR_TOOLS, _CLEAR_THINKING = "clear_tool_uses_20250919", "clear_thinking_20251015"
_CLEAR_AT, _COMPACT_AT = 100_000, 150_000
_KEPT_TOOLS, _KEPT_THINKING = 3, 1
#: The size of what is cleared is told from its characters: counting them all could take long.
_CHARACTERS_PER_TOKEN = 4
#: Of a result whose call is not in the conversation, as some recordings have.
_NO_USE: Mapping[str, Any] = {"name": "", "input": ""}


@attrs.frozen
class Edited:
    """What becomes of a request's context.

    Args:
        told: the edits that the answer tells of, None where it has no word of them.
        cleared: the input tokens that they took away.
        compacts: whether the conversation is compacted.
        pauses: whether the answer ends with that.
    """

    told: tuple[Json, ...] | None = None
    cleared: int = 0
    compacts: bool = False
    pauses: bool = False


def edited(doc: Mapping[str, Any], betas: Collection[str], tokens: int) -> Edited:
    """What becomes of the context of a valid request of `tokens` input tokens."""
    config = doc.get("context_management")
    if not isinstance(config, dict):
        telling = any(beta in betas for beta in _TELLING) or _remembers(doc.get("tools") or ())
        return Edited(() if telling else None)
    told: list[Json] = []
    compacts = pauses = False
    whole = not is_summarized(doc["messages"])
    for edit in config.get("edits") or ():
        match edit.get("type"):
            case "clear_tool_uses_20250919":
                told += _cleared_tools(edit, doc["messages"], tokens)
            case "clear_thinking_20251015":
                told += _cleared_thinking(edit, doc["messages"])
            case "compact_20260112" if whole and tokens >= _trigger(
                edit, "input_tokens", _COMPACT_AT
            ):
                compacts, pauses = True, edit.get("pause_after_compaction") is True
    cleared = sum(edit["cleared_input_tokens"] for edit in told)
    return Edited(tuple(told), cleared, compacts, pauses)


def _remembers(tools: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the memory tool is there, which the API only takes with its beta."""
    return any(str(tool.get("type")).startswith("memory_") for tool in tools)


def _cleared_tools(
    edit: Mapping[str, Any], messages: Sequence[Mapping[str, Any]], tokens: int
) -> list[Json]:
    """Results of tools, the oldest first, but for the latest ones and those of excluded tools."""
    spared = frozenset(edit.get("exclude_tools") or ())
    uses = {block["id"]: block for _, block in _blocks(messages, "tool_use")}
    results = [
        (block, uses.get(block["tool_use_id"], _NO_USE))
        for _, block in _blocks(messages, "tool_result")
    ]
    trigger = edit.get("trigger") or {}
    if trigger.get("type") == "tool_uses":
        due = len(results) > _trigger(edit, "tool_uses", _KEPT_TOOLS)
    else:
        due = tokens > _trigger(edit, "input_tokens", _CLEAR_AT)
    if not due:
        return []
    clearable = [each for each in results if each[1]["name"] not in spared]
    dropped = clearable[: max(0, len(clearable) - _kept(edit, _KEPT_TOOLS))]
    inputs = edit.get("clear_tool_inputs") or ()
    size = sum(
        _characters(result.get("content"))
        + (len(str(use["input"])) if inputs is True or use["name"] in inputs else 0)
        for result, use in dropped
    )
    size //= _CHARACTERS_PER_TOKEN
    least = (edit.get("clear_at_least") or {}).get("value", 0)
    if not dropped or size < least:
        return []
    return [{"type": _CLEAR_TOOLS, "cleared_tool_uses": len(dropped), "cleared_input_tokens": size}]


def _cleared_thinking(edit: Mapping[str, Any], messages: Sequence[Mapping[str, Any]]) -> list[Json]:
    """What was thought in all turns but the latest ones in which something was thought."""
    keep = edit.get("keep")
    if keep == "all" or (isinstance(keep, dict) and keep.get("type") == "all"):
        return []
    turns: dict[int, int] = {}
    for index, block in _blocks(messages, "thinking"):
        turns[index] = turns.get(index, 0) + _characters(block["thinking"])
    dropped = list(turns.values())[: max(0, len(turns) - _kept(edit, _KEPT_THINKING))]
    if not dropped:
        return []
    size = sum(dropped) // _CHARACTERS_PER_TOKEN
    return [
        {
            "type": _CLEAR_THINKING,
            "cleared_thinking_turns": len(dropped),
            "cleared_input_tokens": size,
        }
    ]


def _trigger(edit: Mapping[str, Any], kind: str, default: int) -> int:
    trigger = edit.get("trigger")
    if isinstance(trigger, dict) and trigger.get("type") == kind:
        value = trigger.get("value")
        return value if isinstance(value, int) else default
    return default


def _kept(edit: Mapping[str, Any], default: int) -> int:
    keep = edit.get("keep")
    value = keep.get("value") if isinstance(keep, dict) else None
    return value if isinstance(value, int) else default


def _blocks(
    messages: Sequence[Mapping[str, Any]], kind: str
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Every block of a kind, with the number of its message."""
    for index, message in enumerate(messages):
        content = message.get("content")
        for block in content if isinstance(content, list) else ():
            if block["type"] == kind:
                yield index, block


def _characters(content: object) -> int:
    if isinstance(content, str):
        return len(content)
    if isinstance(content, list):
        return sum(len(str(block.get("text") or "")) for block in content)
    return 0
