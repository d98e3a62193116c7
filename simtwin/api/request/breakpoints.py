"""Where a request wants its prompt to be cached: `cache_control` on tools, blocks, or itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import attrs

from simtwin.api.errors import invalid
from simtwin.api.request.phrases import shown
from simtwin.api.request.steps import Steps
from simtwin.core.cache import FIVE_MINUTES, HOUR

#: "You can define up to 4 cache breakpoints": docs, "Prompt caching" (2026-10).
MOST_BREAKPOINTS = 4

Section = Literal["tools", "system", "messages"]
#: A block of a request: its section, the index there, and for messages the block in it, else 0.
Spot = tuple[Section, int, int]

#: Blocks that have no `cache_control` (SDK 2.12.0, content_block_param.py and its beta twin).
UNMARKABLE = frozenset(("fallback", "mcp_tool_listing", "redacted_thinking", "thinking"))
#: Blocks whose inner blocks may be marked. Such a mark counts for the whole block, as "sub-content
#: blocks … cannot be cached directly" (docs, 2026-10).
RESULTS = frozenset(("tool_result", "mcp_tool_result"))

_LIVES: Mapping[str, int] = {"5m": FIVE_MINUTES, "1h": HOUR}
#: How many blocks are looked at before others get a turn: about a millisecond.
_BLOCKS_AT_ONCE = 10_000


@attrs.frozen
class Breakpoint:
    """A block up to which the prompt is to be cached, and its `ttl`."""

    spot: Spot
    ttl: str = "5m"

    @property
    def life(self) -> int:
        """How long, in ns."""
        return _LIVES[self.ttl]


def read_breakpoints(doc: Mapping[str, Any]) -> Steps[tuple[Breakpoint, ...]]:
    """The breakpoints of a request, in order.

    Args:
        doc: a request of the right shape.

    Raises:
        Rejected: there are too many, or they do not go together.
    """
    if not (yield from _is_marked(doc)):
        return ()
    found: list[Breakpoint] = []
    late = None
    short = False
    for count, (holder, path, spot) in enumerate(_holders(doc)):
        if count % _BLOCKS_AT_ONCE == _BLOCKS_AT_ONCE - 1:
            yield
        ttl = None if holder is None else _ttl(holder)
        if holder is None or ttl is None:
            continue
        if holder.get("defer_loading") is True:
            # In many public reports of 2026.
            raise invalid(
                f"Tool '{shown(str(holder.get('name')))}' cannot have both defer_loading=true and "
                "cache_control set. Tools with defer_loading cannot use prompt caching."
            )
        if ttl == "5m":
            short = True
        elif short and late is None:
            late = path
        found.append(Breakpoint(spot, ttl))
    own = _ttl(doc)
    given = len(found) + (own is not None)
    # These rules, their order and their words were captured from the API on 2026-09-30 (claude-
    # haiku-4-5). The request's own mark counts even where it is on a block that is marked already.
    if given > MOST_BREAKPOINTS:
        raise invalid(
            f"A maximum of {MOST_BREAKPOINTS} blocks with cache_control may be provided. "
            f"Found {given}."
        )
    if late is not None:
        raise invalid(_hour_late(f"{late}.cache_control.ttl"))
    return tuple(found) if own is None else _with_own(doc, found, own)


def _is_marked(doc: Mapping[str, Any]) -> Steps[bool]:
    """Whether there is a mark at all: all that requests without one are to pay for."""
    if "cache_control" in doc or any("cache_control" in tool for tool in doc.get("tools") or ()):
        return True
    system = doc.get("system")
    if isinstance(system, list) and any("cache_control" in block for block in system):
        return True
    looked_at = 0
    for message in doc["messages"]:
        content = message.get("content")
        if not isinstance(content, list):
            continue
        for blocks in (content,) if len(content) <= _BLOCKS_AT_ONCE else _batches(content):
            for block in blocks:
                if "cache_control" in block or (block["type"] in RESULTS and _is_inside(block)):
                    return True
            looked_at += len(blocks)
            if looked_at >= _BLOCKS_AT_ONCE:
                looked_at = 0
                yield
    return False


def _batches(content: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(content), _BLOCKS_AT_ONCE):
        yield content[start : start + _BLOCKS_AT_ONCE]


def _is_inside(block: Mapping[str, Any]) -> bool:
    content = block.get("content")
    return isinstance(content, list) and any("cache_control" in part for part in content)


def _holders(doc: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any] | None, str, Spot]]:
    """What is marked, with its path and its block; and None for each block of a turn."""
    for index, tool in enumerate(doc.get("tools") or ()):
        if "cache_control" in tool:
            yield tool, f"tools.{index}", ("tools", index, 0)
    system = doc.get("system")
    for index, block in enumerate(system) if isinstance(system, list) else ():
        if "cache_control" in block:
            yield block, f"system.{index}", ("system", index, 0)
    for index, message in enumerate(doc["messages"]):
        content = message.get("content")
        for number, block in enumerate(content) if isinstance(content, list) else ():
            yield None, "", ("messages", index, number)
            yield from _in_turn(block, ("messages", index, number))


def _in_turn(block: Mapping[str, Any], spot: Spot) -> Iterator[tuple[Mapping[str, Any], str, Spot]]:
    path = f"messages.{spot[1]}.content.{spot[2]}"
    if block["type"] in RESULTS and isinstance(block.get("content"), list):
        for inner, part in enumerate(block["content"]):
            if "cache_control" in part:
                yield part, f"{path}.content.{inner}", spot
    if "cache_control" in block:
        yield block, path, spot


def _ttl(holder: Mapping[str, Any]) -> str | None:
    """The lifetime that a `cache_control` asks for, None where there is none."""
    control = holder.get("cache_control")
    return None if control is None else control.get("ttl") or "5m"


def _hour_late(path: str) -> str:
    return (
        f"{path}: a ttl='1h' cache_control block must not come after a ttl='5m' cache_control "
        "block. Note that blocks are processed in the following order: `tools`, `system`, "
        "`messages`."
    )


def _with_own(doc: Mapping[str, Any], found: list[Breakpoint], ttl: str) -> tuple[Breakpoint, ...]:
    """With the request's own mark, which is for its last block that can have one."""
    spot = _last_markable(doc)
    if spot is None:
        return tuple(found)
    if found and found[-1].spot == spot:
        if found[-1].ttl != ttl:
            raise invalid(
                f"Top-level cache_control has ttl='{ttl}' but the target block already has "
                f"cache_control with ttl='{found[-1].ttl}'. When both are specified on the same "
                "block, they must have matching TTLs."
            )
        return tuple(found)
    if ttl == "1h" and any(each.ttl == "5m" for each in found):
        raise invalid(_hour_late("cache_control"))
    return (*found, Breakpoint(spot, ttl))


def _last_markable(doc: Mapping[str, Any]) -> Spot | None:
    """The last block that can be marked: the API "silently walks backwards" to it (docs, 2026-10)."""
    messages = doc["messages"]
    for index in range(len(messages) - 1, -1, -1):
        number = _last_of(messages[index].get("content") or "")
        if number is not None:
            return "messages", index, number
    number = _last_of(doc.get("system") or "")
    if number is not None:
        return "system", number, 0
    tools = doc.get("tools") or ()
    for index in range(len(tools) - 1, -1, -1):
        if tools[index].get("defer_loading") is not True:
            return "tools", index, 0
    return None


def _last_of(content: Any) -> int | None:
    """The last block of a content that can be marked."""
    if isinstance(content, str):
        return 0 if content else None
    for number in range(len(content) - 1, -1, -1):
        block = content[number]
        if block["type"] not in UNMARKABLE and block.get("text") != "":
            return number
    return None
