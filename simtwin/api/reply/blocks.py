"""The blocks that an answer is made of."""

from __future__ import annotations

from typing import Any

import attrs


@attrs.frozen
class Text:
    """What is said, one piece a token."""

    pieces: tuple[str, ...]

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
class Call:
    """A call of a tool.

    Args:
        name: the tool.
        input: the arguments; empty where their JSON was cut.
        pieces: their JSON as it is streamed, one piece a token.
        opening: the tokens spent before the first piece.
    """

    name: str
    input: dict[str, Any]
    pieces: tuple[str, ...]
    opening: int


Block = Text | Thoughts | Call
