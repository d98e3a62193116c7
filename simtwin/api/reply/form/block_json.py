"""A block as the JSON of the API: whole, and as it is when a stream starts it.

Fields are in the order of the newest streams recorded (2026-08); recorded JSON has lost its order.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from simtwin.api.reply.blocks import Block, Call, Redacted, Result, Summary, Text, Thoughts, Use

_DIRECT = {"type": "direct"}
_BY_CODE = "code_execution_20260120"


def whole_block(block: Block, id_: str, caller: str, date: str) -> dict[str, Any]:
    """A block of a message that is not streamed.

    Args:
        block: the block.
        id_: of a call; of the use that a result answers.
        caller: the id of the use whose code made the call.
        date: when the answer was made, as in the header `date`.
    """
    match block:
        case Text() if block.citations:
            return {"citations": list(block.citations), "type": "text", "text": block.text}
        case Text():
            return {"type": "text", "text": block.text}
        case Thoughts():
            return {"type": "thinking", "thinking": block.text, "signature": block.signature}
        case Redacted():
            return {"type": "redacted_thinking", "data": block.data}
        case Call():
            return _call(block, id_, caller, block.input)
        case Use():
            return _use(block, id_, caller, block.input)
        case Result():
            return _result(block, id_, caller, date)
        case Summary():
            return _summary(block)


def empty_block(block: Block, id_: str, caller: str, date: str) -> dict[str, Any]:
    """A block as it is in `content_block_start`: what comes without deltas is whole."""
    match block:
        case Text() if block.citations:
            return {"citations": [], "type": "text", "text": ""}
        case Text():
            return {"type": "text", "text": ""}
        case Thoughts():
            return {"type": "thinking", "thinking": "", "signature": ""}
        case Call():
            return _call(block, id_, caller, {})
        case Use():
            return _use(block, id_, caller, {})
        case Summary() if block.signature is None:
            return {"type": "compaction", "content": None}
        case Summary():
            # "The block arrives whole": docs, compaction on demand (2026-09).
            return _summary(block)
        case Redacted() | Result():
            return whole_block(block, id_, caller, date)


def _summary(block: Summary) -> dict[str, Any]:
    signed = {} if block.signature is None else {"signature": block.signature}
    return {"type": "compaction", "content": block.text, **signed}


def moment(date: str) -> datetime:
    """When that is, of a date as in the header `date`."""
    return parsedate_to_datetime(date)


def _call(block: Call, id_: str, caller: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    called: dict[str, Any] = {
        "type": "tool_use",
        "id": id_,
        "name": block.name,
        "input": arguments,
        "caller": {"type": block.caller, "tool_id": caller} if caller else _DIRECT,
    }
    if block.toolset is not None:
        called["toolset_name"] = block.toolset
    return called


def _use(block: Use, id_: str, caller: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    used: dict[str, Any] = {
        "type": block.kind,
        "id": id_,
        "name": block.name,
        "input": arguments,
    }
    if block.server is not None:
        used["server_name"] = block.server
    if block.within is not None:
        used["caller"] = {"type": _BY_CODE, "tool_id": caller}
    return used


def _result(block: Result, id_: str, caller: str, date: str) -> dict[str, Any]:
    result: dict[str, Any] = {"type": block.kind, "tool_use_id": id_}
    if block.kind == "mcp_tool_result":
        result["is_error"] = False
    content = block.content
    if isinstance(content, dict) and content.get("type") == "web_fetch_result":
        content = content | {"retrieved_at": moment(date).isoformat(timespec="microseconds")}
    result["content"] = content
    if block.within is not None:
        result["caller"] = {"type": _BY_CODE, "tool_id": caller}
    elif block.direct:
        result["caller"] = _DIRECT
    return result
