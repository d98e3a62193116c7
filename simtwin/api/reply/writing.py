"""Writing down what is said, block by block, until it is whole or something stops it."""

from __future__ import annotations

import json

from simtwin.api.reply import signature
from simtwin.api.reply.blocks import Block, Call, Redacted, Result, Summary, Text, Thoughts, Use
from simtwin.api.reply.said import (
    Said,
    SaidBlock,
    SaidCall,
    SaidResult,
    SaidSummary,
    SaidText,
    SaidThinking,
    SaidUse,
)
from simtwin.api.reply.spec import ReplySpec
from simtwin.api.tokens import count, pieces

#: What a call costs besides its name and input: recorded calls cost 33 to 76 in all (2025 to 2026).
CALL_TOKENS = 34

#: The sealed bytes of a redacted thought are this many a token: recorded ones have 64 to 607.
_BYTES_PER_TOKEN = 5


class Writing:
    """What is said, cut to the bounds of the request.

    Attributes:
        blocks: what was written.
        room: the output tokens that are left.
        thinking_tokens: those that went into thinking.
        brought: the input tokens that the server's tools brought in.
        served: whether one of them ran.
        results: the kinds of the results that they gave.
        stop_reason: why the answer ends.
        stop_sequence: the text before which it ends, None where it does not end for one.
    """

    def __init__(self, spec: ReplySpec, said: Said) -> None:
        self._spec = spec
        self.room = spec.max_tokens
        self.blocks: list[Block] = []
        self.thinking_tokens = 0
        self.brought = 0
        self.served = False
        self.results: list[str] = []
        self.stop_sequence: str | None = None
        self.stop_reason = self._write(said)

    def _write(self, said: Said) -> str:
        called = False
        for block in said.blocks:
            stopped = self._add(block)
            if stopped is not None:
                return stopped
            called = called or isinstance(block, SaidCall)
        return said.stop_reason or ("tool_use" if called else "end_turn")

    def _add(self, block: SaidBlock) -> str | None:
        """Add a block as far as it goes; returns what stopped it."""
        match block:
            case SaidText():
                return self._say(block)
            case SaidThinking():
                return self._think(block)
            case SaidCall():
                return self._call(block)
            case SaidUse():
                return self._use(block)
            case SaidResult():
                self._bring(block)
            case SaidSummary():
                return self._summarize(block)
        return None

    def _summarize(self, said: SaidSummary) -> str | None:
        spec = self._spec
        if not spec.turn.signs:
            self.blocks.append(Summary(said.text))
            return None
        # `max_tokens` caps the call that writes it: one that is cut off is none.
        if count(said.text) > spec.max_tokens:
            return spec.limit
        signed = signature.summary(said.text, spec.model, spec.source)
        self.blocks.append(Summary(said.text, signed))
        return None

    def _think(self, thought: SaidThinking) -> str | None:
        spec = self._spec
        wanted = pieces(thought.text)
        if spec.thinking is not None and spec.thinking.budget is not None:
            wanted = wanted[: max(0, spec.thinking.budget - self.thinking_tokens)]
        fitting = tuple(wanted[: self.room])
        if fitting:
            shown = spec.thinking is None or spec.thinking.shown
            self.blocks.append(self._thoughts(fitting, shown, redacted=thought.redacted))
        self.thinking_tokens += len(fitting)
        self.room -= len(fitting)
        return None if len(fitting) == len(wanted) else spec.limit

    def _thoughts(
        self, fitting: tuple[str, ...], shown: bool, *, redacted: bool
    ) -> Thoughts | Redacted:
        spec = self._spec
        source = b"%s%d/" % (spec.source, len(self.blocks))
        if redacted:
            size = len(fitting) * _BYTES_PER_TOKEN
            return Redacted(signature.redacted(spec.model, source, size, spec.prefix), len(fitting))
        text = "".join(fitting) if shown else ""
        return Thoughts(fitting, signature.make(text, spec.model, source, spec.prefix), shown)

    def _say(self, said: SaidText) -> str | None:
        wanted = pieces(said.text)
        fitting = wanted[: self.room]
        stopped = self._spec.limit if len(fitting) < len(wanted) else None
        if self._spec.stop_sequences:
            text = "".join(fitting)
            first = self._first_stop(text)
            if first is not None:
                at, self.stop_sequence = first
                fitting = pieces(text[:at])
                stopped = "stop_sequence"
        if fitting:
            self.blocks.append(Text(tuple(fitting), said.citations))
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

    def _call(self, said: SaidCall) -> str | None:
        if not self.room:
            return self._spec.limit
        opening, fitting, whole = self._arguments(said)
        eager = self._spec.turn.eager
        self.blocks.append(
            Call(
                said.name,
                said.input if whole else {},
                fitting,
                opening,
                eager is None or said.name in eager,
                said.toolset,
                said.within,
                said.caller,
            )
        )
        return None if whole else self._spec.limit

    def _use(self, said: SaidUse) -> str | None:
        if not self.room:
            return self._spec.limit
        opening, fitting, whole = self._arguments(said)
        given = said.input if whole else {}
        self.served = True
        self.blocks.append(
            Use(said.name, given, fitting, opening, said.kind, said.server, said.within)
        )
        return None if whole else self._spec.limit

    def _arguments(self, said: SaidCall | SaidUse) -> tuple[int, tuple[str, ...], bool]:
        """What a call costs before its JSON, as much of that as fits, and whether that is all."""
        opening = min(self.room, CALL_TOKENS + count(said.name))
        self.room -= opening
        # A call without arguments is recorded without any JSON.
        wanted = pieces(json.dumps(said.input, ensure_ascii=False)) if said.input else []
        fitting = tuple(wanted[: self.room])
        self.room -= len(fitting)
        return opening, fitting, len(fitting) == len(wanted)

    def _bring(self, said: SaidResult) -> None:
        self.served = True
        self.brought += said.tokens
        self.results.append(said.kind)
        self.blocks.append(Result(said.kind, said.content, said.of, said.within, said.direct))
