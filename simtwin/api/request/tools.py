"""The tools that a request offers, and which of them it wants called."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import attrs

from simtwin.api.errors import Rejected, invalid
from simtwin.api.reply.schema import check_schema
from simtwin.api.request.phrases import MISSING, NOT_A, field_fault, one_of, shown, unknown_tag

LONGEST_NAME = 128
_NAME_CHARACTERS = re.compile(r"[a-zA-Z0-9_-]+", re.ASCII)

#: Tools whose behaviour the API knows, by their dated type (SDK 2.12.0, tool_union_param.py and its
#: beta twin). The twin's model never calls one.
TYPED = frozenset(
    (
        "advisor_20260301",
        "bash_20241022",
        "bash_20250124",
        "browser_toolset_20260801",
        "code_execution_20250522",
        "code_execution_20250825",
        "code_execution_20260120",
        "code_execution_20260521",
        "computer_20241022",
        "computer_20250124",
        "computer_20251124",
        "computer_toolset_20260801",
        "mcp_toolset",
        "memory_20250818",
        "text_editor_20241022",
        "text_editor_20250124",
        "text_editor_20250429",
        "text_editor_20250728",
        "tool_search_tool_bm25",
        "tool_search_tool_bm25_20251119",
        "tool_search_tool_regex",
        "tool_search_tool_regex_20251119",
        "web_fetch_20250910",
        "web_fetch_20260209",
        "web_fetch_20260309",
        "web_fetch_20260318",
        "web_search_20250305",
        "web_search_20260209",
        "web_search_20260318",
    )
)
_TAGS = TYPED | {"custom"}

Choosing = Literal["auto", "any", "tool", "none"]
_CHOICES: tuple[Choosing, ...] = ("auto", "any", "tool", "none")


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
        return self.type in ("any", "tool")


AUTO = ToolChoice()


def read_tools(tools: object) -> tuple[tuple[Tool, ...], frozenset[str], str | None]:
    """The tools that can be called, the names of all, and what pydantic would not have seen.

    Raises:
        Rejected: a tool does not have the shape it should have, or its schema is out of bounds.
    """
    if not isinstance(tools, list):
        raise invalid(f"tools: {NOT_A[list]}")
    callable_tools = []
    names: list[str] = []
    for index, tool in enumerate(tools):
        if not isinstance(tool, dict):
            raise invalid(f"tools.{index}: {NOT_A[dict]}")
        tag = tool.get("type") or "custom"
        if not isinstance(tag, str) or tag not in _TAGS:
            raise invalid(f"tools.{index}: {unknown_tag(tag, _TAGS)}")
        if tag == "custom":
            callable_tools.append(_custom(tool, f"tools.{index}.custom"))
        name = tool.get("name")
        if isinstance(name, str):
            names.append(name)
    known = frozenset(names)
    doubled = None if len(known) == len(names) else "tools: Tool names must be unique."
    return tuple(callable_tools), known, doubled


def read_choice(choice: object, names: frozenset[str]) -> tuple[ToolChoice, str | None]:
    """Which tool to call, and what pydantic would not have seen.

    Raises:
        Rejected: it does not have the shape it should have.
    """
    if not isinstance(choice, dict):
        raise invalid(f"tool_choice: {NOT_A[dict]}")
    if "type" not in choice:
        raise invalid(f"tool_choice.type: {MISSING}")
    tag = choice["type"]
    if tag not in _CHOICES:
        raise invalid(f"tool_choice: {unknown_tag(tag, _CHOICES)}")
    name = None
    if tag == "tool":
        fault = field_fault(choice, "name", str)
        if fault is not None:
            raise invalid(f"tool_choice.tool.name: {fault}")
        name = choice["name"]
    if not names:
        return ToolChoice(tag, name), "tool_choice may only be specified while providing tools."
    if name is not None and name not in names:
        return ToolChoice(tag, name), f"Tool '{shown(name)}' not found in provided tools"
    return ToolChoice(tag, name), None


def on_offer(tools: Sequence[Tool], choice: ToolChoice) -> tuple[Tool, ...]:
    """The tools that the answer may call under a choice."""
    if choice.type == "none":
        return ()
    if choice.type == "tool":
        return tuple(tool for tool in tools if tool.name == choice.name)
    return tuple(tool for tool in tools if not tool.deferred)


def _custom(tool: Mapping[str, Any], path: str) -> Tool:
    fault = field_fault(tool, "name", str)
    if fault is not None:
        raise invalid(f"{path}.name: {fault}")
    name = tool["name"]
    if len(name) > LONGEST_NAME:
        raise invalid(f"{path}.name: String should have at most {LONGEST_NAME} characters")
    if not _NAME_CHARACTERS.fullmatch(name):
        pattern = f"^[a-zA-Z0-9_-]{{1,{LONGEST_NAME}}}$"
        raise invalid(f"{path}.name: String should match pattern '{pattern}'")
    fault = field_fault(tool, "input_schema", dict)
    if fault is not None:
        raise invalid(f"{path}.input_schema: {fault}")
    schema = tool["input_schema"]
    if schema.get("type") != "object":
        said = one_of(["object"]) if "type" in schema else MISSING
        raise invalid(f"{path}.input_schema.type: {said}")
    reason = check_schema(schema)
    if reason is not None:
        raise _bad_schema(path, reason)
    return Tool(name, schema, tool.get("defer_loading") is True)


def _bad_schema(path: str, reason: str) -> Rejected:
    return invalid(
        f"{path}.input_schema: JSON schema is invalid. It must match JSON Schema draft 2020-12 "
        f"(https://json-schema.org/draft/2020-12): {reason}"
    )
