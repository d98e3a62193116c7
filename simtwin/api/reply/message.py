"""An answer as the JSON of the API, whole and in its first and last events.

Keys are in the order of the newest recordings (2026-08).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import attrs

from simtwin.api.reply.blocks import Call, Result, Use
from simtwin.api.reply.form.block_json import moment, whole_block
from simtwin.api.reply.reply import Reply
from simtwin.api.reply.usage import NO_EXTRAS, first_usage, last_usage, more_usage

#: How long a container outlives the answer that used it last: no recording tells.
_CONTAINER_LIFE = timedelta(minutes=5)
#: What an id of each kind of use begins with.
_PREFIXES = {"mcp_tool_use": "mcptoolu_", "server_tool_use": "srvtoolu_"}


@attrs.frozen
class Ids:
    """The ids in an answer, and its date.

    Args:
        request: of the request, as in the `request-id` header.
        message: of the message.
        tool_use: of its n-th call, from 0, whoever answers it.
        date: when it is made, as in the `date` header.
    """

    request: str
    message: str
    tool_use: Callable[[int], str]
    date: str = "Sat, 21 Nov 2026 12:00:00 GMT"


def message(reply: Reply, ids: Ids) -> dict[str, Any]:
    """The whole message of an answer that is not streamed."""
    content = [
        whole_block(block, id_, caller, ids.date)
        for block, (id_, caller) in zip(reply.blocks, block_ids(reply, ids), strict=True)
    ]
    usage = first_usage(reply.input, reply.output_tokens, reply.geo, reply.tier)
    usage |= more_usage(reply.thinking_tokens, reply.extras)
    if reply.extras.speed is not None:
        usage["speed"] = reply.extras.speed
    whole = _message(reply, ids, content, usage)
    whole |= _ending(reply)
    if reply.extras is not NO_EXTRAS:
        whole |= _more(reply, ids)
    if reply.extras.transformations is not None:
        whole["input_transformations"] = list(reply.extras.transformations)
    return whole


def opening(reply: Reply, ids: Ids, output_tokens: int) -> dict[str, Any]:
    """The message in `message_start`: nothing said yet, and some tokens produced."""
    usage = first_usage(reply.opening, output_tokens, reply.geo)
    if reply.extras.speed is not None:
        usage["speed"] = reply.extras.speed
    begun = _message(reply, ids, [], usage)
    if reply.extras.diagnosed:
        begun["diagnostics"] = None
    if reply.extras.transformations is not None:
        begun["input_transformations"] = list(reply.extras.transformations)
    return begun


def closing(reply: Reply, ids: Ids) -> dict[str, Any]:
    """The data of `message_delta`: why the answer ends, and what it cost in all."""
    extras = reply.extras
    delta = _ending(reply)
    usage = last_usage(reply.input, reply.output_tokens, reply.thinking_tokens, extras)
    data: dict[str, Any] = {"type": "message_delta", "delta": delta, "usage": usage}
    if extras is not NO_EXTRAS:
        more = _more(reply, ids)
        if "container" in more:
            delta["container"] = more["container"]
        if "context_management" in more:
            data["context_management"] = more["context_management"]
    return data


def block_ids(reply: Reply, ids: Ids) -> Sequence[tuple[str, str]]:
    """For each block the id in it, and that of the use whose code called; empty where there is none."""
    known: list[str] = []
    given: list[tuple[str, str]] = []
    for block in reply.blocks:
        if not isinstance(block, (Call, Use, Result)):
            given.append(("", ""))
            continue
        if isinstance(block, Result):
            id_ = block.of if isinstance(block.of, str) else known[block.of]
        else:
            id_ = ids.tool_use(len(known))
            if isinstance(block, Use):
                id_ = _PREFIXES[block.kind] + id_.partition("_")[2]
            known.append(id_)
        within = block.within
        caller = known[within] if isinstance(within, int) else within
        given.append((id_, caller or ""))
    return given


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
        "stop_details": reply.extras.stop_details,
    }


def _more(reply: Reply, ids: Ids) -> dict[str, Any]:
    """What only some answers have."""
    extras = reply.extras
    more: dict[str, Any] = {}
    if extras.runs:
        expires_at = moment(ids.date) + _CONTAINER_LIFE
        id_ = extras.container or "container_" + ids.message.partition("_")[2]
        more["container"] = {
            "id": id_,
            "expires_at": expires_at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        }
        if extras.skills:
            more["container"]["skills"] = list(extras.skills)
    if extras.edits is not None:
        more["context_management"] = {"applied_edits": list(extras.edits)}
    if extras.diagnosed:
        more["diagnostics"] = None
    return more
