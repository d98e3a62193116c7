"""Mintoken's rules, prepended to what a request has as its system prompt.

"Mintoken prepends its compression rules to whatever you send", and to content blocks "prepends a
text block, preserving the rest" (mintoken.dev/docs/anthropic, 2026); in OpenAI's form it "only
touches the messages array to inject a system prompt" (mintoken.dev/docs/openai).
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from simtwin.api.tokens import WINDOW

#: The real ones are not public. These are as long as such rules are, and made up.
RULES = (
    "Compress your answer. Leave out articles, filler, pleasantries, hedging and repetition; short "
    "fragments are fine. Keep code, commands, file names, numbers, error messages and technical "
    "terms exactly as they are."
)
#: What stands between the rules and a prompt that is text. The documentation leaves it open.
BETWEEN = "\n\n"

#: An image in a tool's result is at depth 8; what lies deeper is written at once.
_DEEPEST = 10

_encode = msgspec.json.Encoder().encode
Doc = Mapping[str, Any]


def with_rules(doc: Doc, rules: str) -> Doc:
    """A request for a message, or for a count, with the rules before its `system`.

    A `system` that cannot be stays as it is, for the API to refuse.
    """
    system = doc.get("system")
    if system is None or system == "":
        return {**doc, "system": rules}
    if isinstance(system, str):
        return {**doc, "system": f"{rules}{BETWEEN}{system}"}
    if isinstance(system, list):
        return {**doc, "system": [{"type": "text", "text": rules}, *system]}
    return doc


def with_system_message(doc: Doc, rules: str) -> Doc:
    """A request in OpenAI's form with a system message before all others."""
    messages = doc.get("messages")
    if not isinstance(messages, list):
        return doc
    return {**doc, "messages": [{"role": "system", "content": rules}, *messages]}


def writing(doc: Doc, size: int) -> Generator[None, None, bytes | bytearray]:
    """A request as JSON, with a pause about every millisecond: one may have many megabytes.

    Args:
        doc: the request.
        size: about how long it is, in bytes; a short one is written at once.
    """
    if size <= WINDOW:
        return _encode(doc)
    text, told = bytearray(), 0
    for piece in _pieces(doc, 0):
        text += piece
        if len(text) - told > WINDOW:
            told = len(text)
            yield
    return text


def _pieces(value: object, depth: int) -> Iterator[bytes]:
    if isinstance(value, str) and len(value) > WINDOW:
        yield b'"'
        for start in range(0, len(value), WINDOW):
            # Nothing that JSON escapes reaches over a character.
            yield _encode(value[start : start + WINDOW])[1:-1]
        yield b'"'
    elif depth > _DEEPEST or not isinstance(value, Mapping | list):
        yield _encode(value)
    elif isinstance(value, list):
        yield from _joined(b"[", (_pieces(item, depth + 1) for item in value), b"]")
    else:
        yield from _joined(b"{", (_field(*field, depth) for field in value.items()), b"}")


def _field(name: str, value: object, depth: int) -> Iterator[bytes]:
    yield _encode(name) + b":"
    yield from _pieces(value, depth + 1)


def _joined(opening: bytes, items: Iterable[Iterator[bytes]], closing: bytes) -> Iterator[bytes]:
    yield opening
    for number, pieces in enumerate(items):
        if number:
            yield b","
        yield from pieces
    yield closing
