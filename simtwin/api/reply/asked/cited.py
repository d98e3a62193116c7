"""Citations of what the request holds: documents and search results that may be cited.

Forms: platform.claude.com/docs, "Citations" and "Search results"; fields as in SDK 2.12.0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from simtwin.api.reply.said import Json

#: How many citations an answer has, and of how many characters each, so that it stays small.
MOST_CITATIONS = 3
_LONGEST = 160

_CITABLE = frozenset(("document", "search_result"))


def citations(messages: Sequence[Mapping[str, Any]]) -> tuple[Json, ...]:
    """What an answer may cite, in the order of the request, at most `MOST_CITATIONS`."""
    made: list[Json] = []
    documents = found = 0
    for block in _citable(messages):
        if block["type"] == "document":
            if _enabled(block):
                made += _of_document(block, documents)
            documents += 1
        else:
            if _enabled(block):
                made += _of_result(block, found)
            found += 1
    return tuple(made[:MOST_CITATIONS])


def _citable(messages: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Every document and search result, inside results of tools as well."""
    for message in messages:
        content = message["content"]
        if isinstance(content, str):
            continue
        for block in content:
            kind = block["type"]
            if kind in _CITABLE:
                yield block
            elif kind == "tool_result" and isinstance(block.get("content"), list):
                yield from (inner for inner in block["content"] if inner["type"] in _CITABLE)


def _enabled(block: Mapping[str, Any]) -> bool:
    config = block.get("citations")
    return isinstance(config, dict) and config.get("enabled") is True


def _of_document(block: Mapping[str, Any], index: int) -> Iterator[Json]:
    source = block["source"]
    named = {"document_index": index, "document_title": block.get("title"), "file_id": None}
    data, content = source.get("data"), source.get("content")
    if source.get("type") == "text" and isinstance(data, str):
        for start, end in _sentences(data):
            yield {
                "type": "char_location",
                "cited_text": data[start:end],
                **named,
                "start_char_index": start,
                "end_char_index": end,
            }
    elif source.get("type") == "content":
        for place, text in _texts(content):
            yield {
                "type": "content_block_location",
                "cited_text": text,
                **named,
                "start_block_index": place,
                "end_block_index": place + 1,
            }
    else:
        # The text of a PDF is not read here: its first page is cited without any.
        yield {
            "type": "page_location",
            "cited_text": "",
            **named,
            "start_page_number": 1,
            "end_page_number": 2,
        }


def _of_result(block: Mapping[str, Any], index: int) -> Iterator[Json]:
    for place, text in _texts(block.get("content")):
        yield {
            "type": "search_result_location",
            "cited_text": text,
            "search_result_index": index,
            "source": block.get("source", ""),
            "title": block.get("title"),
            "start_block_index": place,
            "end_block_index": place + 1,
        }


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where the first sentences of a text are."""
    start = 0
    for _ in range(MOST_CITATIONS):
        end = text.find(". ", start, start + _LONGEST)
        end = min(start + _LONGEST, len(text)) if end < 0 else end + 2
        if start < end:
            yield start, end
        start = end


def _texts(content: object) -> Iterator[tuple[int, str]]:
    """The texts that are short enough to be cited whole, with their places."""
    if isinstance(content, str):
        yield 0, content[:_LONGEST]
    elif isinstance(content, list):
        for place, block in enumerate(content[: 4 * MOST_CITATIONS]):
            text = block.get("text")
            if isinstance(text, str) and len(text) <= _LONGEST * 8:
                yield place, text
