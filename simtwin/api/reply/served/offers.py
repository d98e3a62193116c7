"""Which of the tools on offer an answer uses: the client's, the server's, or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

import attrs

from simtwin.api.reply.said import Json, SaidCall
from simtwin.api.reply.served.by_code import begun, resumed
from simtwin.api.reply.served.loaded import loaded
from simtwin.api.reply.turn import Served
from simtwin.api.reply.values.tool_input import make_input
from simtwin.api.request.parse import MessagesRequest
from simtwin.api.request.rules.programmatic import is_called_by_code, paused_code
from simtwin.api.request.tools import Tool, on_offer

Offer = Mapping[str, Any]

#: How many calls an answer makes where it may make several: recorded answers have 1 to 4.
_CALLS = (1, 1, 1, 1, 1, 1, 1, 2, 2, 3)
_MOST_SEARCHES = 2
_FOUND = 3
#: Inputs of tools whose schema the API knows, by what their dated types begin with.
_KNOWN_INPUTS: Mapping[str, Sequence[Json]] = {
    "bash_": ({"command": "ls -la"}, {"command": "pwd"}, {"command": "git status"}),
    "computer_2": ({"action": "screenshot"},),
    "memory_": ({"command": "view", "path": "/memories"},),
    "text_editor_": ({"command": "view", "path": "/repo"},),
}
_TOOLSETS: Mapping[str, str] = {"browser_toolset_": "browser", "computer_toolset_": "computer"}
#: Those of the server that answer a question by themselves.
_ANSWERING = ("advisor_", "code_execution_", "web_fetch_", "web_search_")


@attrs.frozen
class Used:
    """What an answer uses."""

    calls: tuple[SaidCall, ...] = ()
    served: tuple[Served, ...] = ()
    code: str | None = None
    finishes: tuple[str, str] | None = None


def used(request: MessagesRequest, source: bytes, url: Callable[[], str]) -> Used:
    """What the answer uses of the request's tools; nothing where it answers a call already.

    Args:
        request: the request.
        source: what is drawn from.
        url: the page that the conversation is about.
    """
    choice, offers = request.tool_choice, _offers(request)
    paused = paused_code(request.doc["messages"]) if request.last_is_tool_result else None
    if paused is not None:
        on = resumed(request, paused, source)
        return Used(on.calls, finishes=on.finishes)
    if choice.type == "none" or (request.last_is_tool_result and not choice.forced):
        return Used()
    rng = Random(source + b"tool")
    tools = loaded(request.tools, request.doc["messages"])
    clients = _clients(request, tools, offers)
    served = _served(request.doc, offers, rng, url)
    if choice.type == "tool":
        named = [make for name, make in clients if name == choice.name]
        if named:
            return Used(calls=(named[0](rng),))
        return Used(served=tuple(each for each in served if each.name == choice.name)[:1])
    found = _found(tools, offers, rng)
    by_code = None if choice.forced else begun(request, 0, rng)
    if by_code is not None:
        served = [each for each in served if not each.tool.startswith("code_execution_")]
    ways = [Used(served=(rng.choice(served),))] if served and not choice.forced else []
    if by_code is not None:
        ways.append(Used(by_code.calls, code=by_code.code))
    if clients:
        ways.append(Used(calls=_several(request.doc, clients, rng)))
    if found.calls:
        ways.append(found)
    return rng.choice(ways) if ways else Used(served=tuple(served[:1]))


def eager(request: MessagesRequest) -> frozenset[str]:
    """The names of the tools whose input is to be streamed as it is written."""
    return frozenset(
        str(tool.get("name"))
        for tool in request.doc.get("tools") or ()
        if tool.get("eager_input_streaming") is True
    )


_Client = tuple[str, Callable[[Random], SaidCall]]


def _offers(request: MessagesRequest) -> Sequence[Offer]:
    """The tools whose behaviour the API knows."""
    tools: Sequence[Offer] = request.doc.get("tools") or ()
    return [tool for tool in tools if tool.get("type") not in (None, "custom")]


def _clients(
    request: MessagesRequest, tools: Sequence[Tool], offers: Sequence[Offer]
) -> list[_Client]:
    """The client's tools that can be called, by name, with what makes a call of each."""
    indirect = {
        tool.get("name")
        for tool in request.doc.get("tools") or ()
        if tool.get("allowed_callers") and "direct" not in tool["allowed_callers"]
    }
    made = [_custom(tool) for tool in on_offer(tools, request.tool_choice)]
    made = [each for each in made if each[0] not in indirect]
    for tool in offers:
        kind, name = str(tool["type"]), str(tool.get("name"))
        for start, inputs in _KNOWN_INPUTS.items():
            if kind.startswith(start):
                made.append(_known(name, inputs))
        for start, family in _TOOLSETS.items():
            if kind.startswith(start):
                made.append(_member(family))
    return made


def _custom(tool: Tool) -> _Client:
    return tool.name, lambda rng: SaidCall(tool.name, make_input(tool.input_schema, rng))


def _known(name: str, inputs: Sequence[Json]) -> _Client:
    return name, lambda rng: SaidCall(name, rng.choice(inputs))


def _member(family: str) -> _Client:
    return family, lambda _: SaidCall("screenshot", {}, family)


def _several(doc: Offer, clients: Sequence[_Client], rng: Random) -> tuple[SaidCall, ...]:
    """One call, or a few at once; a second call of the same tool has another input."""
    choice = doc.get("tool_choice") or {}
    calls = [rng.choice(clients)[1](rng)]
    if choice.get("disable_parallel_tool_use") is not True:
        for _ in range(rng.choice(_CALLS) - 1):
            call = rng.choice(clients)[1](rng)
            if call not in calls:
                calls.append(call)
    return tuple(calls)


def _served(
    doc: Offer, offers: Sequence[Offer], rng: Random, url: Callable[[], str]
) -> list[Served]:
    """The server's tools that can answer."""
    made = []
    for tool in offers:
        kind, name = str(tool["type"]), str(tool.get("name"))
        if not kind.startswith(_ANSWERING) or tool.get("defer_loading") is True:
            continue
        citing = tool.get("citations") or {}
        made.append(
            Served(
                kind,
                name,
                domains=tuple(str(each) for each in (tool.get("allowed_domains") or ())[:3]),
                url=url() if kind.startswith("web_fetch_") else "",
                cited=citing.get("enabled") is True,
                times=_times(tool, rng) if kind.startswith("web_search_") else 1,
                direct=not is_called_by_code(tool),
            )
        )
    toolsets = {tool.get("mcp_server_name"): tool for tool in offers}
    for server in doc.get("mcp_servers") or ():
        name = str(server.get("name"))
        made.append(Served("mcp", _server_tool(server, toolsets.get(name) or {}), server=name))
    return made


def _times(tool: Offer, rng: Random) -> int:
    most = tool.get("max_uses")
    wanted = rng.randint(1, _MOST_SEARCHES)
    return max(1, min(wanted, most)) if isinstance(most, int) else wanted


def _server_tool(server: Offer, toolset: Offer) -> str:
    """A tool of an MCP server: one that the request names, since the server is not asked."""
    allowed = (server.get("tool_configuration") or {}).get("allowed_tools") or ()
    listed = [tool.get("name") for tool in toolset.get("tools") or ()]
    enabled = [
        name
        for name, config in (toolset.get("configs") or {}).items()
        if not isinstance(config, dict) or config.get("enabled") is not False
    ]
    return str(next(iter([*allowed, *listed, *enabled]), "ask_question"))


def _found(tools: Sequence[Tool], offers: Sequence[Offer], rng: Random) -> Used:
    """Tools that have to be searched for first, where there is a search."""
    searches = [tool for tool in offers if str(tool["type"]).startswith("tool_search_tool_")]
    deferred = [tool for tool in tools if tool.deferred]
    if not searches or not deferred:
        return Used()
    found = rng.choice(deferred)
    others = [tool.name for tool in deferred if tool is not found]
    names = (found.name, *rng.sample(others, min(len(others), rng.randrange(_FOUND))))
    search = Served(str(searches[0]["type"]), str(searches[0].get("name")), found=names)
    return Used((SaidCall(found.name, make_input(found.input_schema, rng)),), (search,))
