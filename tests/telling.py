"""Answers that say something, for faults that edit what is said: a text, and a call of a tool."""

from __future__ import annotations

import json
from collections.abc import Iterable
from random import Random
from typing import Any

from plans import STREAM_HEAD, json_head

from simtwin.core.fault import Fault
from simtwin.core.plan import Chunk, End, Step

MESSAGE: dict[str, Any] = {
    "id": "msg_01",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-6",
    "content": [{"type": "text", "text": "hello"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 5, "output_tokens": 2},
}


def event(kind: str, tokens: int = 0, **fields: Any) -> Chunk:
    """One event as the API writes it."""
    data = json.dumps({"type": kind, **fields}, separators=(",", ":"))
    return Chunk(f"event: {kind}\ndata: {data}\n\n".encode(), kind, tokens)


def delta(text: str, tokens: int = 1) -> Chunk:
    return event("content_block_delta", tokens, index=0, delta={"type": "text_delta", "text": text})


def piece(text: str, tokens: int = 1) -> Chunk:
    """A piece of the input of a call."""
    told = {"type": "input_json_delta", "partial_json": text}
    return event("content_block_delta", tokens, index=0, delta=told)


def ending(reason: str) -> Chunk:
    told = {"stop_reason": reason, "stop_sequence": None}
    return event("message_delta", delta=told, usage={"output_tokens": 2})


START = event(
    "message_start",
    message={**MESSAGE, "content": [], "stop_reason": None, "usage": {"input_tokens": 5}},
)
BLOCK = event("content_block_start", index=0, content_block={"type": "text", "text": ""})
PING = Chunk(b'event: ping\ndata: {"type": "ping"}\n\n', "ping")
HEL, LO = delta("hel"), delta("lo")
BLOCK_END = event("content_block_stop", index=0)
REASON = ending("end_turn")
STOP = event("message_stop")

#: It says "hello": 8 events.
FRAMES = (START, BLOCK, PING, HEL, LO, BLOCK_END, REASON, STOP)
STREAM: tuple[Step, ...] = (STREAM_HEAD, *FRAMES, End())

CALL = event(
    "content_block_start",
    index=0,
    content_block={"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}},
)
CALLED = ending("tool_use")


def call(*pieces: str) -> tuple[Step, ...]:
    """A stream that calls a tool with this input, and then says a word more."""
    told = (START, CALL, piece("", 0), *map(piece, pieces), BLOCK_END)
    return (STREAM_HEAD, *told, CALLED, STOP, End())


def json_answer(doc: Any) -> tuple[Step, ...]:
    """An answer in JSON."""
    data = json.dumps(doc).encode()
    return (json_head(len(data)), Chunk(data, None, 2), End())


def worsened(fault: Fault, plan: Iterable[Step]) -> list[Step]:
    return list(fault.rewrite(plan, Random(0)))


def sent(plan: Iterable[Step]) -> list[Chunk]:
    """The frames of a plan."""
    return [step for step in plan if isinstance(step, Chunk)]


def names(plan: Iterable[Step]) -> list[str | None]:
    return [chunk.event for chunk in sent(plan)]


def told(chunk: Chunk) -> Any:
    """The JSON of a frame, or of a body."""
    if chunk.event is None:
        return json.loads(chunk.data)
    (line,) = (line for line in chunk.data.decode().splitlines() if line.startswith("data:"))
    return json.loads(line[5:])
