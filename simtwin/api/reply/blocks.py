"""The blocks that an answer is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs


@attrs.frozen
class Text:
    """What is said, one piece a token; with `citations` of what it rests on."""

    pieces: tuple[str, ...]
    citations: tuple[Mapping[str, Any], ...] = ()

    @property
    def text(self) -> str:
        """The pieces as one."""
        return "".join(self.pieces)


@attrs.frozen
class Thoughts:
    """What is thought before; `shown` is whether the client gets more than the signature."""

    pieces: tuple[str, ...]
    signature: str
    shown: bool = True

    @property
    def text(self) -> str:
        """What the client gets of the text."""
        return "".join(self.pieces) if self.shown else ""


@attrs.frozen
class Redacted:
    """What is thought but not told: sealed `data`."""

    data: str
    tokens: int


@attrs.frozen
class Call:
    """A call of a tool.

    Args:
        name: the tool.
        input: the arguments; empty where their JSON was cut.
        pieces: their JSON as it is streamed, one piece a token.
        opening: the tokens spent before the first piece.
        eager: whether the JSON is streamed as it is written, not value by value.
        toolset: the family of a tool that belongs to one.
        within: as of `SaidCall`.
        caller: as of `SaidCall`.
    """

    name: str
    input: Mapping[str, Any]
    pieces: tuple[str, ...]
    opening: int
    eager: bool = False
    toolset: str | None = None
    within: int | str | None = None
    caller: str = ""


@attrs.frozen
class Use:
    """A call that the server itself answers: as `Call`, and as `SaidUse`."""

    name: str
    input: Mapping[str, Any]
    pieces: tuple[str, ...]
    opening: int
    kind: str = "server_tool_use"
    server: str | None = None
    within: int | None = None


@attrs.frozen
class Result:
    """What a tool of the server gave: as `SaidResult`."""

    kind: str
    content: Any
    of: int | str
    within: int | None = None
    direct: bool = False


@attrs.frozen
class Summary:
    """What the conversation so far was compacted to; its tokens are not the answer's.

    One that was asked for has a signature.
    """

    text: str
    signature: str | None = None


Block = Text | Thoughts | Redacted | Call | Use | Result | Summary
