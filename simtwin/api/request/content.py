"""The turns of a conversation and the blocks that they are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simtwin.api.errors import invalid
from simtwin.api.request.phrases import (
    EXTRA,
    MISSING,
    NOT_A,
    field_fault,
    one_of,
    shown,
    unknown_tag,
)
from simtwin.api.request.steps import Steps

#: "There is a limit of 100,000 messages in a single request": SDK 2.12.0, message_create_params.
MOST_MESSAGES = 100_000

ROLES = ("user", "assistant", "system")
_MESSAGE_FIELDS = frozenset(("role", "content"))

_CALL = (("id", str), ("name", str), ("input", dict))
_ANSWER = (("tool_use_id", str),)
_SOURCE = (("source", dict),)

#: Every block that a turn may hold (SDK 2.12.0, content_block_param.py and its beta twin), with the
#: fields without which it cannot be read.
BLOCKS: Mapping[str, Sequence[tuple[str, type]]] = {
    "advisor_tool_result": _ANSWER,
    "bash_code_execution_tool_result": _ANSWER,
    "code_execution_tool_result": _ANSWER,
    "compaction": (),
    "container_upload": (("file_id", str),),
    "document": _SOURCE,
    "fallback": (),
    "image": _SOURCE,
    "mcp_tool_listing": (),
    "mcp_tool_result": _ANSWER,
    "mcp_tool_use": _CALL,
    "redacted_thinking": (("data", str),),
    "search_result": (("content", list),),
    "server_tool_use": _CALL,
    "text": (("text", str),),
    "text_editor_code_execution_tool_result": _ANSWER,
    "thinking": (("thinking", str), ("signature", str)),
    "tool_addition": (),
    "tool_reference": (("tool_name", str),),
    "tool_removal": (),
    "tool_result": _ANSWER,
    "tool_search_tool_result": _ANSWER,
    "tool_use": _CALL,
    "web_fetch_tool_result": _ANSWER,
    "web_search_tool_result": _ANSWER,
}
#: What may stand inside the result of a tool, or inside a document.
_INNER: Mapping[str, Sequence[tuple[str, type]]] = {
    name: BLOCKS[name] for name in ("document", "image", "search_result", "text", "tool_reference")
}
_IN_DOCUMENT = {name: BLOCKS[name] for name in ("image", "text")}
_RESULTS = frozenset(("tool_result", "mcp_tool_result"))

#: How many blocks are looked at before others get a turn: about a millisecond.
_BLOCKS_AT_ONCE = 2_000


def check_messages(messages: object) -> Steps[str | None]:
    """Validate the turns, with a pause after every few; returns what pydantic would not have seen.

    That is a text that is empty where there must be one: told only when the whole request has the
    right shape.

    Raises:
        Rejected: a turn or a block does not have the shape it should have.
    """
    if not isinstance(messages, list):
        raise invalid(f"messages: {NOT_A[list]}")
    if len(messages) > MOST_MESSAGES:
        raise invalid(
            f"messages: List should have at most {MOST_MESSAGES} items after validation, "
            f"not {len(messages)}"
        )
    empty = None if messages else "messages: at least one message is required"
    looked_at = 0
    for index, message in enumerate(messages):
        fault = _message_fault(message)
        if fault is not None:
            raise invalid(f"messages.{index}{fault}")
        empty = empty or _emptiness(message, index, final=index == len(messages) - 1)
        content = message["content"]
        looked_at += 1 if isinstance(content, str) else 1 + len(content)
        if looked_at > _BLOCKS_AT_ONCE:
            looked_at = 0
            yield
    return empty


def check_system(system: object) -> str | None:
    """Validate the system prompt; returns what pydantic would not have seen, as `check_messages`.

    Raises:
        Rejected: it is neither text nor text blocks.
    """
    if isinstance(system, str):
        return None
    if not isinstance(system, list):
        raise invalid(f"system: {NOT_A[list]}")
    empty = None
    for index, block in enumerate(system):
        if not isinstance(block, dict):
            raise invalid(f"system.{index}: {NOT_A[dict]}")
        if block.get("type") != "text":
            raise invalid(
                f"system.{index}.type: {one_of(['text']) if 'type' in block else MISSING}"
            )
        fault = field_fault(block, "text", str)
        if fault is not None:
            raise invalid(f"system.{index}.text: {fault}")
        empty = empty or _text_emptiness("system", block["text"])
    return empty


def ends_with_tool_result(messages: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the last turn of the conversation answers a tool call; system turns do not count."""
    for message in reversed(messages):
        if message["role"] != "system":
            content = message["content"]
            return (
                message["role"] == "user"
                and not isinstance(content, str)
                and any(block["type"] in _RESULTS for block in content)
            )
    return False


def _message_fault(message: object) -> str | None:
    """What is wrong with a turn, as the rest of a path with its phrase."""
    if not isinstance(message, dict):
        return f": {NOT_A[dict]}"
    role = message.get("role")
    if role not in ROLES:
        return f".role: {one_of(ROLES) if 'role' in message else MISSING}"
    content = message.get("content")
    if not isinstance(content, str):
        if not isinstance(content, list):
            return f".content: {NOT_A[list] if 'content' in message else MISSING}"
        for index, block in enumerate(content):
            fault = _block_fault(block, BLOCKS)
            if fault is not None:
                return f".content.{index}{fault}"
    if len(message) > len(_MESSAGE_FIELDS):
        extra = next(name for name in message if name not in _MESSAGE_FIELDS)
        return f".{shown(extra)}: {EXTRA}"
    return None


def _block_fault(block: object, known: Mapping[str, Sequence[tuple[str, type]]]) -> str | None:
    if not isinstance(block, dict):
        return f": {NOT_A[dict]}"
    tag = block.get("type")
    fields = known.get(tag) if isinstance(tag, str) else None
    if fields is None:
        if "type" not in block:
            return f".type: {MISSING}"
        return f": {unknown_tag(tag, known)}"
    for name, kind in fields:
        fault = field_fault(block, name, kind)
        if fault is not None:
            return f".{tag}.{name}: {fault}"
    if tag in _RESULTS:
        return _inner_fault(block.get("content"), f".{tag}.content", _INNER)
    if tag == "document":
        return _inner_fault(
            block["source"].get("content"), ".document.source.content", _IN_DOCUMENT
        )
    return None


def _inner_fault(
    content: object, path: str, known: Mapping[str, Sequence[tuple[str, type]]]
) -> str | None:
    """What is wrong with content inside a block: text, blocks, or nothing at all."""
    if content is None or isinstance(content, str):
        return None
    if not isinstance(content, list):
        return f"{path}: {NOT_A[list]}"
    for index, block in enumerate(content):
        fault = _block_fault(block, known)
        if fault is not None:
            return f"{path}.{index}{fault}"
    return None


def _emptiness(message: Mapping[str, Any], index: int, *, final: bool) -> str | None:
    content = message["content"]
    if not content:
        if final and message["role"] == "assistant":
            return None
        return (
            f"messages.{index}: all messages must have non-empty content "
            "except for the optional final assistant message"
        )
    if isinstance(content, str):
        return _text_emptiness("messages", content)
    for block in content:
        if block["type"] == "text":
            fault = _text_emptiness("messages", block["text"])
            if fault is not None:
                return fault
    return None


def _text_emptiness(path: str, text: str) -> str | None:
    if not text:
        return f"{path}: text content blocks must be non-empty"
    if text.isspace():
        return f"{path}: text content blocks must contain non-whitespace text"
    return None
