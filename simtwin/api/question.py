"""A request as the rules of scripted replies see it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from simtwin.core.replies import Question


def question(doc: Mapping[str, Any]) -> Question:
    """The question that a valid request is.

    The turn counts answers: with one answer of the assistant in the conversation it is the second.
    A last message of the assistant, which the answer is to go on with, is none yet.
    """
    messages = doc["messages"]
    last = max((at for at, each in enumerate(messages) if each["role"] == "user"), default=-1)
    blocks = list(_blocks(messages[last]["content"])) if last >= 0 else []
    results = [each for each in blocks if each.get("type") == "tool_result"]
    return Question(
        model=doc["model"],
        system=_text(_blocks(doc.get("system"))),
        text=_text(blocks),
        results=_text(inner for each in results for inner in _blocks(each.get("content"))),
        answers_calls=bool(results),
        tools=frozenset(
            tool["name"] for tool in doc.get("tools") or () if isinstance(tool.get("name"), str)
        ),
        turn=1 + sum(each["role"] == "assistant" for each in messages[: max(last, 0)]),
    )


def _blocks(content: Any) -> Iterator[Mapping[str, Any]]:
    """The blocks of a content, which may be a text instead of a list."""
    if isinstance(content, str):
        yield {"type": "text", "text": content}
    elif content is not None:
        yield from content


def _text(blocks: Iterable[Mapping[str, Any]]) -> str:
    return "\n".join(each["text"] for each in blocks if each.get("type") == "text")
