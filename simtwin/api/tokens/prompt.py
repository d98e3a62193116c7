"""How many tokens a request has: its text, and what models get besides.

    hidden prompts + tools + system + turns + what a prompt ends with

`count_tokens` and the usage of an answer are both this sum.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from simtwin.api.tokens.blocks import content_parts
from simtwin.api.tokens.definitions import definition_parts
from simtwin.api.tokens.family import Family, family
from simtwin.api.tokens.parts import Part, Weighed
from simtwin.api.tokens.scale import TOKEN
from simtwin.api.tokens.text import WINDOW, size, windows
from simtwin.api.tokens.turns import Spot, Turns

#: Counted without a pause, in characters: where each of them is a piece of its own, some 6 ms.
_AT_ONCE = WINDOW // 4
#: What a text counts for in that besides its characters: many short ones take long as well.
_OVERHEAD = 64

# From recordings of 2024 to 2026, in tokens.
_HIDDEN = 1  # where tools begin, and where a system prompt does after them
_NAMED = 2  # the tool that is forced, besides its name
_BUDGET = 34  # a task budget
_SERVER = 135  # each tool of an MCP server; how many there are is known only there
_MCP_TOOLS = 3

#: Fields that add to the prompt by being there.
_SETTINGS = frozenset(("output_config", "output_format", "thinking"))

Doc = Mapping[str, Any]


def count_request(doc: Doc) -> Iterator[int]:
    """The input tokens of a valid request, in parts.

    Each part is counted from at most `WINDOW` characters, so that whoever sums them up can let
    others have a turn in between.

    Args:
        doc: the request; `model` says how it is counted.
    """
    kind = family(doc.get("model"))
    return _summed(_parts(doc, kind), kind)


def count_between(doc: Doc, start: Spot, end: Spot) -> Iterator[int]:
    """The input tokens of the turns of a request after one block up to another, in parts.

    Args:
        doc: a valid request.
        start: the message and block after which counting begins.
        end: the message and block with which it ends; block -1 is the last of its message.
    """
    kind = family(doc.get("model"))
    turns = Turns(doc["messages"], doc.get("tools") or (), kind)
    return _summed(turns.parts(start, end), kind)


def _summed(parts: Iterable[Part], kind: Family) -> Iterator[int]:
    owed = TOKEN // 2
    looked_at = 0
    for part in parts:
        if isinstance(part, int):
            owed += part * TOKEN
        elif isinstance(part, Weighed):
            owed += part.tokens * TOKEN
            looked_at += part.looked_at
        else:
            for window in windows(part):
                if looked_at + len(window) > _AT_ONCE:
                    yield owed // TOKEN
                    owed %= TOKEN
                    looked_at = 0
                owed += size(window, kind.scale)
                looked_at += len(window) + _OVERHEAD
        if looked_at > _AT_ONCE:
            yield owed // TOKEN
            owed %= TOKEN
            looked_at = 0
    yield owed // TOKEN


def _parts(doc: Doc, kind: Family) -> Iterator[Part]:
    if not _SETTINGS.isdisjoint(doc):
        yield from _settings(doc, kind)
    tools = doc.get("tools") or ()
    if tools:
        yield from _tool_prompt(doc, kind)
        yield from definition_parts(tools, kind)
    for server in doc.get("mcp_servers") or ():
        allowed = (server.get("tool_configuration") or {}).get("allowed_tools")
        yield _SERVER * (len(allowed) if allowed else _MCP_TOOLS)
    system = doc.get("system")
    if system:
        if tools:
            yield _HIDDEN
        yield from content_parts(system, kind, {})
    yield from Turns(doc["messages"], tools, kind).parts()


def _settings(doc: Doc, kind: Family) -> Iterator[Part]:
    """What thinking and the output's configuration add."""
    forced = (doc.get("tool_choice") or {}).get("type") in ("any", "tool")
    thinking = (doc.get("thinking") or {}).get("type")
    if thinking == "enabled":
        yield kind.enabled
    elif thinking == "adaptive" and not forced:
        yield kind.adaptive
    config = doc.get("output_config") or {}
    if config.get("task_budget"):
        yield _BUDGET
    form = config.get("format") or doc.get("output_format") or {}
    if form.get("schema") is not None:
        yield kind.format
        yield json.dumps(form["schema"], ensure_ascii=False, sort_keys=True)


def _tool_prompt(doc: Doc, kind: Family) -> Iterator[Part]:
    choice = doc.get("tool_choice") or {}
    forced = choice.get("type") in ("any", "tool")
    yield _HIDDEN + (kind.forced if forced else kind.tools)
    if choice.get("type") == "tool":
        yield _NAMED
        yield choice.get("name") or ""
    if any(tool.get("defer_loading") is True for tool in doc["tools"]):
        yield kind.deferred
