"""Requests that the API takes, of every kind that the twin knows."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import attrs
from hypothesis import strategies as st

from simtwin.api.model import Model
from simtwin.api.models import MODELS
from simtwin.api.reply.signature import make
from simtwin.api.request.rules.generation import (
    refuses_forcing,
    takes_fast,
    takes_sampling,
    takes_system_turns,
)
from simtwin.api.version import NEWER, OLDER

Doc = dict[str, Any]

#: A picture of one pixel.
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PDF = base64.b64encode(b"%PDF-1.4\n1 0 obj\n<< /Type /Page >>\nendobj\n").decode()

_CALM = ("low", "medium", "high")

texts = st.text(min_size=1, max_size=30).filter(lambda text: not text.isspace())
caches = st.sampled_from([{}, {"cache_control": None}])
names = st.from_regex(r"\A[a-zA-Z0-9_-]{1,20}\Z")

TEXT = st.builds(lambda text, cache: {"type": "text", "text": text, **cache}, texts, caches)
IMAGE = st.builds(
    lambda source, cache: {"type": "image", "source": source, **cache},
    st.sampled_from(
        [
            {"type": "base64", "media_type": "image/png", "data": PNG},
            {"type": "url", "url": "https://example.com/a.png"},
            {"type": "file", "file_id": "file_011CcaGpPS2JA1AMya8VxEMh"},
        ]
    ),
    caches,
)
_SOURCES = st.one_of(
    st.sampled_from(
        [
            {"type": "base64", "media_type": "application/pdf", "data": PDF},
            {"type": "url", "url": "https://example.com/a.pdf"},
            {"type": "file", "file_id": "file_011CcaGpPS2JA1AMya8VxEMh"},
        ]
    ),
    st.builds(lambda data: {"type": "text", "media_type": "text/plain", "data": data}, texts),
    st.builds(
        lambda content: {"type": "content", "content": content},
        texts | st.lists(TEXT | IMAGE, min_size=1, max_size=2),
    ),
)
DOCUMENT = st.builds(
    lambda source, more: {"type": "document", "source": source, **more},
    _SOURCES,
    st.fixed_dictionaries(
        {},
        optional={
            "title": texts | st.none(),
            "context": texts | st.none(),
            "citations": st.just({"enabled": True}),
        },
    ),
)
FOUND = st.builds(
    lambda content, title: {
        "type": "search_result",
        "content": content,
        "source": "https://example.com",
        "title": title,
    },
    st.lists(TEXT, min_size=1, max_size=2),
    texts,
)

OBJECT: Doc = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
    "required": ["city"],
    "additionalProperties": False,
}
_TYPED: tuple[Doc, ...] = (
    {"type": "web_search_20250305", "name": "web_search", "max_uses": 2},
    {"type": "web_fetch_20250910", "name": "web_fetch", "citations": {"enabled": True}},
    {"type": "code_execution_20260120", "name": "code_execution"},
    {"type": "bash_20250124", "name": "bash"},
    {"type": "memory_20250818", "name": "memory"},
    {"type": "text_editor_20250728", "name": "str_replace_based_edit_tool"},
    {"type": "tool_search_tool_bm25_20251119", "name": "tool_search_tool_bm25"},
)
_CUSTOM = st.builds(
    lambda name, more: {"name": f"own_{name}", "input_schema": OBJECT, **more},
    names,
    st.fixed_dictionaries(
        {},
        optional={
            "description": texts,
            "strict": st.booleans(),
            "type": st.just("custom"),
            "eager_input_streaming": st.booleans(),
            "input_examples": st.just([{"city": "Paris"}]),
        },
    ),
)
TOOLS = st.lists(
    _CUSTOM | st.sampled_from(_TYPED), min_size=1, max_size=4, unique_by=lambda tool: tool["name"]
)


@attrs.frozen
class Valid:
    """A request that is taken, and the edition that takes it."""

    doc: Doc
    version: str


@st.composite
def valid_requests(draw: st.DrawFn) -> Valid:
    """Models, streams, tools, thinking, formats, system prompts, blocks and pairs of calls."""
    model = draw(st.sampled_from(MODELS))
    version = draw(st.sampled_from([OLDER, NEWER]))
    doc: Doc = {
        "model": draw(st.sampled_from([model.id, *model.aliases])),
        "max_tokens": draw(st.integers(0, 4_096)),
        "messages": draw(_conversations(model)),
        **draw(_plain()),
        **draw(_thinking(model)),
    }
    if doc.get("thinking", {}).get("type") == "enabled":
        doc["max_tokens"] = doc["thinking"]["budget_tokens"] + 1
        if "adaptive" not in model.thinking:
            _begin_with_thinking(doc["messages"], model)
    if draw(st.booleans()):
        doc["tools"] = draw(TOOLS)
        doc.update(draw(_choices(doc, model)))
        if any(tool["name"] == "code_execution" for tool in doc["tools"]) and draw(st.booleans()):
            doc["container"] = {"id": None, "skills": [{"skill_id": "pdf", "type": "anthropic"}]}
    if draw(st.booleans()):
        output = doc.setdefault("output_config", {})
        output["format"] = {"type": "json_schema", "schema": OBJECT}
    if version == OLDER and takes_sampling(model) and "thinking" not in doc:
        doc.update(draw(st.sampled_from([{}, {"temperature": 0.5}, {"top_p": 0.9, "top_k": 5}])))
    if takes_fast(model) and draw(st.booleans()):
        doc["speed"] = "fast"
    if isinstance(doc["messages"][0]["content"], list) and draw(st.booleans()):
        doc["messages"][0]["content"][0]["cache_control"] = {"type": "ephemeral", "ttl": "5m"}
    return Valid(doc, version)


def _begin_with_thinking(messages: list[Doc], model: Model) -> None:
    """Turns of calls do, where thinking is turned on by hand."""
    thought = {"type": "thinking", "thinking": "Hm.", "signature": make("Hm.", model.id, b"test")}
    for message in messages:
        if message["role"] == "assistant" and message["content"][0]["type"] != "thinking":
            message["content"].insert(0, thought)


def _plain() -> st.SearchStrategy[Doc]:
    return st.fixed_dictionaries(
        {},
        optional={
            "stream": st.booleans(),
            "stop_sequences": st.lists(texts, max_size=2),
            "system": texts | st.lists(TEXT, min_size=1, max_size=2),
            "metadata": st.fixed_dictionaries({}, optional={"user_id": texts | st.none()}),
            "service_tier": st.sampled_from(["auto", "standard_only"]),
            "inference_geo": st.sampled_from(["us", "global"]),
            "container": st.just("container_011"),
            "diagnostics": st.just({"previous_message_id": None}),
            "cache_control": st.just({"type": "ephemeral"}),
        },
    )


@st.composite
def _thinking(draw: st.DrawFn, model: Model) -> Doc:
    kinds: list[Doc | None] = [None]
    for kind in model.thinking:
        if kind == "enabled":
            kinds.append({"type": kind, "budget_tokens": draw(st.integers(1_024, 2_000))})
        else:
            kinds.append({"type": kind})
    chosen = draw(st.sampled_from(kinds))
    if chosen is not None and chosen["type"] != "disabled":
        chosen |= draw(st.sampled_from([{}, {"display": "omitted"}, {"display": "summarized"}]))
    efforts = model.effort
    if chosen is not None and chosen["type"] == "disabled":
        efforts = tuple(effort for effort in efforts if effort in _CALM)
    effort = draw(st.sampled_from([None, *efforts]))
    return {
        **({} if chosen is None else {"thinking": chosen}),
        **({} if effort is None else {"output_config": {"effort": effort}}),
    }


def _choices(doc: Mapping[str, Any], model: Model) -> st.SearchStrategy[Doc]:
    kinds: list[Doc] = [{"type": "auto"}, {"type": "none"}]
    if refuses_forcing(model) is None and doc.get("thinking", {}).get("type") != "enabled":
        kinds += [{"type": "any"}, {"type": "tool", "name": doc["tools"][0]["name"]}]
    one = {"disable_parallel_tool_use": True}
    kinds += [{**kind, **one} for kind in kinds if kind["type"] != "none"]
    return st.sampled_from([{}, *({"tool_choice": kind} for kind in kinds)])


@st.composite
def _conversations(draw: st.DrawFn, model: Model) -> list[Doc]:
    user = texts | st.lists(TEXT | IMAGE | DOCUMENT | FOUND, min_size=1, max_size=3)
    messages: list[Doc] = [{"role": "user", "content": draw(user)}]
    for turn in range(draw(st.integers(0, 2))):
        blocks, results = draw(_calls(turn, model))
        messages.append(
            {"role": "assistant", "content": [*blocks, *draw(st.lists(TEXT, max_size=1))]}
        )
        messages.append({"role": "user", "content": [*results, *draw(st.lists(TEXT, min_size=1))]})
    if takes_system_turns(model) and draw(st.booleans()):
        messages.append({"role": "system", "content": draw(texts)})
    return messages


@st.composite
def _calls(draw: st.DrawFn, turn: int, model: Model) -> tuple[list[Doc], list[Doc]]:
    """What the assistant says with its calls, and the results that answer them."""
    blocks: list[Doc] = []
    thought = draw(st.none() | texts)
    if thought is not None and model.thinking:
        signature = make(thought, model.id, b"test")
        blocks.append({"type": "thinking", "thinking": thought, "signature": signature})
    if draw(st.booleans()):
        search = {"id": f"srvtoolu_{turn}", "name": "web_search", "input": {"query": "x"}}
        blocks += [
            {"type": "server_tool_use", **search},
            {"type": "web_search_tool_result", "tool_use_id": f"srvtoolu_{turn}", "content": []},
        ]
    results = []
    for number in range(draw(st.integers(0 if blocks else 1, 2))):
        called = f"toolu_{turn}_{number}"
        blocks.append({"type": "tool_use", "id": called, "name": "go", "input": {"a": [1, None]}})
        content = draw(st.none() | texts | st.lists(TEXT | IMAGE | DOCUMENT | FOUND, max_size=2))
        result = {"type": "tool_result", "tool_use_id": called, "is_error": draw(st.booleans())}
        results.append(result if content is None else {**result, "content": content})
    return blocks, results
