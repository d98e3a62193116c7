"""What a turn is to hold besides thinking and text: small values that outlive the request's body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from simtwin.api.reply.said import Json, SaidCall


@attrs.frozen
class Served:
    """A tool that the server runs in a turn.

    Args:
        tool: the tool's dated type, or `mcp` for one of an MCP server.
        name: what the request calls it by.
        domains: where a search may look, anywhere where empty.
        url: what to fetch.
        cited: whether what is fetched may be cited.
        found: the names that a search among tools finds.
        server: the MCP server.
        times: how often it is used.
        direct: whether no code may call it.
    """

    tool: str
    name: str
    domains: tuple[str, ...] = ()
    url: str = ""
    cited: bool = False
    found: tuple[str, ...] = ()
    server: str = ""
    times: int = 1
    direct: bool = False


@attrs.frozen
class Turn:
    """What an answer is to hold.

    Args:
        calls: the client's tools that it calls.
        code: the code that makes the calls, None where they are direct or code goes on.
        finishes: the id of the code of an earlier answer that ends now, and what it wrote.
        forced: whether the calls are all there is to be said.
        served: the server's tools that it uses first.
        eager: the tools whose input is streamed as it is written, None for all.
        form: the value that the text has to be the JSON of, in a tuple; empty where any text will do.
        citations: what the text may rest on.
        refuses: whether it is a refusal.
        redacted: whether thinking is not told.
        interleaved: whether thinking goes on between tools.
        compacts: whether the conversation is compacted first.
        pauses: why the turn ends early: `pause_turn`, `compaction`, or None.
        signs: whether the summary was asked for, and is signed.
        resumes: the id and name of the use that an earlier answer left without a result.
        edits: the edits of the context, None where the answer does not tell of any.
        cleared: the input tokens that they, and dropped thinking, took away.
        transformations: what became of thinking that came back, None where the answer does not tell.
        iterates: whether usage tells what each pass cost.
        container: the container that the request names.
        skills: those that it loads into it.
        speed: as asked for.
        diagnosed: whether the request asks for diagnostics.
    """

    calls: tuple[SaidCall, ...] = ()
    code: str | None = None
    finishes: tuple[str, str] | None = None
    forced: bool = False
    served: tuple[Served, ...] = ()
    eager: frozenset[str] | None = frozenset()
    form: tuple[Any, ...] = ()
    citations: tuple[Json, ...] = ()
    refuses: bool = False
    redacted: bool = False
    interleaved: bool = False
    compacts: bool = False
    pauses: str | None = None
    signs: bool = False
    resumes: tuple[str, str] | None = None
    edits: tuple[Mapping[str, Any], ...] | None = None
    cleared: int = 0
    transformations: tuple[Mapping[str, Any], ...] | None = None
    iterates: bool = False
    container: str | None = None
    skills: tuple[Json, ...] = ()
    speed: str | None = None
    diagnosed: bool = False


#: A turn of nothing but text.
PLAIN = Turn()
