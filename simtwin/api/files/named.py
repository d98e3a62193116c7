"""The files that a request for a message names, and the request with their contents in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeGuard

Doc = Mapping[str, Any]

#: What a file is as the source of an image or a document, by its media type.
IMAGES = ("image/jpeg", "image/png", "image/gif", "image/webp")
PDF = "application/pdf"
TEXT = "text/plain"


def named(doc: Doc) -> Iterator[str]:
    """The ids of files in the turns of a request, each as often as it is there."""
    for block in _blocks(doc.get("messages")):
        source = block.get("source")
        if block.get("type") == "container_upload":
            yield str(block.get("file_id"))
        elif _is_file(source):
            yield str(source["file_id"])


def inlined(doc: Doc, sources: Mapping[str, Doc]) -> Doc:
    """The same request with other sources in the place of files, by their ids.

    What is measured is then what the model would read; what is no image or document stays as it is.
    """
    return {**doc, "messages": [_turn(turn, sources) for turn in doc["messages"]]}


def _turn(turn: Any, sources: Mapping[str, Doc]) -> Any:
    content = turn.get("content") if isinstance(turn, dict) else None
    return turn if not isinstance(content, list) else {**turn, "content": _all(content, sources)}


def _all(content: Sequence[Any], sources: Mapping[str, Doc]) -> list[Any]:
    return [_block(block, sources) for block in content]


def _block(block: Any, sources: Mapping[str, Doc]) -> Any:
    if not isinstance(block, dict):
        return block
    source, inner = block.get("source"), block.get("content")
    if _is_file(source) and source["file_id"] in sources:
        return {**block, "source": sources[source["file_id"]]}
    if block.get("type") == "tool_result" and isinstance(inner, list):
        return {**block, "content": _all(inner, sources)}
    return block


def _blocks(turns: Any) -> Iterator[dict[str, Any]]:
    for turn in turns if isinstance(turns, list) else ():
        content = turn.get("content") if isinstance(turn, dict) else None
        for block in content if isinstance(content, list) else ():
            if isinstance(block, dict):
                yield block
                inner = block.get("content")
                if block.get("type") == "tool_result" and isinstance(inner, list):
                    yield from (each for each in inner if isinstance(each, dict))


def _is_file(source: Any) -> TypeGuard[dict[str, Any]]:
    return isinstance(source, dict) and source.get("type") == "file" and "file_id" in source
