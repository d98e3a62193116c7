"""A reply as a chat completion, whole and as a stream of chunks.

Each chunk comes of an event of the API's own stream, and is known by the name of that event where
faults look for a place, though no name is sent:

    message_start ─► role · content_block_start ─► a call's name · content_block_delta ─► text or
    arguments · message_delta ─► finish_reason, and usage where asked for · message_stop ─► [DONE]

Thinking is not told ("the OpenAI SDK won't return Claude's detailed thought process"): its tokens
come with the next chunk. Fields that are "always empty" are left out, as in recorded ids and
bodies of the compatibility layer (2026-07).
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import msgspec

from simtwin.api.answer import Form
from simtwin.api.reply.blocks import Call, Text
from simtwin.api.reply.form.block_json import moment
from simtwin.api.reply.form.events import frames
from simtwin.api.reply.message import Ids, block_ids
from simtwin.api.reply.reply import Reply
from simtwin.core.plan import Chunk

#: `stop` for every other one. Which reason a refusal and a full window get is assumed.
_REASONS = {
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "content_filter",
    "tool_use": "tool_calls",
}
_DONE = b"data: [DONE]\n\n"

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


def completion(reply: Reply, ids: Ids) -> dict[str, Any]:
    """The whole chat completion of an answer that is not streamed."""
    texts = [block.text for block in reply.blocks if isinstance(block, Text)]
    said: dict[str, Any] = {"role": "assistant", "content": "".join(texts) if texts else None}
    calls = [
        _call(id_, block.name, "".join(block.pieces))
        for block, (id_, _) in zip(reply.blocks, block_ids(reply, ids), strict=True)
        if isinstance(block, Call)
    ]
    if calls:
        said["tool_calls"] = calls
    return {
        "id": ids.message,
        "object": "chat.completion",
        "created": _created(ids),
        "model": reply.model,
        "choices": [{"index": 0, "message": said, "finish_reason": _reason(reply)}],
        "usage": _usage(reply),
    }


def chunks(reply: Reply, ids: Ids, rng: Random) -> Iterator[Chunk]:
    """The chunks of an answer, whose tokens add up to its output tokens."""
    return _chunks(reply, ids, rng, tells_usage=False)


def chunks_with_usage(reply: Reply, ids: Ids, rng: Random) -> Iterator[Chunk]:
    """`chunks` with one more, before the end, that tells what the answer cost."""
    return _chunks(reply, ids, rng, tells_usage=True)


# Whether the layer pings is not known, and clients that read every line as a chunk would break.
CHAT = Form(completion, chunks, None)
CHAT_WITH_USAGE = Form(completion, chunks_with_usage, None)


def _chunks(reply: Reply, ids: Ids, rng: Random, *, tells_usage: bool) -> Iterator[Chunk]:
    common = {
        "id": ids.message,
        "object": "chat.completion.chunk",
        "created": _created(ids),
        "model": reply.model,
    }
    held, calls = 0, -1
    for frame in frames(reply, ids, rng):
        held += frame.tokens
        if frame.event == "message_stop":
            if tells_usage:
                usage = _encode({**common, "choices": [], "usage": _usage(reply)})
                yield Chunk(_data(usage), "message_delta")
            yield Chunk(_DONE, frame.event, held)
            return
        event = _decode(frame.data.partition(b"data: ")[2])
        calls += _begins_call(event)
        delta = _delta(event, calls)
        if delta is None:
            continue
        reason = _reason(reply) if frame.event == "message_delta" else None
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        yield Chunk(_data(_encode({**common, "choices": [choice]})), frame.event, held)
        held = 0


def _begins_call(event: dict[str, Any]) -> bool:
    block = event.get("content_block")
    return block is not None and block["type"] == "tool_use"


def _delta(event: dict[str, Any], calls: int) -> dict[str, Any] | None:
    """What an event adds to the completion, None for nothing; `calls` is which call it is in."""
    match event:
        case {"type": "message_start"}:
            return {"role": "assistant", "content": ""}
        case {"type": "message_delta"}:
            return {}
        case {"content_block": {"type": "tool_use", "id": id_, "name": name}}:
            return {"tool_calls": [{"index": calls, **_call(id_, name, "")}]}
        case {"delta": {"type": "text_delta", "text": text}}:
            return {"content": text}
        case {"delta": {"type": "input_json_delta", "partial_json": part}} if part:
            return {"tool_calls": [{"index": calls, "function": {"arguments": part}}]}
        case _:
            return None


def _call(id_: str, name: str, arguments: str) -> dict[str, Any]:
    return {"id": id_, "type": "function", "function": {"name": name, "arguments": arguments}}


def _data(doc: bytes) -> bytes:
    return b"data: %s\n\n" % doc


def _reason(reply: Reply) -> str:
    return _REASONS.get(reply.stop_reason, "stop")


def _usage(reply: Reply) -> dict[str, int]:
    asked = reply.input.fresh + reply.input.written + reply.input.read
    return {
        "prompt_tokens": asked,
        "completion_tokens": reply.output_tokens,
        "total_tokens": asked + reply.output_tokens,
    }


def _created(ids: Ids) -> int:
    return int(moment(ids.date).timestamp())
