"""Web search and web fetch: made-up pages on example.com, or on the domains that are allowed.

Block and field names as recorded from 2025-11 to 2026-06.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import shake_128
from random import Random
from uuid import UUID

from simtwin.api.reply.prose import answer, phrase
from simtwin.api.reply.said import Json, SaidBlock, SaidResult, SaidText, SaidUse
from simtwin.api.reply.sealed import (
    CONTENT,
    INDEX,
    LOCK,
    MARK,
    NONCE,
    Sealed,
    field,
    number_field,
)
from simtwin.api.tokens import count

#: Recorded searches bring in 8 to 10 results, some 300 to 900 tokens each.
_LEAST_RESULTS, _MOST_RESULTS = 5, 10
_TOKENS_PER_RESULT = 400

_AGES = (None, None, "1 week ago", "6 days ago", "1 month ago", "August 12, 2025", "June 3, 2026")
#: Of a search, its version and the organization that may read it again.
_SEARCH_VERSION, _FORM = 17, 2


def searched(
    place: int, domains: Sequence[str], rng: Random, within: int | None
) -> list[SaidBlock]:
    """A search and what it found; `place` is the number of the use."""
    query = phrase(rng)
    found = results(query, domains, rng)
    return [
        SaidUse("web_search", {"query": query}, within=within),
        SaidResult(
            "web_search_tool_result",
            found,
            place,
            tokens=_TOKENS_PER_RESULT * len(found),
            within=within,
            direct=within is None,
        ),
    ]


def results(query: str, domains: Sequence[str], rng: Random) -> list[Json]:
    """What a search finds."""
    return [
        _result(query, rng.choice(domains) if domains else "www.example.com", rng)
        for _ in range(rng.randint(_LEAST_RESULTS, _MOST_RESULTS))
    ]


def findings(found: Sequence[Json], source: bytes) -> list[SaidBlock]:
    """What is said after a search: texts of which some rest on what was found."""
    said: list[SaidBlock] = [SaidText("Based on the search results:\n\n")]
    for place, result in enumerate(found[:3]):
        sentences = answer(source + b"finding/%d/" % place).split(". ")
        said.append(SaidText(sentences[0] + ".", (_citation(result, sentences[-1], source),)))
        said.append(SaidText("\n\n" if place < 2 else " Ask again for more."))
    return said


def fetched(
    place: int, url: str, rng: Random, *, cited: bool, within: int | None
) -> list[SaidBlock]:
    """A page fetched; `cited` where the tool allows citations of it."""
    title = phrase(rng).capitalize()
    text = f"{title}\n" + "\n".join(answer(rng.randbytes(8)) for _ in range(rng.randint(2, 5)))
    document: dict[str, object] = {
        "type": "document",
        "source": {"type": "text", "media_type": "text/plain", "data": text},
        "title": title,
    }
    if cited:
        document["citations"] = {"enabled": True}
    page = {"type": "web_fetch_result", "url": url, "retrieved_at": None, "content": document}
    return [
        SaidUse("web_fetch", {"url": url}, within=within),
        SaidResult(
            "web_fetch_tool_result",
            page,
            place,
            tokens=count(text),
            within=within,
            direct=within is None,
        ),
    ]


def _result(query: str, domain: str, rng: Random) -> Json:
    title = f"{query.capitalize()}: {phrase(rng)}"
    path = "-".join(phrase(rng).split())
    return {
        "type": "web_search_result",
        "title": title,
        "url": f"https://{domain}/{path}",
        "encrypted_content": _sealed(CONTENT, rng.randint(160, 900), rng.randbytes(8)),
        "page_age": rng.choice(_AGES),
    }


def _citation(result: Json, text: str, source: bytes) -> Json:
    return {
        "type": "web_search_result_location",
        "cited_text": text,
        "url": result["url"],
        "title": result["title"],
        "encrypted_index": _sealed(INDEX, 20, source + text.encode()),
    }


def _sealed(purpose: int, size: int, source: bytes) -> str:
    drawn = shake_128(source).digest(16 + NONCE + MARK + LOCK + size)
    owner = str(UUID(bytes=drawn[:16], version=4)).encode()
    header = number_field(1, _SEARCH_VERSION) + number_field(3, _FORM) + field(4, owner)
    rest = drawn[16:]
    nonce, mark = rest[:NONCE], rest[NONCE : NONCE + MARK]
    lock, payload = rest[NONCE + MARK : NONCE + MARK + LOCK], rest[NONCE + MARK + LOCK :]
    return Sealed(header, nonce, mark, lock, payload, purpose).text()
