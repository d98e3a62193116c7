"""What an answer depends on: the request without its body."""

from __future__ import annotations

import json
from random import Random

import attrs

from simtwin.api.models import answer_name
from simtwin.api.reply.tool_input import make_input
from simtwin.api.request.measure import Measured
from simtwin.api.request.parse import MessagesRequest
from simtwin.api.request.thinking import Thinking
from simtwin.api.request.tools import on_offer

#: A longer stop sequence occurs in no answer.
_LONGEST_STOP = 1_000
#: Models made before 2026 (up to 4.5) are recorded without a place of inference.
_FIRST_YEAR_WITH_GEO = "2026"


@attrs.frozen
class ReplySpec:
    """All that an answer depends on, without the request that it came from.

    Args:
        source: the seed and the fingerprint, from which all is drawn.
        model: the model's name as the answer gives it.
        geo: where inference runs, as usage tells it.
        input_tokens: what the request costs.
        max_tokens: the most output tokens.
        stop_sequences: texts before which the answer ends.
        thinking: the thinking to begin with, None for none.
        tool: the name of the tool to call and its input as JSON, None for no call.
        forced: whether the call is all there is to be said.
    """

    source: bytes
    model: str
    geo: str
    input_tokens: int
    max_tokens: int
    stop_sequences: tuple[str, ...] = ()
    thinking: Thinking | None = None
    tool: tuple[str, str] | None = None
    forced: bool = False


def spec(request: MessagesRequest, seed: int, measured: Measured) -> ReplySpec:
    """What the answer to a request depends on."""
    source = b"%d/%s/" % (seed, measured.fingerprint)
    year = request.model.created_at[:4]
    geo = "global" if year >= _FIRST_YEAR_WITH_GEO else "not_available"
    return ReplySpec(
        source,
        answer_name(request.model_name, request.model),
        "us" if request.doc.get("inference_geo") == "us" else geo,
        measured.input_tokens,
        request.max_tokens,
        tuple(stop for stop in request.stop_sequences if len(stop) <= _LONGEST_STOP),
        request.thinking,
        _tool(request, source),
        request.tool_choice.forced,
    )


def _tool(request: MessagesRequest, source: bytes) -> tuple[str, str] | None:
    """The tool to call and its input, unless the turn answers a call already."""
    offered = on_offer(request.tools, request.tool_choice) if request.tools else ()
    if not offered or (request.last_is_tool_result and not request.tool_choice.forced):
        return None
    rng = Random(source + b"tool")
    tool = rng.choice(offered)
    arguments = make_input(tool.input_schema, rng)
    return tool.name, json.dumps(arguments, ensure_ascii=False)
