"""The tools that a request offers, and which of them it wants called.

What comes here has the shape that the tables want.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

import attrs

from simtwin.api.errors import invalid
from simtwin.api.model import Model
from simtwin.api.reply.values.schema import check_schema
from simtwin.api.request.phrases import shown
from simtwin.api.request.rules.generation import refuses_forcing
from simtwin.api.request.rules.grammar import MOST_STRICT_TOOLS, Grammar
from simtwin.api.request.steps import Steps

#: Tools that bring others, whose names the request does not say.
_SETS = frozenset(("browser_toolset_20260801", "computer_toolset_20260801", "mcp_toolset"))
#: Only one of these may be given.
_DOMAINS = ("allowed_domains", "blocked_domains")
#: With this beta, and after it, every MCP server belongs to a toolset.
_TOOLSETS_SINCE = "mcp-client-2025-11-20"
_INVALID_SCHEMA = (
    "JSON schema is invalid. It must match JSON Schema draft 2020-12 "
    "(https://json-schema.org/draft/2020-12). Learn more about tool use at "
    "https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview."
)

Choosing = Literal["auto", "any", "tool", "none"]


@attrs.frozen
class Tool:
    """A tool that the model can call: one with a schema of its own.

    Args:
        name: what it is called by.
        input_schema: the JSON schema of its input.
        deferred: whether it has to be found by a search before it can be called.
    """

    name: str
    input_schema: Mapping[str, Any]
    deferred: bool = False


@attrs.frozen
class ToolChoice:
    """Whether a tool is called, and which. Forced where it is `any` or `tool`."""

    type: Choosing = "auto"
    name: str | None = None

    @property
    def forced(self) -> bool:
        """Whether the answer must be a call."""
        return self.type in _FORCING


AUTO = ToolChoice()
_FORCING = ("any", "tool")


@attrs.define
class Offer:
    """What the tools of a request come to.

    Args:
        tools: those that the model can call.
        names: of all.
        servers: of MCP, that a toolset takes its tools from.
        open: whether there are tools whose names the request does not say.
    """

    tools: list[Tool] = attrs.Factory(list)
    names: set[str] = attrs.Factory(set)
    servers: set[str] = attrs.Factory(set)
    open: bool = False


def read_choice(choice: Mapping[str, Any] | None) -> ToolChoice:
    """Which tool to call."""
    return AUTO if choice is None else ToolChoice(choice["type"], choice.get("name"))


def on_offer(tools: Sequence[Tool], choice: ToolChoice) -> tuple[Tool, ...]:
    """The tools that the answer may call under a choice."""
    if choice.type == "none":
        return ()
    if choice.type == "tool":
        return tuple(tool for tool in tools if tool.name == choice.name)
    return tuple(tool for tool in tools if not tool.deferred)


def read_tools(tools: Sequence[Mapping[str, Any]], grammar: Grammar) -> Steps[Offer]:
    """The tools that a request offers, held against each other.

    Args:
        tools: the tools, of the right shape.
        grammar: gets the schemas of those that are strict.

    Raises:
        Rejected: two have one name, or a schema is out of bounds.
    """
    offer = Offer()
    strict = 0
    for index, tool in enumerate(tools):
        tag = tool.get("type") or "custom"
        path = f"tools.{index}.{tag}"
        name = tool.get("name")
        if name in offer.names:
            # Seen in 2025.
            raise invalid("tools: Tool names must be unique.")
        if name is not None:
            offer.names.add(name)
        offer.open = offer.open or tag in _SETS
        strict += tool.get("strict") is True
        if tag == "custom":
            _check_schema(tool["input_schema"], path)
            if tool.get("strict") is True:
                grammar.add(tool["input_schema"], path)
            deferred = tool.get("defer_loading") is True
            offer.tools.append(Tool(tool["name"], tool["input_schema"], deferred))
            yield
        elif tag == "mcp_toolset":
            offer.servers.add(tool["mcp_server_name"])
        elif all(tool.get(field) for field in _DOMAINS):
            # Documented; style.
            raise invalid(f"{path}: only one of allowed_domains and blocked_domains may be set")
    if strict > MOST_STRICT_TOOLS:
        # Style, after the words for optional parameters.
        raise invalid(
            f"Too many strict tools ({strict}), which would make grammar compilation inefficient. "
            f"Reduce the number of strict tools (limit: {MOST_STRICT_TOOLS})."
        )
    return offer


def check_choice(doc: Mapping[str, Any], offer: Offer, model: Model) -> None:
    """Hold the choice of a tool against the tools, the thinking and the model.

    Raises:
        Rejected: there is no such tool, or a call cannot be forced.
    """
    choice = doc.get("tool_choice")
    if choice is None:
        return
    if not doc.get("tools") and not doc.get("mcp_servers"):
        # Recalled, like the next.
        raise invalid("tool_choice may only be specified while providing tools.")
    if choice["type"] not in _FORCING:
        return
    name = choice.get("name")
    if name is not None and name not in offer.names and not offer.open:
        raise invalid(f"Tool '{shown(name)}' not found in provided tools")
    refusal = refuses_forcing(model)
    if refusal is not None:
        raise invalid(refusal)
    if (doc.get("thinking") or {}).get("type") == "enabled":
        # Seen in 2026-08, for both kinds of force (workglow-dev/libs#746).
        raise invalid("Thinking may not be enabled when tool_choice forces tool use.")


def check_servers(doc: Mapping[str, Any], offer: Offer, betas: Collection[str]) -> None:
    """Hold the MCP servers against the toolsets that use them.

    Raises:
        Rejected: a toolset has no server, or a server no toolset where it must have one.
    """
    servers = dict.fromkeys(server["name"] for server in doc.get("mcp_servers") or ())
    for name in offer.servers.difference(servers):
        # Style, after the next.
        raise invalid(
            f"MCP server '{shown(name)}' is referenced by an `mcp_toolset` in `tools` but not "
            "defined in `mcp_servers`."
        )
    if any(beta.startswith("mcp-client-") and beta >= _TOOLSETS_SINCE for beta in betas):
        for name in servers:
            if name not in offer.servers:
                # Seen in 2026-09 (anthropics/anthropic-sdk-csharp#255).
                raise invalid(
                    f"MCP server '{shown(name)}' is defined but not referenced by any "
                    "`mcp_toolset` in `tools`."
                )


def _check_schema(schema: Mapping[str, Any], path: str) -> None:
    if not schema.keys().isdisjoint(("oneOf", "allOf", "anyOf")):
        # Seen in 2025.
        raise invalid(
            f"{path}.input_schema: input_schema does not support oneOf, allOf, or anyOf "
            "at the top level"
        )
    if check_schema(schema) is not None:
        # Seen in 2026-08 (anthropics/claude-code#86665); the real API does not say why either.
        raise invalid(f"{path}.input_schema: {_INVALID_SCHEMA}")
