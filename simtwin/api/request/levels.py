"""What a cached prompt depends on besides its blocks.

A prompt is cached level by level: tools, then system, then messages. What is changed at a level
makes that level and those after it new. The table is that of "What invalidates the cache"
(platform.claude.com/docs/en/build-with-claude/prompt-caching, 2026-10):

    what changes                          tools   system  messages
    model                                  new     new     new
    tool definitions, MCP servers          new     new     new
    web search and fetch, citations         -      new     new
    speed, output format                    -      new     new
    tool choice, parallel calls             -       -      new
    images there or not                     -       -      new
    thinking mode and budget, effort        -       -      new

On "models that render the configuration ahead of them" thinking and effort make tools and system
new as well; which these are no page says. Values that are the default count as absent. The model's
row is from "Cache diagnostics", the format's from "Structured outputs", that of parallel calls from
"Tool use with prompt caching" (same site and time); for MCP servers none is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import attrs

from simtwin.api.caching import Caching, caching
from simtwin.api.model import Model
from simtwin.api.request.breakpoints import RESULTS
from simtwin.api.request.steps import Steps

Doc = Mapping[str, Any]

#: Tools that are toggled at the level of the system prompt, whatever their date.
_WEB = ("web_search_", "web_fetch_")
#: How many blocks are looked at before others get a turn: about a millisecond.
_BLOCKS_AT_ONCE = 5_000


@attrs.frozen
class Asked:
    """What the levels look at: a request, its model, and what some block of its turns has."""

    doc: Doc
    model: Model
    how: Caching
    images: bool
    citations: bool


def is_web(tool: Doc) -> bool:
    """Whether a tool is one of those that are toggled at the level of the system prompt."""
    tag = tool.get("type")
    return isinstance(tag, str) and tag.startswith(_WEB)


def looked_at(doc: Doc, model: Model) -> Steps[Asked]:
    """The request with what has to be looked for in all of its blocks."""
    images = citations = False
    for count, block in enumerate(_blocks(doc["messages"])):
        tag = block["type"]
        images = images or tag == "image"
        citations = citations or (
            tag in ("document", "search_result")
            and (block.get("citations") or {}).get("enabled") is True
        )
        if count % _BLOCKS_AT_ONCE == _BLOCKS_AT_ONCE - 1:
            yield
    return Asked(doc, model, caching(model), images, citations)


def _blocks(messages: Any) -> Iterator[Doc]:
    """Every block of the turns, those in results of tools as well."""
    for message in messages:
        content = message.get("content")
        for block in content if isinstance(content, list) else ():
            yield block
            if block["type"] in RESULTS and isinstance(block.get("content"), list):
                yield from block["content"]


def _format(asked: Asked) -> object:
    config = asked.doc.get("output_config") or {}
    return config.get("format") or asked.doc.get("output_format")


def _choice(asked: Asked) -> object:
    choice = asked.doc.get("tool_choice") or {}
    return (
        choice.get("type", "auto"),
        choice.get("name"),
        choice.get("disable_parallel_tool_use") is True,
    )


def _thinking(asked: Asked) -> object:
    config = asked.doc.get("thinking") or {}
    return config.get("type", asked.how.thinking), config.get("budget_tokens")


def _effort(asked: Asked) -> object:
    config = asked.doc.get("output_config") or {}
    return config.get("effort") or asked.how.effort


Level = Mapping[str, Callable[[Asked], object]]

TOOLS: Level = {
    "model": lambda asked: asked.model.id,
    "mcp_servers": lambda asked: asked.doc.get("mcp_servers"),
}
SYSTEM: Level = {
    "citations": lambda asked: asked.citations,
    "speed": lambda asked: asked.doc.get("speed") or "standard",
    "format": _format,
}
MESSAGES: Level = {
    "tool_choice": _choice,
    "images": lambda asked: asked.images,
    "thinking": _thinking,
    "effort": _effort,
}


def begin(level: Level, asked: Asked) -> list[object]:
    """What a level depends on, in the order of the table."""
    return [read(asked) for read in level.values()]
