"""Requests and replies for the tests of what is said."""

from __future__ import annotations

from typing import Any

from simtwin.api.reply.message import Ids
from simtwin.api.reply.reply import Reply, compose_reply
from simtwin.api.reply.spec import ReplySpec, spec
from simtwin.api.request.measure import measure
from simtwin.api.request.parse import parse
from simtwin.api.request.steps import run
from simtwin.api.version import OLDER

IDS = Ids("req_1", "msg_1", lambda number: f"toolu_{number}")

TOOL: dict[str, Any] = {
    "name": "get_weather",
    "input_schema": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
        "required": ["city", "days"],
    },
}


#: One request for each way that an answer can go.
ASKED: list[dict[str, Any]] = [
    {},
    {"max_tokens": 0},
    {"max_tokens": 3},
    {"tools": [TOOL]},
    {"tools": [TOOL], "tool_choice": {"type": "any"}},
    {"tools": [TOOL], "tool_choice": {"type": "any"}, "max_tokens": 40},
    {"tools": [{"name": "go", "input_schema": {"type": "object"}}]},
    {"thinking": {"type": "adaptive"}},
    {"thinking": {"type": "adaptive", "display": "omitted"}, "tools": [TOOL]},
    {"stop_sequences": ["the"]},
]

RESULT = {"type": "tool_result", "tool_use_id": "t", "content": "ok"}
#: A conversation whose last turn answers a call.
ANSWERED: list[dict[str, Any]] = [
    {"role": "user", "content": "Hi"},
    {
        "role": "assistant",
        "content": [{"type": "tool_use", "id": "t", "name": "get_weather", "input": {}}],
    },
    {"role": "user", "content": [RESULT]},
]


def doc_of(**fields: Any) -> dict[str, Any]:
    """A small valid request with `fields` in it; a field of `...` is left out."""
    doc = {
        "model": "claude-sonnet-4-6",
        "max_tokens": 1_000,
        "messages": [{"role": "user", "content": "Hi"}],
        **fields,
    }
    return {name: value for name, value in doc.items() if value is not ...}


def turn(*content: Any, role: str = "user") -> dict[str, Any]:
    """A message of blocks."""
    return {"role": role, "content": list(content)}


def spec_of(seed: int = 7, betas: frozenset[str] = frozenset(), **fields: Any) -> ReplySpec:
    """The spec of the answer to a small request with `fields` in it."""
    doc = doc_of(**fields)
    return spec(parse(doc, OLDER, betas), seed, run(measure(doc, 0)), betas)


def reply_to(seed: int = 7, betas: frozenset[str] = frozenset(), **fields: Any) -> Reply:
    """The answer to a small request with `fields` in it."""
    return compose_reply(spec_of(seed, betas, **fields))
