"""A turn of an agent: one message, drawn from the seed and what was said to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from simtwin.api.reply import prose
from simtwin.api.resources.asked import Ask
from simtwin.api.resources.naming import made_id
from simtwin.api.resources.shelves import Shelf
from simtwin.api.timestamp import timestamp
from simtwin.api.tokens.text import count

Doc = Mapping[str, Any]

_encode = msgspec.json.Encoder(order="deterministic").encode


def turn(
    ask: Ask, shelf: Shelf, asked: Doc, start: float
) -> Iterator[tuple[float, dict[str, Any]]]:
    """What an agent says to an event, and when."""
    source = _encode(
        {name: value for name, value in asked.items() if name not in ("id", "processed_at")}
    )
    text = prose.answer(b"%d/" % ask.seed + source)
    tokens = count(text)
    before = [each.doc["model_usage"] for each in shelf.values() if "model_usage" in each.doc]
    read = sum(before[-1].values()) if before else 0
    first, last = start + ask.pace.ttft, start + ask.pace.ttft + ask.pace.seconds(tokens)
    span = next_id(ask, asked, "span")
    for at, kind, fields in (
        (start, "session.status_running", {}),
        (start, "span.model_request_start", {"id": span}),
        (max(first, last), "agent.message", {"content": [{"type": "text", "text": text}]}),
        (
            last,
            "span.model_request_end",
            {
                "model_request_start_id": span,
                "is_error": False,
                "model_usage": {
                    "cache_creation_input_tokens": 0,
                    "cache_read_input_tokens": 0,
                    "input_tokens": read + count(source.decode()),
                    "output_tokens": tokens,
                },
            },
        ),
    ):
        id_ = next_id(ask, asked, kind)
        yield at, {"id": id_, "type": kind, "processed_at": timestamp(at), **fields}
    yield last, idle(next_id(ask, asked, "idle"), last)


def next_id(ask: Ask, asked: Doc, use: str) -> str:
    """The id of an event that comes of another."""
    return made_id("event", f"{ask.chance}/{asked['id']}/{use}")


def idle(id_: str, at: float) -> dict[str, Any]:
    """The event that says that an agent waits."""
    return {
        "id": id_,
        "type": "session.status_idle",
        "processed_at": timestamp(at),
        "stop_reason": {"type": "end_turn"},
        "stop_details": None,
    }
