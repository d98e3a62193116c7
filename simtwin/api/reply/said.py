"""What is to be said, before it is cut to the request's bounds.

Whoever decides what is said (the seed, a scripted reply, an echo) gives a `Said`; `compose_reply`
makes the answer of it, within `max_tokens` and up to the first stop sequence.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

Json = Mapping[str, Any]


@attrs.frozen
class SaidText:
    """A text; with `citations`, as the API shows them, of what it rests on."""

    text: str
    citations: tuple[Json, ...] = ()


@attrs.frozen
class SaidThinking:
    """A thought, which is given as a redacted block where `redacted`."""

    text: str
    redacted: bool = False


@attrs.frozen
class SaidCall:
    """A call of one of the client's tools.

    Args:
        name: the tool's.
        input: what it is called with.
        toolset: the family of one that belongs to one.
        within: which earlier use, from 0, ran the code that calls it, or that use's id where it is in
            an earlier answer; None for a direct call.
        caller: the kind of that code.
    """

    name: str
    input: Json
    toolset: str | None = None
    within: int | str | None = None
    caller: str = ""


@attrs.frozen
class SaidUse:
    """A call that the server itself answers.

    Args:
        name: the tool's.
        input: what it is called with.
        kind: the block's type: `server_tool_use` or `mcp_tool_use`.
        server: the MCP server that has the tool.
        within: which earlier use, from 0, ran the code that calls it; None for a direct call.
    """

    name: str
    input: Json
    kind: str = "server_tool_use"
    server: str | None = None
    within: int | None = None


@attrs.frozen
class SaidResult:
    """What the server's tool gave.

    Args:
        kind: the block's type.
        content: as the API shows it.
        of: which use it answers, from 0, or the id of one in an earlier answer.
        tokens: what it adds to the input of the answer.
        within: as of `SaidUse`.
        direct: whether the block tells that the call was direct.
    """

    kind: str
    content: Any
    of: int | str
    tokens: int = 0
    within: int | None = None
    direct: bool = False


@attrs.frozen
class SaidSummary:
    """What the conversation so far was compacted to."""

    text: str


SaidBlock = SaidText | SaidThinking | SaidCall | SaidUse | SaidResult | SaidSummary


@attrs.frozen
class Said:
    """What is to be said, and why it ends.

    Args:
        blocks: in order.
        stop_reason: None for what follows from the blocks: `tool_use` after a call, else `end_turn`.
        stop_details: what else there is to tell of the end, as the API shows it.
    """

    blocks: tuple[SaidBlock, ...]
    stop_reason: str | None = None
    stop_details: Json | None = None
