"""Mintoken's rules, prepended to what a request has as its system prompt.

"Mintoken prepends its compression rules to whatever you send", and to content blocks "prepends a
text block, preserving the rest" (mintoken.dev/docs/anthropic, 2026); in OpenAI's form it "only
touches the messages array to inject a system prompt" (mintoken.dev/docs/openai).
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

import msgspec

#: The real ones are not public. These are as long as such rules are, and made up.
RULES = (
    "Compress your answer. Leave out articles, filler, pleasantries, hedging and repetition; short "
    "fragments are fine. Keep code, commands, file names, numbers, error messages and technical "
    "terms exactly as they are."
)
#: What stands between the rules and a prompt that is text. The documentation leaves it open.
BETWEEN = "\n\n"

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


def writing(doc: Doc) -> Generator[None, None, bytes]:
    """A request as JSON, with a pause after each of its parts: one may have megabytes."""
    pieces = []
    for name, value in doc.items():
        pieces.append(_encode(name) + b":" + (yield from _value(value)))
        yield
    return b"{" + b",".join(pieces) + b"}"


def _value(value: object) -> Generator[None, None, bytes]:
    if not isinstance(value, list):
        return _encode(value)
    items = []
    for item in value:
        items.append(_encode(item))
        yield
    return b"[" + b",".join(items) + b"]"
