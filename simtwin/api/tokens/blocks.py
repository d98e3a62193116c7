"""What blocks of content cost."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from simtwin.api.tokens.definitions import one_definition
from simtwin.api.tokens.family import Family
from simtwin.api.tokens.media import document_parts, image_part
from simtwin.api.tokens.parts import Part

# From recordings of 2025 and 2026, in tokens.
_JOINED = 1  # text before calls, or after results
_RESULTS = 12  # the results of one turn
_NAMED_RESULT = 25  # each of several, with the name of its tool
_FAILED = 7  # a result that is an error
_REFERENCE = 4  # a tool that is referred to, besides its definition
_ADDITION = 40  # a tool that is added in the middle of a conversation, likewise
_WRITTEN_DOCUMENT = 38  # a document of text, besides what it says; one recording has such
#: Encrypted results of a search, in characters for each token.
_ENCRYPTED = 3

_CALLS = frozenset(("tool_use", "server_tool_use", "mcp_tool_use"))
_RESULT = "tool_result"
_THOUGHTS = frozenset(("thinking", "redacted_thinking"))
#: What blocks hold that is no part of the prompt.
_UNSAID = frozenset(
    ("type", "cache_control", "id", "tool_use_id", "caller", "encrypted_content", "encrypted_index")
)

Block = Mapping[str, Any]
Tools = Mapping[str | None, Block]


def is_result(block: Block) -> bool:
    """Whether a block of a user's message answers a call."""
    return block.get("type") == _RESULT


def content_parts(
    content: str | Sequence[Block],
    kind: Family,
    tools: Tools,
    *,
    with_thoughts: bool = True,
    since: int = 0,
    until: int | None = None,
) -> Iterator[Part]:
    """What a content costs.

    Args:
        content: of a message, of the system prompt or of a result.
        kind: how it is counted.
        tools: the request's by name, for what refers to them.
        with_thoughts: whether thinking is part of the prompt.
        since: the block that is counted first; a text is one block.
        until: the block before which counting ends; None for the end of the content.
    """
    if isinstance(content, str):
        if since == 0:
            yield content
        return
    several: bool | None = None
    before = None
    for number, block in enumerate(islice(content, until)):
        group = _group(block["type"])
        if several is None and group == "results":
            # Looked for from the first one on: most contents have none, and may be long.
            several = any(map(is_result, islice(content, number + 1, None)))
        if number >= since:
            if group != before:
                yield _begun(group, before, kind)
            if group == "results":
                yield from _result(block, kind, tools, several=several is True)
            elif group != "thoughts":
                yield from _one(block, group, kind, tools)
            elif with_thoughts:
                yield block.get("thinking") or ""
        before = group


def _group(tag: str) -> str:
    """Blocks of one group that follow each other have one frame around them."""
    if tag in _CALLS:
        return "calls"
    if tag in _THOUGHTS:
        return "thoughts"
    return "results" if tag == _RESULT else tag


def _begun(group: str, before: str | None, kind: Family) -> int:
    """What it costs that a group of blocks begins."""
    joined = _JOINED if {before, group} in ({"text", "calls"}, {"text", "results"}) else 0
    return joined + (kind.calls if group == "calls" else _RESULTS if group == "results" else 0)


def _one(block: Block, group: str, kind: Family, tools: Tools) -> Iterator[Part]:
    if group == "text":
        yield block["text"]
    elif group == "calls":
        yield from _call(block, kind)
    else:
        yield from _other(block, kind, tools)


def _call(block: Block, kind: Family) -> Iterator[Part]:
    yield kind.call
    yield block["name"]
    for name, value in block["input"].items():
        yield kind.argument
        yield name
        yield value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _result(block: Block, kind: Family, tools: Tools, *, several: bool) -> Iterator[Part]:
    if several:
        yield _NAMED_RESULT
    if block.get("is_error") is True:
        yield _FAILED
    yield from content_parts(block.get("content") or "", kind, tools)


def _other(block: Block, kind: Family, tools: Tools) -> Iterator[Part]:
    match block["type"]:
        case "image":
            yield image_part(block["source"], kind)
        case "document":
            yield from _document(block, kind, tools)
        case "tool_reference":
            yield from _referred(block, tools, kind, _REFERENCE)
        case "tool_addition":
            yield from _referred(block.get("tool") or {}, tools, kind, _ADDITION)
        case "compaction":
            yield block.get("content") or ""
        case tag if tag.endswith("_tool_result"):
            yield _RESULTS
            yield from _served(block.get("content"), kind, tools)
        case "search_result":
            yield str(block.get("title") or "")
            yield str(block.get("source") or "")
            yield from content_parts(block["content"], kind, tools)
        case _:
            yield _json(block)


def _document(block: Block, kind: Family, tools: Tools) -> Iterator[Part]:
    source = block["source"]
    inner = source.get("content")
    if inner is not None or source.get("type") == "text":
        yield _WRITTEN_DOCUMENT
    for field in ("title", "context"):
        yield str(block.get(field) or "")
    if inner is not None:
        yield from content_parts(inner, kind, tools)
    else:
        yield from document_parts(source)


def _referred(reference: Block, tools: Tools, kind: Family, besides: int) -> Iterator[Part]:
    name = reference.get("tool_name") or reference.get("name")
    yield besides
    if name in tools:
        yield from one_definition(tools[name], kind)


def _served(content: Any, kind: Family, tools: Tools) -> Iterator[Part]:
    """What a tool of the API's brought in: texts, documents, references, sealed pages."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, list):
        for each in content:
            yield from _served(each, kind, tools)
    elif isinstance(content, dict):
        if content.get("type") in ("text", "document", "tool_reference", "image"):
            yield from content_parts([content], kind, tools)
            return
        yield len(content.get("encrypted_content") or "") // _ENCRYPTED
        references = content.get("tool_references")
        inner = content.get("content")
        if isinstance(references, list):
            yield from content_parts(references, kind, tools)
        elif isinstance(inner, (list, dict)):
            yield from _served(inner, kind, tools)
        else:
            yield _json(content)


def _json(block: Block) -> str:
    said = {name: value for name, value in block.items() if name not in _UNSAID}
    return json.dumps(said, ensure_ascii=False)
