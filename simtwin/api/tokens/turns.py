"""What the turns of a conversation cost.

A turn is what one side says until the other does; results of calls belong to the turn that called.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from simtwin.api.tokens.blocks import content_parts, is_result
from simtwin.api.tokens.family import Family
from simtwin.api.tokens.parts import Part

# From recordings of 2024 to 2026, in tokens.
_SYSTEM_TURN = 3  # a turn of the system's in the middle
_JOINED = 1  # a further message of the side that speaks
_EMPTY_TURN = 12  # what stands before a conversation that the assistant begins

Doc = Mapping[str, Any]
#: A message and a block of it.
Spot = tuple[int, int]

_SYSTEM = "system"
_NONE: Mapping[str | None, Doc] = {}
_BEFORE: Spot = (-1, -1)


class Turns:
    """The turns of a request.

    Args:
        messages: the request's.
        tools: likewise.
        kind: how it is counted.
    """

    def __init__(self, messages: Sequence[Doc], tools: Sequence[Doc], kind: Family) -> None:
        self._messages = messages
        self._tools = {tool.get("name"): tool for tool in tools} if tools else _NONE
        self._kind = kind

    def parts(self, start: Spot = _BEFORE, end: Spot | None = None) -> Iterator[Part]:
        """What the turns after one block cost up to another.

        Args:
            start: the message and block after which counting begins.
            end: those with which it ends, block -1 being the last of its message; None for the end
                of the conversation, and then with what a prompt ends with.
        """
        kind = self._kind
        kept = 0 if kind.keeps_thoughts else _last_question(self._messages)
        begun, since = start
        side = None
        for index, message in enumerate(
            self._messages if end is None else self._messages[: end[0] + 1]
        ):
            content = message.get("content") or ""
            speaker = message["role"] if isinstance(content, str) else _speaker(message)
            if index > begun:
                yield _frame(speaker, side, kind, answers=speaker != message["role"])
            if isinstance(content, str):
                if index > begun:
                    yield content
            elif index >= begun:
                yield from content_parts(
                    content,
                    kind,
                    self._tools,
                    with_thoughts=index >= kept,
                    since=since + 1 if index == begun else 0,
                    until=end[1] + 1 or None if end is not None and index == end[0] else None,
                )
            if speaker != _SYSTEM:
                side = speaker
        if end is None:
            # One that ends in the turn of the assistant does not begin one.
            yield kind.opening - (kind.turn if side == "assistant" else 0)


def _frame(speaker: str, side: str | None, kind: Family, *, answers: bool) -> int:
    """What a message costs besides its content, after one of `side`."""
    if speaker == _SYSTEM:
        return _SYSTEM_TURN
    if speaker == side:
        return 0 if answers else _JOINED
    empty = _EMPTY_TURN if side is None and speaker == "assistant" else 0
    return empty + kind.turn


def _speaker(message: Doc) -> str:
    """Whose turn a message belongs to: the assistant's where it answers calls."""
    return "assistant" if _answers(message) else str(message["role"])


def _answers(message: Doc) -> bool:
    """Whether a message answers calls."""
    content = message.get("content") or ""
    return not isinstance(content, str) and any(is_result(block) for block in content[:1])


def _last_question(messages: Sequence[Doc]) -> int:
    """The last message of the user that answers no call: thinking before it is forgotten."""
    for index in range(len(messages) - 1, -1, -1):
        if messages[index]["role"] == "user" and not _answers(messages[index]):
            return index
    return 0
