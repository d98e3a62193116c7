"""Every answer is one that the official SDK reads where it is told to be strict."""

from __future__ import annotations

import json
from functools import partial
from random import Random
from typing import Any

import attrs
import pytest
from anthropic._models import validate_type
from anthropic.types import Message, RawMessageStreamEvent
from anthropic.types.beta import BetaMessage, BetaRawMessageStreamEvent
from asking import IDS, spec_of
from assembling import assembled, chunks_of, data_of
from hypothesis import given, settings
from hypothesis import strategies as st
from offering import BETAS, BY_CODE, COMPACTING, MODELS, SHAPES, TOOLS

from simtwin.api.answer import json_answer, message_json, sse_answer
from simtwin.api.models import resolve
from simtwin.api.pacing import INSTANT
from simtwin.api.reply.reply import Reply, compose_reply
from simtwin.api.reply.usage import InputUsage
from simtwin.api.request.rules.generation import calls_by_code
from simtwin.api.request.thinking import LEAST_BUDGET
from simtwin.api.sse import accepts
from simtwin.core.plan import Chunk, Head

HEAD = Head(200, (("request-id", "req_1"),))

#: What only the types of the SDK's beta methods know.
BETA_ONLY = frozenset(("advisor", "mcp", "compacted", "summarized"))

models = st.sampled_from(MODELS)
#: What the prompt cache makes of an input.
inputs = st.sampled_from(
    (InputUsage(90_000), InputUsage(3, read=80_000, written_5m=500), InputUsage(0, written_1h=9))
)
seeds = st.integers(0, 10_000)
# Each of some 190 combinations gets a few seeds and models.
few = settings(max_examples=3)


def _reply(
    tool: str, shape: str, model: dict[str, Any], input_usage: InputUsage, seed: int
) -> Reply:
    # Only models that call tools by code take those, and only newer ones compact.
    if (tool in BY_CODE and _is_old(model["model"])) or shape in COMPACTING:
        model = {"model": "claude-opus-4-8"}
    fields = {**TOOLS[tool], **model, **SHAPES[shape]}
    if fields.get("max_tokens", 0) <= LEAST_BUDGET:
        fields.pop("thinking", None)
    return compose_reply(attrs.evolve(spec_of(seed, BETAS, **fields), input=input_usage))


def _is_old(name: str) -> bool:
    known = resolve(name)
    return known is None or not calls_by_code(known)


def _message(reply: Reply) -> dict[str, Any]:
    (chunk,) = chunks_of(json_answer(reply, INSTANT, HEAD, partial(message_json, reply, IDS)))
    message: dict[str, Any] = json.loads(chunk.data)
    return message


def _stream(reply: Reply) -> list[Chunk]:
    return chunks_of(sse_answer(reply, INSTANT, HEAD, IDS, Random(0)))


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("shape", SHAPES)
@given(models, inputs, seeds)
@few
def test_a_strict_sdk_reads_what_is_said_whole_and_streamed_and_it_is_the_same(
    tool: str, shape: str, model: dict[str, Any], input_usage: InputUsage, seed: int
) -> None:
    reply = _reply(tool, shape, model, input_usage, seed)
    message, chunks = _message(reply), _stream(reply)
    beta = not BETA_ONLY.isdisjoint((tool, shape))

    every_message_is_read(message, BetaMessage if beta else Message)
    every_event_is_read(chunks, BetaRawMessageStreamEvent if beta else RawMessageStreamEvent)
    a_stream_comes_to_the_message_that_is_not_streamed(chunks, message)
    assert sum(chunk.tokens for chunk in chunks) == reply.output_tokens


def every_message_is_read(message: dict[str, Any], kind: Any) -> None:
    read = validate_type(type_=kind, value=message)

    assert [block.type for block in read.content] == [block["type"] for block in message["content"]]


def every_event_is_read(chunks: list[Chunk], kind: Any) -> None:
    # A ping is no event to the SDK: it skips it before it looks at types.
    events = [chunk for chunk in chunks if chunk.event != "ping"]

    read = [validate_type(type_=kind, value=data_of(event)) for event in events]

    assert [each.type for each in read] == [event.event for event in events]
    assert accepts(chunk.event for chunk in chunks if chunk.event)


def a_stream_comes_to_the_message_that_is_not_streamed(
    chunks: list[Chunk], message: dict[str, Any]
) -> None:
    streamed, whole = assembled(chunks), {**message, "usage": dict(message["usage"])}
    # How long what is written to the cache lives is told at the start of a stream alone.
    streamed["usage"].pop("cache_creation")
    whole["usage"].pop("cache_creation")

    assert streamed == whole
