"""An answer as the JSON of the API, whole and in its first and last events.

Keys are in the order of the newest recordings (2026-08).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from simtwin.api.reply.blocks import Block, Call, Text, Thoughts
from simtwin.api.reply.reply import Reply


@attrs.frozen
class Ids:
    """The ids in an answer.

    Args:
        request: of the request, as in the `request-id` header.
        message: of the message.
        tool_use: of its n-th call, from 0.
    """

    request: str
    message: str
    tool_use: Callable[[int], str]


def message(reply: Reply, ids: Ids) -> dict[str, Any]:
    """The whole message of an answer that is not streamed."""
    calls = 0
    content = []
    for block in reply.blocks:
        content.append(_block(block, ids.tool_use(calls) if isinstance(block, Call) else ""))
        calls += isinstance(block, Call)
    usage = _usage(reply, reply.output_tokens)
    usage["output_tokens_details"] = {"thinking_tokens": reply.thinking_tokens}
    return _message(reply, ids, content, usage) | _ending(reply) | {"usage": usage}


def opening(reply: Reply, ids: Ids, output_tokens: int) -> dict[str, Any]:
    """The message in `message_start`: nothing said yet, and some tokens produced."""
    return _message(reply, ids, [], _usage(reply, output_tokens))


def closing(reply: Reply) -> dict[str, Any]:
    """The data of `message_delta`: why the answer ends, and what it cost in all."""
    return {
        "type": "message_delta",
        "delta": _ending(reply),
        "usage": {
            "input_tokens": reply.input_tokens,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "output_tokens": reply.output_tokens,
            "output_tokens_details": {"thinking_tokens": reply.thinking_tokens},
        },
    }


def empty_block(block: Block, id_: str) -> dict[str, Any]:
    """A block as it is in `content_block_start`."""
    match block:
        case Text():
            return {"type": "text", "text": ""}
        case Thoughts():
            return {"type": "thinking", "thinking": "", "signature": ""}
        case Call():
            return _call(block, id_, {})


def _block(block: Block, id_: str) -> dict[str, Any]:
    match block:
        case Text():
            return {"type": "text", "text": block.text}
        case Thoughts():
            return {"type": "thinking", "thinking": block.text, "signature": block.signature}
        case Call():
            return _call(block, id_, block.input)


def _call(block: Call, id_: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "tool_use",
        "id": id_,
        "name": block.name,
        "input": arguments,
        "caller": {"type": "direct"},
    }


def _message(
    reply: Reply, ids: Ids, content: list[dict[str, Any]], usage: dict[str, Any]
) -> dict[str, Any]:
    return {
        "model": reply.model,
        "id": ids.message,
        "type": "message",
        "role": "assistant",
        "content": content,
        "stop_reason": None,
        "stop_sequence": None,
        "stop_details": None,
        "usage": usage,
    }


def _ending(reply: Reply) -> dict[str, Any]:
    return {
        "stop_reason": reply.stop_reason,
        "stop_sequence": reply.stop_sequence,
        "stop_details": None,
    }


def _usage(reply: Reply, output_tokens: int) -> dict[str, Any]:
    return {
        "input_tokens": reply.input_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
        "output_tokens": output_tokens,
        "service_tier": "standard",
        "inference_geo": reply.geo,
    }
