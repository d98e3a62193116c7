"""The turns of a conversation: their shape, and who has the last word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simtwin.api.errors import invalid
from simtwin.api.request.phrases import EXTRA, MISSING, NOT_A, one_of, shown
from simtwin.api.request.shape.blocks import CONTENT, SYSTEM_TURN, UNCOMPACTED
from simtwin.api.request.shape.pieces import AT_ONCE, SOME, in_pieces, is_long
from simtwin.api.request.shape.record import Tagged
from simtwin.api.request.steps import Steps

#: "There is a limit of 100,000 messages in a single request": SDK 2.12.0, message_create_params.
MOST_MESSAGES = 100_000

ROLES = ("user", "assistant", "system")
_FIELDS = frozenset(("role", "content"))
_PLAIN_TEXT = {"type", "text"}
_RESULTS = frozenset(("tool_result", "mcp_tool_result"))


def check_messages(messages: object, version: str, *, compacted: bool = True) -> Steps[None]:
    """Hold the turns against the tables, with a pause after every few.

    Args:
        messages: the turns.
        version: the edition of the API.
        compacted: whether there may be summaries among them.

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
    since = 0
    tables = CONTENT if compacted else UNCOMPACTED
    for index, message in enumerate(messages):
        fault = yield from _message(message, version, tables)
        if fault is not None:
            raise invalid(f"messages.{index}{fault}")
        since += 1
        if since == AT_ONCE:
            since = 0
            yield


def ends_with_tool_result(messages: Sequence[Mapping[str, Any]]) -> Steps[bool]:
    """Whether the last turn of the conversation answers a tool call; system turns do not count."""
    for place, message in enumerate(reversed(messages)):
        if place % AT_ONCE == AT_ONCE - 1:
            yield
        if message["role"] != "system":
            content = message["content"]
            if message["role"] == "user" and not isinstance(content, str):
                for number, block in enumerate(content):
                    if block["type"] in _RESULTS:
                        return True
                    if number % AT_ONCE == AT_ONCE - 1:
                        yield
            return False
    return False


def _message(
    message: object, version: str, tables: Mapping[tuple[str, str], Tagged]
) -> Steps[str | None]:
    """What is wrong with a turn, as the rest of a path with its phrase."""
    if not isinstance(message, dict):
        return f": {NOT_A[dict]}"
    role = message.get("role")
    if role not in ROLES:
        return f".role: {one_of(ROLES) if 'role' in message else MISSING}"
    if role == "system":
        if "content" not in message and message.get("output_config") is None:
            return f".content: {MISSING}"
        return (yield from in_pieces(SYSTEM_TURN, message))
    content = message.get("content")
    if type(content) is not str:
        if type(content) is not list:
            return f".content: {NOT_A[list] if 'content' in message else MISSING}"
        fault = yield from _blocks(content, tables[version, role])
        if fault is not None:
            return f".content{fault}"
    if len(message) > len(_FIELDS):
        extra = next(name for name in message if name not in _FIELDS)
        return f".{shown(extra)}: {EXTRA}"
    return None


def _blocks(blocks: list[Any], known: Tagged) -> Steps[str | None]:
    since = 0
    for index, block in enumerate(blocks):
        if since >= AT_ONCE:
            since = 0
            yield
        # Most blocks are this one, and nothing else needs to be known of it.
        if (
            type(block) is dict
            and block.keys() == _PLAIN_TEXT
            and block["type"] == "text"
            and type(block["text"]) is str
        ):
            since += 1
            continue
        since += SOME
        if type(block) is dict and is_long(block):
            fault = yield from in_pieces(known, block)
            since = AT_ONCE
        else:
            fault = known(block)
        if fault is not None:
            return f".{index}{fault}"
    return None
