"""What is said where nobody else decides it: drawn from the seed and the request's fingerprint."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random

from simtwin.api.reply import prose
from simtwin.api.reply.said import (
    Said,
    SaidBlock,
    SaidResult,
    SaidSummary,
    SaidText,
    SaidThinking,
    SaidUse,
)
from simtwin.api.reply.served import code, others, web
from simtwin.api.reply.spec import ReplySpec
from simtwin.api.reply.turn import PLAIN, Served, Turn

_CATEGORIES = ("cyber", "bio", "general_harms", None)
_EXPLANATION = "This request was declined because it appears to violate the usage policy."

#: From these versions on a search or fetch is made by code, which filters what it brings.
_BY_CODE = ("web_search_2026", "web_fetch_2026")


def seeded(spec: ReplySpec) -> Said:
    """The answer of the twin's own making."""
    if spec.turn is PLAIN:
        text = SaidText(prose.answer(spec.source, spec.length))
        if spec.thinking is None:
            return Said((text,))
        return Said((SaidThinking(prose.thoughts(spec.source)), text))
    if spec.turn.refuses:
        return _refusal(spec)
    if spec.turn.pauses == "compaction":
        return Said((SaidSummary(prose.summary(spec.source)),), "compaction")
    return Said(tuple(_blocks(spec)), "pause_turn" if spec.turn.pauses else None)


def _refusal(spec: ReplySpec) -> Said:
    """A refusal, half of the time after the answer was begun."""
    rng = Random(spec.source + b"refusal")
    category = rng.choice(_CATEGORIES)
    details = {
        "type": "refusal",
        "category": category,
        "explanation": _EXPLANATION if category else None,
    }
    begun = (SaidText(prose.answer(spec.source).split(". ")[0]),) if rng.random() < 1 / 2 else ()
    return Said(begun, "refusal", details)


def _blocks(spec: ReplySpec) -> Iterator[SaidBlock]:
    source, turn = spec.source, spec.turn
    if turn.compacts:
        yield SaidSummary(prose.summary(source))
    if spec.thinking is not None:
        yield SaidThinking(prose.thoughts(source), redacted=turn.redacted)
    brought = list(_brought(turn, source))
    yield from brought
    if turn.code is not None:
        yield SaidText(prose.before_call(source))
        yield SaidUse("code_execution", {"code": turn.code})
        yield from turn.calls
        return
    if turn.pauses:
        yield SaidUse("web_search", {"query": prose.phrase(Random(source + b"paused"))})
        return
    if brought and turn.interleaved and spec.thinking is not None and not turn.calls:
        yield SaidThinking(prose.thoughts(source + b"on"), redacted=turn.redacted)
    if turn.calls:
        if not (turn.forced or turn.calls[0].within) or brought:
            yield SaidText(prose.before_call(source))
        yield from turn.calls
        return
    found = [block for block in brought if isinstance(block, SaidResult)]
    yield from _told(spec, found[-1] if found else None)


def _brought(turn: Turn, source: bytes) -> Iterator[SaidBlock]:
    """What the server's tools do, and what they give."""
    if turn.finishes is not None:
        yield code.finished(*turn.finishes)
        return
    rng = Random(source + b"served") if turn.served or turn.resumes else None
    if rng is None:
        return
    if turn.resumes is not None:
        yield _resumed(*turn.resumes, rng)
        return
    if not turn.forced:
        yield SaidText(prose.before_call(source + b"served"))
    place = 0
    for served in turn.served:
        for _ in range(served.times):
            for block in _served(served, place, rng):
                place += isinstance(block, SaidUse)
                yield block


def _served(served: Served, place: int, rng: Random) -> list[SaidBlock]:
    kind = served.tool
    if kind.startswith(_BY_CODE) and not served.direct:
        name = "web_search" if kind.startswith("web_search") else "web_fetch"
        within = _web(served, place + 1, rng, place)
        return [code.calling(name), *within, code.called(place)]
    if kind.startswith("web_"):
        return _web(served, place, rng, None)
    if kind.startswith("code_execution_"):
        return code.ran(place, kind, rng)
    if kind.startswith("tool_search_tool_"):
        return others.looked_up(place, served.name, served.found)
    if kind == "mcp":
        return others.asked_server(place, served.server, served.name, rng)
    return others.advised(place, served.name, rng)


def _web(served: Served, place: int, rng: Random, within: int | None) -> list[SaidBlock]:
    if served.tool.startswith("web_search"):
        return web.searched(place, served.domains, rng, within)
    return web.fetched(place, served.url, rng, cited=served.cited, within=within)


def _resumed(id_: str, name: str, rng: Random) -> SaidResult:
    """The result of a use that an earlier answer ended with."""
    kinds = {
        "bash_code_execution": Served("code_execution_20250825", name),
        "code_execution": Served("code_execution_20250522", name),
        "mcp": Served("mcp", name),
        "web_fetch": Served("web_fetch_20250910", name, url="https://www.example.com"),
    }
    blocks = _served(kinds.get(name) or Served("web_search_20250305", name), 0, rng)
    result = next(block for block in blocks if isinstance(block, SaidResult))
    return SaidResult(result.kind, result.content, id_, result.tokens, direct=result.direct)


def _told(spec: ReplySpec, found: SaidResult | None) -> Iterator[SaidBlock]:
    """The text that the answer ends with."""
    turn, source = spec.turn, spec.source
    if turn.form:
        yield SaidText(json.dumps(turn.form[0], ensure_ascii=False))
    elif found is not None and found.kind == "web_search_tool_result":
        yield from web.findings(found.content, source)
    elif turn.citations:
        for place, citation in enumerate(turn.citations):
            begin, *_, end = prose.answer(source + b"cited/%d" % place).split(". ")
            yield SaidText(begin + ". ")
            yield SaidText(end, (citation,))
    else:
        yield SaidText(prose.answer(source, spec.length))
