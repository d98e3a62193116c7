"""An answer before it has a form: its blocks, why it ends, and what it costs.

    request ─► spec ─► compose_reply ─► Reply ─► JSON message or stream of events

What is said depends on the seed and the request's fingerprint alone, so the same question gets the
same answer, streamed or not.
"""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import shake_128

import attrs

from simtwin.api.reply import prose
from simtwin.api.reply.blocks import Block, Call, Text, Thoughts
from simtwin.api.reply.spec import ReplySpec
from simtwin.api.request.thinking import Thinking
from simtwin.api.tokens import count, pieces

#: What a call costs besides its name and input: recorded calls cost 33 to 76 in all (2025 to 2026).
CALL_TOKENS = 34


@attrs.frozen
class Reply:
    """What is said. `rhythm` is random bytes by which a stream is cut into deltas."""

    model: str
    geo: str
    input_tokens: int
    blocks: tuple[Block, ...]
    stop_reason: str
    stop_sequence: str | None
    output_tokens: int
    thinking_tokens: int
    rhythm: bytes


def compose_reply(spec: ReplySpec) -> Reply:
    """The answer, whole: at most `max_tokens`, and exactly that many where it ends for them."""
    writing = _Writing(spec)
    return Reply(
        spec.model,
        spec.geo,
        spec.input_tokens,
        tuple(writing.blocks),
        writing.stop_reason,
        writing.stop_sequence,
        spec.max_tokens - writing.room,
        writing.thinking_tokens,
        shake_128(spec.source + b"rhythm").digest(64),
    )


class _Writing:
    """An answer being written, block by block, until it is whole or something stops it."""

    def __init__(self, spec: ReplySpec) -> None:
        self._spec = spec
        self.room = spec.max_tokens
        self.blocks: list[Block] = []
        self.thinking_tokens = 0
        self.stop_sequence: str | None = None
        self.stop_reason = self._write()

    def _write(self) -> str:
        spec = self._spec
        if spec.thinking is not None and not self._think(spec.thinking):
            return "max_tokens"
        if spec.tool is None:
            return self._say(prose.answer(spec.source)) or "end_turn"
        stopped = None if spec.forced else self._say(prose.before_call(spec.source))
        return stopped or self._call(*spec.tool)

    def _think(self, thinking: Thinking) -> bool:
        """Think; False where the room did not do."""
        wanted = pieces(prose.thoughts(self._spec.source))[: thinking.budget]
        fitting = tuple(wanted[: self.room])
        if fitting:
            source = shake_128(self._spec.source + b"signature").digest(256)
            signature = b64encode(source[: 200 + source[0] // 5]).decode()
            self.blocks.append(Thoughts(fitting, signature, thinking.shown))
        self.thinking_tokens = len(fitting)
        self.room -= len(fitting)
        return len(fitting) == len(wanted)

    def _say(self, text: str) -> str | None:
        """Say a text as far as it goes; returns what stopped it."""
        wanted = pieces(text)
        fitting = wanted[: self.room]
        stopped = "max_tokens" if len(fitting) < len(wanted) else None
        if self._spec.stop_sequences:
            said = "".join(fitting)
            first = self._first_stop(said)
            if first is not None:
                at, self.stop_sequence = first
                fitting = pieces(said[:at])
                stopped = "stop_sequence"
        if fitting:
            self.blocks.append(Text(tuple(fitting)))
            self.room -= len(fitting)
        return stopped

    def _first_stop(self, said: str) -> tuple[int, str] | None:
        """The stop sequence that is complete first, and where it begins."""
        found = [
            (at + len(stop), at, stop)
            for stop in self._spec.stop_sequences
            if (at := said.find(stop)) >= 0
        ]
        return min(found)[1:] if found else None

    def _call(self, name: str, arguments: str) -> str:
        if not self.room:
            return "max_tokens"
        opening = min(self.room, CALL_TOKENS + count(name))
        self.room -= opening
        # A call without arguments is recorded without any JSON.
        wanted = pieces(arguments) if arguments != "{}" else []
        fitting = tuple(wanted[: self.room])
        whole = len(fitting) == len(wanted)
        self.room -= len(fitting)
        self.blocks.append(Call(name, json.loads(arguments) if whole else {}, fitting, opening))
        return "tool_use" if whole else "max_tokens"
