"""An answer before it has a form: its blocks, why it ends, and what it costs.

    request ─► spec ─► Said ─► compose_reply ─► Reply ─► JSON message or stream of events

What is said depends on the seed and the request's fingerprint alone, unless somebody else decides
it; so the same question gets the same answer, streamed or not.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import shake_128
from typing import Any

import attrs

from simtwin.api.reply.blocks import Block
from simtwin.api.reply.said import Said, SaidSummary
from simtwin.api.reply.seeded import seeded
from simtwin.api.reply.spec import ReplySpec
from simtwin.api.reply.turn import PLAIN, Turn
from simtwin.api.reply.usage import NO_EXTRAS, STANDARD, Extras, InputUsage, Iteration
from simtwin.api.reply.writing import Writing
from simtwin.api.tokens import count

#: What a model is given besides the summary when a compacted conversation goes on.
_AFTER_COMPACTION = 100
_RUNS_CODE = "code_execution_tool_result"


@attrs.frozen
class Reply:
    """What is said.

    Args:
        model: the model's name as the answer gives it.
        geo: where inference runs.
        opening: the input as it is known when the answer begins.
        input: the input in the end, with what the server's tools brought in.
        blocks: what it is made of.
        stop_reason: why it ends.
        stop_sequence: the text before which it ends.
        output_tokens: what it costs.
        thinking_tokens: how much of that is thinking.
        rhythm: random bytes by which a stream is cut into deltas.
        extras: what only some answers have.
        tier: the service tier that usage tells.
    """

    model: str
    geo: str
    opening: InputUsage
    input: InputUsage
    blocks: tuple[Block, ...]
    stop_reason: str
    stop_sequence: str | None
    output_tokens: int
    thinking_tokens: int
    rhythm: bytes
    extras: Extras = NO_EXTRAS
    tier: str = STANDARD

    @property
    def input_tokens(self) -> int:
        """What the request cost that no cache has."""
        return self.input.fresh


def compose_reply(spec: ReplySpec, said: Said | None = None) -> Reply:
    """The answer, whole: at most `max_tokens`, and exactly that many where it ends for them.

    Args:
        spec: what the answer depends on.
        said: what is to be said; None for what the seed gives.
    """
    said = seeded(spec) if said is None else said
    writing = Writing(spec, said)
    output_tokens = spec.max_tokens - writing.room
    input_usage = spec.input.more(writing.brought)
    extras = NO_EXTRAS
    if spec.turn is not PLAIN or said.stop_details is not None or writing.served:
        if spec.turn.pauses == "compaction":
            # Usage has no pass that was for a summary, and there was no other.
            input_usage = InputUsage(0)
        elif spec.turn.compacts:
            input_usage = InputUsage(_summarized(said) + _AFTER_COMPACTION)
        extras = _extras(spec, said, writing, input_usage, output_tokens)
    return Reply(
        spec.model,
        spec.geo,
        spec.input,
        input_usage,
        tuple(writing.blocks),
        writing.stop_reason,
        writing.stop_sequence,
        output_tokens,
        writing.thinking_tokens,
        shake_128(spec.source + b"rhythm").digest(64),
        extras,
    )


def _extras(
    spec: ReplySpec, said: Said, writing: Writing, input_usage: InputUsage, output_tokens: int
) -> Extras:
    turn, results = spec.turn, writing.results
    iterations = []
    if turn.compacts:
        written = min(_summarized(said), spec.max_tokens) if turn.signs else _summarized(said)
        iterations.append(Iteration("compaction", spec.input, written))
    if turn.iterates and turn.pauses != "compaction":
        iterations.append(Iteration("message", input_usage, output_tokens))
    return Extras(
        searches=results.count("web_search_tool_result"),
        fetches=results.count("web_fetch_tool_result"),
        served=writing.served,
        iterations=tuple(iterations),
        edits=_edits(turn),
        runs=turn.container is not None
        or turn.code is not None
        or any(kind.endswith(_RUNS_CODE) for kind in results),
        container=turn.container,
        skills=turn.skills,
        transformations=turn.transformations,
        stop_details=said.stop_details if writing.stop_reason == said.stop_reason else None,
        speed=turn.speed,
        diagnosed=turn.diagnosed,
    )


def _edits(turn: Turn) -> tuple[Mapping[str, Any], ...] | None:
    """The edits that the answer tells of: always some where a threshold may compact."""
    return () if turn.edits is None and turn.compacts and not turn.signs else turn.edits


def _summarized(said: Said) -> int:
    """The tokens of the summary that a conversation was compacted to."""
    return sum(count(block.text) for block in said.blocks if isinstance(block, SaidSummary))
