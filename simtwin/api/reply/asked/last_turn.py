"""What the end of a conversation asks for by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

#: Texts on which the real API refuses, or redacts its thinking, so that clients can be tested:
#: platform.claude.com/docs, "Streaming refusals" and "Extended thinking" (2026-08). The hash that
#: follows in each is not looked at.
REFUSAL = "ANTHROPIC_MAGIC_STRING_TRIGGER_REFUSAL_"
REDACTED = "ANTHROPIC_MAGIC_STRING_TRIGGER_REDACTED_THINKING_"

#: How much of a text is looked at for a page to fetch.
_LOOKED_AT = 10_000
_NO_PAGE = "https://www.example.com"

_USES = frozenset(("mcp_tool_use", "server_tool_use"))

Message = Mapping[str, Any]


def last_text(messages: Sequence[Message]) -> str:
    """The last text of the last turn, where that is the user's; else nothing."""
    if not messages or messages[-1]["role"] != "user":
        return ""
    content = messages[-1]["content"]
    if isinstance(content, str):
        return content
    for block in reversed(content):
        if block["type"] == "text":
            return str(block["text"])
    return ""


def dangling(messages: Sequence[Message]) -> tuple[str, str] | None:
    """The id and name of a use that an earlier answer ended with: the turn was paused there."""
    if not messages or messages[-1]["role"] != "assistant":
        return None
    content = messages[-1]["content"]
    if isinstance(content, str) or not content or content[-1]["type"] not in _USES:
        return None
    last = content[-1]
    name = "mcp" if last["type"] == "mcp_tool_use" else last["name"]
    return str(last["id"]), str(name)


def url_in(text: str) -> str:
    """The first address in a text, or one that leads nowhere."""
    text = text[:_LOOKED_AT]
    start = text.find("http://") if "http://" in text else text.find("https://")
    if start < 0:
        return _NO_PAGE
    return text[start:].split(maxsplit=1)[0].rstrip(".,;:!?)'\"<>")
