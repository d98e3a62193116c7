"""A request to answer, or to count: validated as the API validates, in its order and words.

Like the API this tells of the first problem alone: first the shape of every field, then unknown
fields, then the model, then what needs more than one field, or the model, to see.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import attrs

from simtwin.api.errors import ApiError, Rejected, invalid
from simtwin.api.models import Model, resolve
from simtwin.api.request.betas import ON_DEMAND, THRESHOLD, named
from simtwin.api.request.breakpoints import Breakpoint, read_breakpoints
from simtwin.api.request.content import ends_with_tool_result
from simtwin.api.request.fields import check_fields
from simtwin.api.request.rules.binding import NOT_BOUND, Bound, read_binding
from simtwin.api.request.rules.context import check_compaction, check_edits
from simtwin.api.request.rules.conversation import check_prefill, check_roles, check_said
from simtwin.api.request.rules.effort import check_budget, check_thinking
from simtwin.api.request.rules.formats import check_format, format_of
from simtwin.api.request.rules.generation import is_of_2024, takes_fast
from simtwin.api.request.rules.grammar import Grammar
from simtwin.api.request.rules.media import check_media
from simtwin.api.request.rules.pairing import check_pairs
from simtwin.api.request.rules.programmatic import check_callers, check_container
from simtwin.api.request.rules.sampling import check_sampling
from simtwin.api.request.rules.signatures import check_signatures
from simtwin.api.request.rules.summaries import check_summaries
from simtwin.api.request.rules.thoughts import check_thoughts
from simtwin.api.request.rules.tool_types import check_tool_types
from simtwin.api.request.shape.settings import COUNT, MESSAGES, MESSAGES_BEFORE
from simtwin.api.request.steps import Steps, run
from simtwin.api.request.thinking import Thinking, read_thinking
from simtwin.api.request.tools import (
    AUTO,
    Offer,
    Tool,
    ToolChoice,
    check_choice,
    check_servers,
    read_choice,
    read_tools,
)
from simtwin.api.version import NEWER

_COUNTED = frozenset(("model",))
_ANSWERED = frozenset(("model", "max_tokens"))


@attrs.frozen(eq=False)
class CountRequest:
    """A valid request to count tokens; holds the body."""

    doc: Mapping[str, Any]
    model: Model


@attrs.frozen(eq=False)
class MessagesRequest:
    """A valid request to answer; holds the body, so it is dropped before anything waits.

    Args:
        doc: the request as it came.
        model: the model that answers.
        model_name: the name that it was asked for by.
        max_tokens: the most output tokens; 0 only warms the cache.
        stream: whether the answer is a stream of events.
        stop_sequences: texts before which the answer ends.
        tools: the tools that can be called.
        tool_choice: which of them to call.
        thinking: the thinking to begin with, None for none.
        last_is_tool_result: whether the last turn answers a call.
        breakpoints: the blocks up to which the prompt is to be cached.
        bound: what the thinking in it comes to.
    """

    doc: Mapping[str, Any]
    model: Model
    model_name: str
    max_tokens: int
    stream: bool = False
    stop_sequences: tuple[str, ...] = ()
    tools: tuple[Tool, ...] = ()
    tool_choice: ToolChoice = AUTO
    thinking: Thinking | None = None
    last_is_tool_result: bool = False
    breakpoints: tuple[Breakpoint, ...] = ()
    bound: Bound = NOT_BOUND


def parse(doc: Mapping[str, Any], version: str, betas: Collection[str]) -> MessagesRequest:
    """The request that a decoded body is.

    Args:
        doc: the body.
        version: the edition, as `version.resolve` gives it.
        betas: the names in the `anthropic-beta` header.

    Raises:
        Rejected: with the API's answer to its first problem.
    """
    return run(parsing(doc, version, betas))


def parse_count(doc: Mapping[str, Any], version: str, betas: Collection[str]) -> CountRequest:
    """The request to count tokens that a decoded body is; as `parse`."""
    return run(parsing_count(doc, version, betas))


def parsing(doc: Mapping[str, Any], version: str, betas: Collection[str]) -> Steps[MessagesRequest]:
    """`parse` with a pause about every millisecond, for large bodies; returns the request."""
    table = MESSAGES if version == NEWER else MESSAGES_BEFORE
    compacted = named(betas, THRESHOLD, ON_DEMAND)
    yield from check_fields(doc, table, _ANSWERED, version, compacted=compacted)
    model = _model(doc["model"])
    max_tokens: int = doc["max_tokens"]
    if max_tokens > model.max_tokens:
        raise invalid(
            f"max_tokens: {max_tokens} > {model.max_tokens}, which is the maximum allowed number "
            f"of output tokens for {model.id}"
        )
    _check_stops(doc.get("stop_sequences") or ())
    check_thinking(doc, model)
    check_budget(doc, betas)
    check_sampling(doc, model)
    check_compaction(doc, model, betas)
    offer = yield from _check_meaning(doc, model, betas)
    breakpoints = yield from read_breakpoints(doc)
    if doc.get("compaction") is None:
        check_prefill(doc["messages"], model, format_of(doc) is not None)
    check_thoughts(doc, model)
    bound = yield from read_binding(doc, model, betas)
    return MessagesRequest(
        doc,
        model,
        doc["model"],
        max_tokens,
        doc.get("stream") is True,
        tuple(doc.get("stop_sequences") or ()),
        tuple(offer.tools),
        read_choice(doc.get("tool_choice")),
        read_thinking(doc, betas),
        (yield from ends_with_tool_result(doc["messages"])),
        breakpoints,
        bound,
    )


def parsing_count(
    doc: Mapping[str, Any], version: str, betas: Collection[str]
) -> Steps[CountRequest]:
    """`parse_count` with a pause about every millisecond, for large bodies; returns the request."""
    compacted = named(betas, THRESHOLD, ON_DEMAND)
    yield from check_fields(doc, COUNT, _COUNTED, version, compacted=compacted)
    model = _model(doc["model"])
    check_thinking(doc, model)
    yield from _check_meaning(doc, model, betas)
    yield from read_breakpoints(doc)
    yield from read_binding(doc, model, betas)
    return CountRequest(doc, model)


def _check_meaning(doc: Mapping[str, Any], model: Model, betas: Collection[str]) -> Steps[Offer]:
    """What both kinds of request must not say, although the shape is right; returns the tools."""
    messages = doc["messages"]
    if doc.get("speed") == "fast" and not takes_fast(model):
        # Documented; style.
        raise invalid("speed: 'fast' is not supported for this model.")
    grammar = Grammar()
    offer = yield from read_tools(doc.get("tools") or (), grammar)
    check_tool_types(doc.get("tools") or (), model)
    check_choice(doc, offer, model)
    check_servers(doc, offer, betas)
    check_callers(doc, model)
    check_edits(doc, model, betas)
    check_format(doc, grammar)
    grammar.close()
    yield from check_said(messages, doc.get("system"))
    yield from check_roles(messages, model)
    yield from check_pairs(messages, loose=is_of_2024(model))
    yield from check_signatures(messages)
    yield from check_summaries(doc, betas)
    yield from check_media(messages, model)
    check_container(doc)
    return offer


def _check_stops(texts: Collection[str]) -> None:
    for text in texts:
        if not text or text.isspace():
            raise invalid("stop_sequences: each stop sequence must contain non-whitespace")


def _model(name: str) -> Model:
    model = resolve(name)
    if model is None:
        raise Rejected(ApiError.of(404, f"model: {name}"))
    return model
