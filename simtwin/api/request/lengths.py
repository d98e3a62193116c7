"""How many tokens a prompt has up to each of its breakpoints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from simtwin.api.request.breakpoints import Breakpoint
from simtwin.api.request.steps import Steps
from simtwin.api.tokens import WINDOW, count_between, count_request

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
            after += yield from _sum(count_between(doc, (index, number), end), size)
            end = (index, number)
            counts[place] = tokens - after
        else:
            counts[place] = yield from _count(_up_to(doc, section, index), size)
            counts[place] -= yield from _count(_nothing(doc), size)
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


def _nothing(doc: Doc) -> Doc:
    """What counts as much as any prompt ends with."""
    return {"model": doc["model"], "messages": []}


def _count(doc: Doc, size: int) -> Steps[int]:
    return (yield from _sum(count_request(doc), size))


def _sum(parts: Iterable[int], size: int) -> Steps[int]:
    tokens = 0
    for part in parts:
        tokens += part
        if size > WINDOW:
            yield
    return tokens
