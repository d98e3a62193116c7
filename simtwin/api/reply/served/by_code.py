"""Programmatic tool calling: code that calls the client's tools, pauses for each result, and ends.

    server_tool_use ─► tool_use (caller: the code) ═ answer ends, stop_reason tool_use
    tool_result ─► another tool_use of the same code, or its result and the rest of the answer

The client sends the results back with the container that the code waits in
(platform.claude.com/docs, "Programmatic tool calling", 2026-09).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import attrs

from simtwin.api.reply.said import SaidCall
from simtwin.api.reply.values.tool_input import make_input
from simtwin.api.request.parse import MessagesRequest
from simtwin.api.request.rules.programmatic import PausedCode, code_tool, is_called_by_code

#: Of this kind of tool the calls are told apart; all later ones have one name.
_OLDER = "code_execution_20250825"
_NEWER = "code_execution_20260120"
#: How many calls code makes at once, and after how many results it ends in any case.
_CALLS = (1, 1, 1, 2, 3)
_MOST_ROUNDS = 3
#: How much of each result the made-up code prints.
_PRINTED = 200


@attrs.frozen
class ByCode:
    """Calls by code: `code` where it begins with them, `finishes` (id, output) where it ends."""

    calls: tuple[SaidCall, ...] = ()
    code: str | None = None
    finishes: tuple[str, str] | None = None


def begun(request: MessagesRequest, place: int, rng: Random) -> ByCode | None:
    """Code that calls some of the tools that allow it, None where there are none.

    Args:
        request: the request.
        place: the number of the use that runs the code.
        rng: what is drawn from.
    """
    calls = _calls(request, place, rng)
    if not calls:
        return None
    lines = [
        f"result_{number} = await {call.name}({dict(call.input)!r})"
        for number, call in enumerate(calls)
    ]
    printed = ", ".join(f"result_{number}" for number in range(len(calls)))
    return ByCode(calls, "\n".join([*lines, f"print({printed}, sep='\\n')"]) + "\n")


def resumed(request: MessagesRequest, paused: PausedCode, source: bytes) -> ByCode:
    """How code goes on that waited for results: with more calls now and then, else to its end."""
    rng = Random(source + b"code")
    if paused.rounds < _MOST_ROUNDS and rng.random() < 1 / 4:
        calls = _calls(request, paused.id, rng)
        if calls:
            return ByCode(calls)
    printed = [text[:_PRINTED] for text in paused.results]
    return ByCode(finishes=(paused.id, "".join(text + "\n" for text in printed)))


def _calls(request: MessagesRequest, within: int | str, rng: Random) -> tuple[SaidCall, ...]:
    tools: Sequence[Mapping[str, Any]] = request.doc.get("tools") or ()
    runs = code_tool(tools)
    callable_ = {tool["name"] for tool in tools if "name" in tool and is_called_by_code(tool)}
    clients = [tool for tool in request.tools if tool.name in callable_]
    if runs is None or not clients or request.tool_choice.type == "none":
        return ()
    caller = _OLDER if runs == _OLDER else _NEWER
    calls: list[SaidCall] = []
    for _ in range(rng.choice(_CALLS)):
        tool = rng.choice(clients)
        call = SaidCall(tool.name, make_input(tool.input_schema, rng), within=within, caller=caller)
        if call not in calls:
            calls.append(call)
    return tuple(calls)
