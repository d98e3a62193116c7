"""A request as a prompt that can be cached: a hash for all up to each block, and its breakpoints.

    link ─► sha256(link + block) ─► sha256(link + block) ─► …

Prompts that begin alike have links that begin alike, wherever they are marked and however their
texts are written: a plain string is a text block, a null is no field. What a level depends on
besides its blocks (see `levels`) is linked in where the level begins.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

import msgspec

from simtwin.api.caching import caching
from simtwin.api.model import Model
from simtwin.api.request.breakpoints import RESULTS, Breakpoint, Spot
from simtwin.api.request.encoded import encoded
from simtwin.api.request.lengths import lengths
from simtwin.api.request.levels import MESSAGES, SYSTEM, TOOLS, Asked, begin, is_web, looked_at
from simtwin.api.request.steps import Steps
from simtwin.api.tokens import WINDOW
from simtwin.core.cache import Place, Prompt

#: "The system checks at most 20 positions per breakpoint, counting the breakpoint itself as the
#: first": docs, "Prompt caching" (2026-10).
LOOKBACK = 20
#: Of these "a run of consecutive … blocks counts as one position" (same page and time).
_RUNS = frozenset(("tool_use", "tool_result"))
#: How far such runs are followed: the tenant's actor looks all of these up, in under a millisecond.
MOST_LOOKED_UP = 1_000

_THOUGHTS = frozenset(("thinking", "redacted_thinking"))
#: Half of SHA-256: a tenant has thousands of these.
_KEY_BYTES = 16
#: What else a turn has changes what follows it ("per-message effort": docs, "Effort", 2026-10).
_TURN = frozenset(("role", "content"))
#: The fields of a text block that is nothing but its text.
_MERE = 2
#: What a block counts for besides its bytes: many short ones take long as well.
_OVERHEAD = 256

# Fields stay in their order: other JSON for the same tool is another prompt ("tools_changed": docs,
# "Cache diagnostics", 2026-10).
_encode = msgspec.json.Encoder().encode

#: What is linked next: of which block (None: of no block), in which part or role, and what it says.
_Item = tuple[Spot | None, bytes, Any]


def cacheable(
    doc: Mapping[str, Any],
    model: Model,
    breakpoints: Sequence[Breakpoint],
    tokens: int,
    size: int,
) -> Steps[Prompt | None]:
    """The prompt of a request that has breakpoints; None where it is too short to be cached.

    Args:
        doc: a valid request.
        model: the model that answers.
        breakpoints: its breakpoints, in order.
        tokens: what all of it counts.
        size: its body in bytes; a small one is hashed without a pause.
    """
    how = caching(model)
    if how.least is None or tokens - how.tail < how.least:
        return None
    counts = yield from lengths(doc, breakpoints, tokens, how.tail, size)
    marked = [
        (each, count) for each, count in zip(breakpoints, counts, strict=True) if count >= how.least
    ]
    if not marked:
        return None
    asked = yield from looked_at(doc, model)
    spots = frozenset(each.spot for each, _ in marked)
    keys, positions, found = yield from _linked(asked, spots, small=size <= WINDOW)
    places = sorted(
        (
            Place(found[each.spot], _since(positions, found[each.spot]), count, each.life)
            for each, count in marked
        ),
        key=lambda place: place.at,
    )
    return Prompt(tokens, tuple(keys), tuple(_rising(places)))


def _linked(
    asked: Asked, spots: Collection[Spot], *, small: bool
) -> Steps[tuple[list[bytes], list[int], dict[Spot, int]]]:
    """The keys of the blocks as far as the last of `spots`, their positions, and where those are."""
    link = b""
    keys: list[bytes] = []
    positions: list[int] = []
    found: dict[Spot, int] = {}
    before = None
    since = position = 0
    for spot, part, value in _items(asked):
        if small:
            link = sha256(link + part + _encode(value)).digest()
        else:
            whole = sha256(link + part)
            since += _OVERHEAD
            for data in encoded(value, by_name=False):
                whole.update(data)
                since += len(data)
                if since >= WINDOW:
                    since = 0
                    yield
            link = whole.digest()
        if spot is None:
            continue
        run = value["type"] if isinstance(value, dict) and value.get("type") in _RUNS else None
        position += run is None or run != before
        before = run
        if spot in spots:
            found[spot] = len(keys)
        keys.append(link[:_KEY_BYTES])
        positions.append(position)
        if len(found) == len(spots):
            break
    return keys, positions, found


def _items(asked: Asked) -> Iterator[_Item]:
    """The blocks of a request in the order of its levels, and what each level begins with."""
    doc = asked.doc
    tools: list[tuple[Spot, Mapping[str, Any]]] = [
        (("tools", index, 0), tool)
        for index, tool in enumerate(doc.get("tools") or ())
        if tool.get("defer_loading") is not True
    ]
    yield None, b"tools", begin(TOOLS, asked)
    yield from ((spot, b"tools", bare(tool)) for spot, tool in tools if not is_web(tool))
    yield None, b"system", begin(SYSTEM, asked)
    yield from ((spot, b"system", bare(tool)) for spot, tool in tools if is_web(tool))
    for index, block in enumerate(_blocks(doc.get("system") or "")):
        yield ("system", index, 0), b"system", bare(block)
    yield None, b"messages", begin(MESSAGES, asked)
    messages = doc["messages"]
    forgotten = 0 if asked.how.keeps_thoughts else _last_question(messages)
    for index, message in enumerate(messages):
        role = message["role"].encode()
        if not message.keys() <= _TURN:
            yield None, role, {name: message[name] for name in message if name not in _TURN}
        for number, block in enumerate(_blocks(message.get("content") or "")):
            if index < forgotten and block["type"] in _THOUGHTS:
                continue
            yield ("messages", index, number), role, bare(block)


def _blocks(content: Any) -> Sequence[Mapping[str, Any]]:
    """A content as blocks; a text is one, unless it is empty."""
    if isinstance(content, str):
        return ({"type": "text", "text": content},) if content else ()
    blocks: Sequence[Mapping[str, Any]] = content
    return blocks


def bare(block: Mapping[str, Any]) -> Any:
    """What a block says: neither marks nor nulls, and a mere text as just that."""
    said = {
        name: block[name]
        for name in sorted(block)
        if name != "cache_control" and block[name] is not None
    }
    if len(said) == _MERE and said.get("type") == "text":
        return said["text"]
    if said.get("type") in RESULTS and "content" in said:
        said["content"] = [bare(part) for part in _blocks(said["content"])]
    return said


def _last_question(messages: Sequence[Mapping[str, Any]]) -> int:
    """The last turn of the user that answers no call; thinking before it is forgotten."""
    for index in range(len(messages) - 1, -1, -1):
        message = messages[index]
        if message["role"] == "user" and not any(
            block["type"] in RESULTS for block in _blocks(message.get("content") or "")
        ):
            return index
    return 0


def _since(positions: Sequence[int], at: int) -> int:
    """The first block that is looked at from the block `at` backwards."""
    first = bisect_right(positions, positions[at] - LOOKBACK)
    return max(first, at + 1 - MOST_LOOKED_UP)


def _rising(places: Sequence[Place]) -> Iterator[Place]:
    """The places with the tokens of those before them at least."""
    least = 0
    for place in places:
        least = max(least, place.tokens)
        yield place if place.tokens == least else Place(place.at, place.since, least, place.life)
