"""Who speaks when, and that something is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simtwin.api.errors import Rejected, invalid
from simtwin.api.model import Model
from simtwin.api.request.rules.generation import takes_prefill, takes_system_turns
from simtwin.api.request.shape.pieces import AT_ONCE
from simtwin.api.request.steps import Steps

Message = Mapping[str, Any]

#: Blocks after which the model goes on by itself: their turn is no prefill.
_UNFINISHED = ("compaction", "server_tool_use", "mcp_tool_use")
_NO_PREFILL = (
    "This model does not support assistant message prefill. "
    "The conversation must end with a user message."
)
# Seen in 2026-09 (LeenHawk/gproxy#209).
_TOP_LEVEL = (
    "messages.0: use the top-level 'system' parameter for the initial system prompt; "
    "the directive-only form (content: [] with output_config) is accepted at any position"
)


def check_said(messages: Sequence[Message], system: object) -> Steps[None]:
    """That there are turns, and that every one of them says something.

    Raises:
        Rejected: one is empty where it may not be.
    """
    if not messages:
        raise invalid("messages: at least one message is required")
    if isinstance(system, list):
        yield from _check_blocks(system, "system")
    for index, message in enumerate(messages):
        content = message.get("content")
        if not content:
            _check_emptiness(message, index, final=index == len(messages) - 1)
        elif isinstance(content, str):
            if content.isspace():
                raise invalid("messages: text content blocks must contain non-whitespace text")
        else:
            yield from _check_blocks(content, f"messages.{index}.content")
        if index % AT_ONCE == AT_ONCE - 1:
            yield


def check_roles(messages: Sequence[Message], model: Model) -> Steps[None]:
    """That the system speaks only where it may.

    Raises:
        Rejected: a turn of the system has the wrong place, or the model takes none.
    """
    for index, message in enumerate(messages):
        if index % AT_ONCE == AT_ONCE - 1:
            yield
        if message["role"] != "system" or not message.get("content"):
            continue
        if not takes_system_turns(model):
            # Seen in 2026-05 (anthropics/claude-code#61412).
            raise invalid("role 'system' is not supported on this model")
        before = messages[index - 1] if index else None
        if before is None:
            raise invalid(_TOP_LEVEL)
        # The rules of place are in the documentation (mid-conversation system messages); style.
        if before["role"] == "system" and before.get("content"):
            raise invalid(f"messages.{index}: consecutive system messages are not allowed")
        if before["role"] == "assistant" and _last_type(before) not in _UNFINISHED:
            raise invalid(
                f"messages.{index}: a system message must follow a user message, or an assistant "
                "message that ends with a server tool use"
            )
        if index + 1 < len(messages) and messages[index + 1]["role"] == "user":
            raise invalid(
                f"messages.{index}: a system message must be the last message or be followed by an "
                "assistant message"
            )


def check_prefill(messages: Sequence[Message], model: Model, formatted: bool) -> None:
    """That the assistant has the last word only where its answer can go on from there.

    Args:
        messages: the turns.
        model: the model that answers.
        formatted: whether the answer has to have a format.

    Raises:
        Rejected: the model takes no prefill, the format does not, or it ends with a space.
    """
    last = messages[-1]
    if last["role"] != "assistant" or _last_type(last) != "text":
        return
    if not takes_prefill(model):
        raise invalid(_NO_PREFILL)
    content = last["content"]
    said = content if isinstance(content, str) else content[-1]["text"] if content else ""
    if said and said[-1].isspace():
        # Seen in 2025-11 (tailcallhq/forgecode#1872).
        raise invalid("messages: final assistant content cannot end with trailing whitespace")
    if formatted:
        # Documented for structured outputs; style.
        raise invalid("output_config.format: structured outputs cannot be used with prefill")


def _check_emptiness(message: Message, index: int, *, final: bool) -> None:
    if message["role"] == "system" and message.get("output_config") is not None:
        return
    if not (final and message["role"] == "assistant"):
        raise invalid(
            f"messages.{index}: all messages must have non-empty content "
            "except for the optional final assistant message"
        )


def _check_blocks(blocks: Sequence[Mapping[str, Any]], path: str) -> Steps[None]:
    for number, block in enumerate(blocks):
        if block["type"] == "text":
            text = block["text"]
            if not text or text.isspace():
                raise _unsaid(path, number, block)
        if number % AT_ONCE == AT_ONCE - 1:
            yield


def _last_type(message: Message) -> str:
    content = message.get("content")
    if isinstance(content, list) and content:
        tag: str = content[-1]["type"]
        return tag if not tag.endswith("_tool_result") else "server_tool_use"
    return "text"


def _unsaid(path: str, number: int, block: Mapping[str, Any]) -> Rejected:
    holder = path.partition(".")[0]
    if block["text"]:
        return invalid(f"{holder}: text content blocks must contain non-whitespace text")
    if block.get("cache_control") is not None:
        # Seen in 2026-02 (stakpak/agent#511).
        tag = "" if holder == "system" else ".text"
        return invalid(f"{path}.{number}{tag}: cache_control cannot be set for empty text blocks")
    return invalid(f"{holder}: text content blocks must be non-empty")
