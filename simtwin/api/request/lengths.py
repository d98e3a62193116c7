"""How many tokens a prompt has up to each of its breakpoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simtwin.api.request.breakpoints import Breakpoint
from simtwin.api.request.steps import Steps
from simtwin.api.tokens import WINDOW, count_request

Doc = Mapping[str, Any]


def lengths(
    doc: Doc, breakpoints: Sequence[Breakpoint], tokens: int, tail: int, size: int
) -> Steps[tuple[int, ...]]:
    """The tokens up to each breakpoint; they never fall from one to the next.

    In tools and system what comes before is counted, in messages what comes after is taken off the
    whole, a stretch at a time from the end: breakpoints mostly are near one or the other.

    Args:
        doc: a valid request.
        breakpoints: its breakpoints, in order.
        tokens: what all of it counts.
        tail: how many of them come after the last block, and so after every breakpoint.
        size: its body in bytes; a small one is counted without a pause.
    """
    counts = [0] * len(breakpoints)
    after = tail
    end = len(doc["messages"]) - 1, -1
    for place in range(len(breakpoints) - 1, -1, -1):
        section, index, number = breakpoints[place].spot
        if section == "messages":
            after += yield from _stretch(doc, (index, number), end, size)
            end = (index, number)
            counts[place] = tokens - after
        else:
            counts[place] = yield from _count(_up_to(doc, section, index), size)
    least = 0
    for place, count in enumerate(counts):
        counts[place] = least = max(least, min(count, tokens - tail))
    return tuple(counts)


def _up_to(doc: Doc, section: str, index: int) -> Doc:
    """The request as far as a tool, or a block of the system prompt."""
    if section == "tools":
        kept = {name: doc[name] for name in ("model", "tool_choice") if name in doc}
        return {**kept, "tools": doc["tools"][: index + 1], "messages": []}
    system = doc["system"]
    if isinstance(system, list):
        system = system[: index + 1]
    return {**doc, "system": system, "messages": []}


def _stretch(doc: Doc, start: tuple[int, int], end: tuple[int, int], size: int) -> Steps[int]:
    """The tokens of the turns after the block `start` up to the block `end`; -1 is the last."""
    messages = doc["messages"]
    turns = [
        _part(
            messages[index],
            start[1] + 1 if index == start[0] else 0,
            end[1] + 1 if index == end[0] else 0,
        )
        for index in range(start[0], end[0] + 1)
    ]
    begun = turns[0]
    if not begun.get("content"):
        del turns[0]
    if not turns:
        return 0
    count = yield from _count({"model": doc["model"], "messages": turns}, size)
    if turns[0] is begun:
        # What a turn costs besides its blocks is counted with its first one.
        count -= yield from _count({"model": doc["model"], "messages": [_part(begun, 1, 1)]}, size)
        return max(0, count)
    return count - (yield from _count({"model": doc["model"], "messages": []}, size))


def _part(message: Doc, start: int, end: int) -> Doc:
    """The blocks of a turn from `start` to before `end`; 0 is to the last."""
    content = message.get("content") or ""
    if isinstance(content, str):
        return message if start == 0 else {**message, "content": []}
    if start == 0 and end in (0, len(content)):
        return message
    return {**message, "content": content[start : end or None]}


def _count(doc: Doc, size: int) -> Steps[int]:
    tokens = 0
    for part in count_request(doc):
        tokens += part
        if size > WINDOW:
            yield
    return tokens
