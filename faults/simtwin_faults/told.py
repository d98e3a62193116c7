"""The same message told in the other form: as a stream of events, or as one JSON document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from simtwin.core.plan import Chunk
from simtwin_faults.frames import document, frame

#: What the deltas of a block add to it: by their type the field in the delta, and that in the block.
_TEXTS = {
    "text_delta": ("text", "text"),
    "thinking_delta": ("thinking", "thinking"),
    "signature_delta": ("signature", "signature"),
    "compaction_delta": ("content", "content"),
}

_encode = msgspec.json.Encoder().encode


class Listener:
    """Hears events one after the other, and knows the message that they tell."""

    def __init__(self) -> None:
        self.tokens = 0
        self._message: dict[str, Any] = {}
        self._inputs: dict[int, str] = {}

    def hear(self, chunk: Chunk) -> None:
        """One event more; what is no event of the API tells nothing."""
        self.tokens += chunk.tokens
        match document(chunk):
            case {"type": "message_start", "message": dict(message)}:
                self._message = {**message, "content": []}
            case {"type": "content_block_start", "content_block": dict(block)}:
                self._blocks.append(block)
            case {"type": "content_block_delta", "index": int(index), "delta": dict(delta)}:
                if 0 <= index < len(self._blocks):
                    self._add(index, delta)
            case {"type": "message_delta", "delta": dict(delta), **rest}:
                self._message |= delta
                usage = rest.get("usage")
                if isinstance(usage, dict):
                    self._message["usage"] = {**(self._message.get("usage") or {}), **usage}

    @property
    def message(self) -> dict[str, Any]:
        """What was told so far."""
        for index, text in self._inputs.items():
            try:
                self._blocks[index]["input"] = msgspec.json.decode(text or "{}")
            except msgspec.DecodeError:
                self._blocks[index]["input"] = {}
        return self._message

    @property
    def _blocks(self) -> list[dict[str, Any]]:
        blocks: list[dict[str, Any]] = self._message.setdefault("content", [])
        return blocks

    def _add(self, index: int, delta: dict[str, Any]) -> None:
        block, kind = self._blocks[index], delta.get("type")
        if kind in _TEXTS:
            source, target = _TEXTS[kind]
            block[target] = (block.get(target) or "") + str(delta.get(source, ""))
        elif kind == "input_json_delta":
            more = str(delta.get("partial_json", ""))
            self._inputs[index] = self._inputs.get(index, "") + more
        elif kind == "citations_delta":
            block["citations"] = [*(block.get("citations") or ()), delta.get("citation")]


def events(message: dict[str, Any], tokens: int) -> Iterator[Chunk]:
    """A whole message as the events that tell it, each block in one delta; `tokens` come with the first."""
    content = message.get("content")
    blocks = content if isinstance(content, list) else []
    ending = {name: message.get(name) for name in ("stop_reason", "stop_sequence")}
    yield _event("message_start", message={**message, "content": [], **dict.fromkeys(ending)})
    for index, block in enumerate(blocks):
        begun, deltas = _begun(block)
        yield _event("content_block_start", index=index, content_block=begun)
        for delta in deltas:
            yield _event("content_block_delta", tokens, index=index, delta=delta)
            tokens = 0
        yield _event("content_block_stop", index=index)
    yield _event("message_delta", tokens, delta=ending, usage=message.get("usage"))
    yield _event("message_stop")


def _begun(block: Any) -> tuple[Any, list[dict[str, Any]]]:
    """A block as it begins, and the deltas that make it whole."""
    match block:
        case {"type": "text", "text": text}:
            return {**block, "text": ""}, [{"type": "text_delta", "text": text}]
        case {"type": "thinking", "thinking": thinking, "signature": signature}:
            deltas = [
                {"type": "thinking_delta", "thinking": thinking},
                {"type": "signature_delta", "signature": signature},
            ]
            return {**block, "thinking": "", "signature": ""}, deltas
        case {"type": "tool_use" | "server_tool_use" | "mcp_tool_use", "input": given}:
            text = _encode(given).decode()
            return {**block, "input": {}}, [{"type": "input_json_delta", "partial_json": text}]
    return block, []


def _event(event: str, /, tokens: int = 0, **fields: Any) -> Chunk:
    return frame(event, _encode({"type": event, **fields}), tokens)
