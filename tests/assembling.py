"""What a client puts together from a stream of events."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from simtwin.core.plan import Chunk, Step


def chunks_of(plan: Iterable[Step]) -> list[Chunk]:
    """The frames of a plan."""
    return [step for step in plan if isinstance(step, Chunk)]


def data_of(chunk: Chunk) -> dict[str, Any]:
    """The object that an event carries."""
    data: dict[str, Any] = json.loads(chunk.data.split(b"data: ", 1)[1])
    return data


def assembled(chunks: Iterable[Chunk]) -> dict[str, Any]:
    """The message that a stream comes to."""
    first, *rest = [data_of(chunk) for chunk in chunks if chunk.event != "ping"]
    message: dict[str, Any] = first["message"]
    written: dict[int, str] = {}
    for data in rest:
        match data["type"]:
            case "content_block_start":
                message["content"].append(data["content_block"])
            case "content_block_delta":
                _add(message["content"][data["index"]], data, written)
            case "message_delta":
                message |= data["delta"]
                message["usage"] |= data["usage"]
                if "context_management" in data:
                    message["context_management"] = data["context_management"]
    for index, text in written.items():
        message["content"][index]["input"] = _json_or_nothing(text)
    return message


def _add(block: dict[str, Any], data: dict[str, Any], written: dict[int, str]) -> None:
    delta = data["delta"]
    for name, value in delta.items():
        if name == "partial_json":
            written[data["index"]] = written.get(data["index"], "") + value
        elif name == "citation":
            block["citations"].append(value)
        elif name != "type":
            block[name] = (block[name] or "") + value


def _json_or_nothing(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return {}
