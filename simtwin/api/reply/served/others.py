"""The other tools of the server: tool search, MCP servers, the advisor."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from simtwin.api.reply.prose import answer, phrase
from simtwin.api.reply.said import SaidBlock, SaidResult, SaidUse
from simtwin.api.tokens import count

#: What each tool that is found adds to the input, besides its name.
_TOKENS_PER_TOOL = 120


def looked_up(place: int, search: str, found: Sequence[str]) -> list[SaidBlock]:
    """A search among the tools that are deferred, with their names."""
    words = found[0].replace("_", " ").replace("-", " ") if found else "tool"
    field = "pattern" if search.endswith("regex") else "query"
    asked = words.split()[-1] if field == "pattern" else words
    references = [{"type": "tool_reference", "tool_name": name} for name in found]
    content = {"type": "tool_search_tool_search_result", "tool_references": references}
    return [
        SaidUse(search, {field: asked}),
        SaidResult(
            "tool_search_tool_result", content, place, tokens=_TOKENS_PER_TOOL * len(references)
        ),
    ]


def asked_server(place: int, server: str, tool: str, rng: Random) -> list[SaidBlock]:
    """A call of an MCP server's tool."""
    text = answer(rng.randbytes(8))
    return [
        SaidUse(tool, {"question": phrase(rng).capitalize() + "?"}, "mcp_tool_use", server),
        SaidResult(
            "mcp_tool_result", [{"type": "text", "text": text}], place, tokens=count(text) + 20
        ),
    ]


def advised(place: int, name: str, rng: Random) -> list[SaidBlock]:
    """A word of another model's."""
    text = answer(rng.randbytes(8))
    content = {"type": "advisor_result", "text": text, "stop_reason": "end_turn"}
    return [
        SaidUse(name, {}),
        SaidResult("advisor_tool_result", content, place, tokens=count(text)),
    ]
