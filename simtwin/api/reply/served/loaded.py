"""Which of the tools that have to be found first a conversation has brought in already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from simtwin.api.request.tools import Tool

Block = Mapping[str, Any]


def loaded(tools: Sequence[Tool], messages: Sequence[Block]) -> tuple[Tool, ...]:
    """The tools, those that were found or added before now as good as any other.

    As recorded: what a conversation refers to is called without another search (Sonnet 4.6 and
    Opus 4.8, 2026-08).
    """
    if not any(tool.deferred for tool in tools):
        return tuple(tools)
    names = {name for message in messages for name in _brought_in(message.get("content"))}
    return tuple(
        attrs.evolve(tool, deferred=False) if tool.name in names else tool for tool in tools
    )


def _brought_in(content: Any) -> Iterator[str]:
    """The names that blocks refer to: references in results, and additions by the system."""
    if isinstance(content, Mapping):
        yield from _brought_in(content.get("tool_references"))
        return
    for block in content if isinstance(content, list) else ():
        match block.get("type"):
            case "tool_reference":
                yield str(block.get("tool_name"))
            case "tool_addition":
                yield str((block.get("tool") or {}).get("name"))
            case "tool_result" | "tool_search_tool_result":
                yield from _brought_in(block.get("content"))
