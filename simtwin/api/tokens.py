"""How many tokens a text or a request has: an estimate, the same wherever it is asked for.

A piece is what one token stands for here: a word of up to nine letters with the space before it,
up to three digits, up to two marks. On English text that is near what the 4.x models count. It is
no tokenizer: the vocabulary of the real one is not public.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zlib import crc32

import msgspec

#: Counted in one go, about 3 ms; larger texts are counted in windows of this many characters.
WINDOW = 64 * 1024
#: What a text counts for in a window besides its characters: many short ones take long as well.
_OVERHEAD = 64

#: What a turn costs besides its text: 6 tokens of text were counted as 14, 1,101 as 1,114 (2026).
TURN_TOKENS = 7

# "tokens = (width px * height px)/750", at most about 1,600: docs, "Vision". Without a look at the
# picture its bytes stand in for its pixels.
_IMAGE_BYTES_PER_TOKEN, _LEAST_IMAGE, _MOST_IMAGE = 200, 64, 1_600
_DOCUMENT_BYTES_PER_TOKEN, _LEAST_DOCUMENT, _MOST_DOCUMENT = 30, 1_500, 100_000

_PIECE = re.compile(r" ?(?:[A-Za-z]{1,9}|[0-9]{1,3}|[^\sA-Za-z0-9]{1,2})|\s{1,16}", re.ASCII)
_find_all = _PIECE.findall
# Counts matches without making a string of each.
_replace = _PIECE.subn

_encode = msgspec.json.Encoder(order="deterministic").encode

#: A text to count, or tokens that are known without one.
_Part = str | int


def pieces(text: str) -> list[str]:
    """The text cut into what one token each stands for; joined, they are the text again."""
    if len(text) <= WINDOW:
        return _find_all(text)
    return [piece for window in _windows(text) for piece in _find_all(window)]


def count(text: str) -> int:
    """How many tokens a text has: as many as it has pieces."""
    if len(text) <= WINDOW:
        return _replace("", text)[1]
    return sum(_replace("", window)[1] for window in _windows(text))


def count_request(doc: Mapping[str, Any]) -> Iterator[int]:
    """The input tokens of a valid request, in parts.

    Each part is counted from at most `WINDOW` characters, so that whoever sums them up can let
    others have a turn in between. `count_tokens` and the usage of an answer are both this sum.
    """
    tokens = characters = 0
    for part in _parts(doc):
        if isinstance(part, int):
            tokens += part
            continue
        for window in _windows(part):
            if characters + len(window) > WINDOW:
                yield tokens
                tokens = characters = 0
            tokens += _replace("", window)[1]
            characters += len(window) + _OVERHEAD
    yield tokens


def _windows(text: str) -> Iterator[str]:
    if len(text) <= WINDOW:
        yield text
        return
    for start in range(0, len(text), WINDOW):
        yield text[start : start + WINDOW]


def _parts(doc: Mapping[str, Any]) -> Iterator[_Part]:
    for tool in doc.get("tools") or ():
        yield _encode(tool).decode()
    yield from _content(doc.get("system") or "")
    for message in doc["messages"]:
        yield TURN_TOKENS
        content = message.get("content") or ""
        if isinstance(content, str):
            yield content
        else:
            yield from _content(content)


def _content(content: str | Sequence[Mapping[str, Any]]) -> Iterator[_Part]:
    if isinstance(content, str):
        yield content
        return
    for block in content:
        match block["type"]:
            case "text":
                yield block["text"]
            case "thinking":
                yield block["thinking"]
            case "tool_use":
                yield block["name"]
                yield _encode(block["input"]).decode()
            case "tool_result" | "mcp_tool_result":
                yield from _result(block.get("content"))
            case "image":
                yield _image(block["source"])
            case "document":
                yield from _document(block["source"])
            case _:
                yield _encode(block).decode()


def _result(content: object) -> Iterator[_Part]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, list):
        yield from _content(content)


def _image(source: Mapping[str, Any]) -> int:
    return _by_size(source, _IMAGE_BYTES_PER_TOKEN, _LEAST_IMAGE, _MOST_IMAGE)


def _document(source: Mapping[str, Any]) -> Iterator[_Part]:
    data, content = source.get("data"), source.get("content")
    if source.get("type") == "text" and isinstance(data, str):
        yield data
    elif content is not None:
        yield from _result(content)
    else:
        yield _by_size(source, _DOCUMENT_BYTES_PER_TOKEN, _LEAST_DOCUMENT, _MOST_DOCUMENT)


def _by_size(source: Mapping[str, Any], bytes_per_token: int, least: int, most: int) -> int:
    """Tokens of something by the size of its base64; what is elsewhere gets a made-up size."""
    data = source.get("data")
    if isinstance(data, str):
        return max(least, min(most, len(data) * 3 // 4 // bytes_per_token))
    return least + crc32(_encode(source)) % (min(most, 20 * least) - least)
