"""A request to answer, or to count: validated as the API validates, in its order and words.

Like the API this tells of the first problem alone: first the shape of every field, then unknown
fields, then the model, then what needs more than one field to see.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import attrs

from simtwin.api.errors import ApiError, Rejected, invalid
from simtwin.api.models import Model, resolve
from simtwin.api.request.content import check_messages, check_system, ends_with_tool_result
from simtwin.api.request.fields import COUNT, KINDS, MESSAGES, SAMPLING
from simtwin.api.request.phrases import EXTRA, MISSING, NOT_A, at_least, field_fault, shown
from simtwin.api.request.steps import Steps, run
from simtwin.api.request.thinking import Thinking, read_thinking
from simtwin.api.request.tools import AUTO, Tool, ToolChoice, read_choice, read_tools
from simtwin.api.version import NEWER

#: Of a model's name, in characters: the API's own limit (API reference, "Messages", `model`).
_LONGEST_MODEL = 256


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
    known = MESSAGES - SAMPLING if version == NEWER else MESSAGES
    model_name, late = yield from _common(doc)
    fault = field_fault(doc, "max_tokens", int)
    if fault is None and doc["max_tokens"] < 0:
        fault = at_least(1)
    if fault is not None:
        raise invalid(f"max_tokens: {fault}")
    stops = _stop_sequences(doc.get("stop_sequences"))
    shape = _shape(doc, betas, known)
    model = _model(model_name)
    max_tokens: int = doc["max_tokens"]
    if max_tokens > model.max_tokens:
        raise invalid(
            f"max_tokens: {max_tokens} > {model.max_tokens}, which is the maximum allowed number "
            f"of output tokens for {model.id}"
        )
    if shape.budget is not None and shape.budget >= max_tokens:
        raise invalid(
            "`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our "
            "documentation at https://docs.claude.com/en/docs/build-with-claude/"
            "extended-thinking#max-tokens-and-context-window-size"
        )
    _raise_first(late, stops.late, shape.late)
    return MessagesRequest(
        doc,
        model,
        model_name,
        max_tokens,
        doc.get("stream") is True,
        stops.texts,
        shape.tools,
        shape.tool_choice,
        shape.thinking,
        ends_with_tool_result(doc["messages"]),
    )


def parsing_count(
    doc: Mapping[str, Any],
    version: str,  # noqa: ARG001  # both kinds of request are read alike; no edition differs yet
    betas: Collection[str],
) -> Steps[CountRequest]:
    """`parse_count` with a pause about every millisecond, for large bodies; returns the request."""
    model_name, late = yield from _common(doc)
    shape = _shape(doc, betas, COUNT)
    model = _model(model_name)
    _raise_first(late, shape.late)
    return CountRequest(doc, model)


@attrs.frozen
class _Shape:
    tools: tuple[Tool, ...]
    tool_choice: ToolChoice
    thinking: Thinking | None
    budget: int | None
    late: str | None


@attrs.frozen
class _Stops:
    texts: tuple[str, ...]
    late: str | None


def _common(doc: Mapping[str, Any]) -> Steps[tuple[str, str | None]]:
    """The fields that both kinds of request need."""
    fault = field_fault(doc, "model", str)
    if fault is not None:
        raise invalid(f"model: {fault}")
    if not doc["model"]:
        raise invalid("model: String should have at least 1 character")
    if len(doc["model"]) > _LONGEST_MODEL:
        raise invalid(f"model: String should have at most {_LONGEST_MODEL} characters")
    if "messages" not in doc:
        raise invalid(f"messages: {MISSING}")
    late = yield from check_messages(doc["messages"])
    if doc.get("system") is not None:
        late = late or check_system(doc["system"])
    return doc["model"], late


def _shape(doc: Mapping[str, Any], betas: Collection[str], known: frozenset[str]) -> _Shape:
    """Every other field, and that there is none besides."""
    for name, kind in KINDS.items():
        value = doc.get(name)
        if value is not None and type(value) is not kind:
            raise invalid(f"{name}: {NOT_A[kind]}")
    thinking, budget = read_thinking(doc.get("thinking"), doc.get("output_config") or {}, betas)
    tools: tuple[Tool, ...] = ()
    names: frozenset[str] = frozenset()
    late = None
    if doc.get("tools") is not None:
        tools, names, late = read_tools(doc["tools"])
    choice = AUTO
    if doc.get("tool_choice") is not None:
        choice, unmet = read_choice(doc["tool_choice"], names)
        late = late or unmet
    if not doc.keys() <= known:
        extra = next(name for name in doc if name not in known)
        raise invalid(f"{shown(extra)}: {EXTRA}")
    return _Shape(tools, choice, thinking, budget, late)


def _stop_sequences(texts: object) -> _Stops:
    if texts is None:
        return _Stops((), None)
    if not isinstance(texts, list):
        raise invalid(f"stop_sequences: {NOT_A[list]}")
    late = None
    for index, text in enumerate(texts):
        if not isinstance(text, str):
            raise invalid(f"stop_sequences.{index}: {NOT_A[str]}")
        if not text.strip():
            late = "stop_sequences: each stop sequence must contain non-whitespace"
    return _Stops(tuple(texts), late)


def _model(name: str) -> Model:
    model = resolve(name)
    if model is None:
        raise Rejected(ApiError.of(404, f"model: {name}"))
    return model


def _raise_first(*late: str | None) -> None:
    for message in late:
        if message is not None:
            raise invalid(message)
