"""The prompt cache of one organization: which prompts were seen of late, and how far.

    tools ─ system ─ messages ───────────────────────────────►
    ■ ■ ■ ■ ■ ■ ■ ■ ■ ■ ■ ■ ■ ■ ■ ■ ■ ■ ■ ■ ■ ■ ■ ■   blocks, each with the hash of all up to it
                ▲               ▲             ▲       breakpoints: up to here the prompt is kept
        read ───┤──── written ────────────────┤─ input ─

An entry is made at a breakpoint and nowhere else, and is found from a breakpoint or from a few
blocks behind one: so a conversation that grows finds what its last request left. A request reads
up to the entry that is farthest, writes from there to its last breakpoint, and pays in full for the
rest (platform.claude.com/docs/en/build-with-claude/prompt-caching, 2026-10).

A value, and `now` (ns) an argument. Entries lie in shards by the first byte of their key, and only
the shards that change are copied.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from simtwin.core.bucket import MINUTE

#: "5m" and "1h" of the API: how long after its last use an entry can be read.
FIVE_MINUTES = 5 * MINUTE
HOUR = 60 * MINUTE

SHARDS = 256
#: All shards together hold what the largest tier's 10,000 requests a minute write in a minute and
#: a half, in about 5 MB; beyond that those that would end first go first.
MOST_IN_SHARD = 64


@attrs.frozen
class Place:
    """A breakpoint of a prompt.

    Args:
        at: its block, as an index of `Prompt.keys`.
        since: the first block that is looked at for an entry where this one has none.
        tokens: what the prompt counts up to here, this block included.
        life: ns that an entry here lives.
    """

    at: int
    since: int
    tokens: int
    life: int


@attrs.frozen
class Prompt:
    """A prompt that is to be cached.

    Args:
        tokens: what all of it counts.
        keys: the hash of the prompt up to each of its blocks, as far as the last breakpoint.
        places: its breakpoints in order; their `tokens` never fall, and are at most `tokens`.
    """

    tokens: int
    keys: tuple[bytes, ...]
    places: tuple[Place, ...]


@attrs.frozen
class Cached:
    """How many tokens of a prompt were read, and how many written to live for how long."""

    read: int = 0
    five_minutes: int = 0
    hour: int = 0

    @property
    def written(self) -> int:
        """Tokens written, whatever their lifetime."""
        return self.five_minutes + self.hour


NOT_CACHED = Cached()


@attrs.frozen
class Found:
    """What there is of a prompt: `at` is the block whose entry is read, -1 for none."""

    at: int
    cached: Cached


@attrs.frozen
class Use:
    """What an admitted request makes of its prompt.

    Args:
        prompt: of the request.
        found: what there was of it.
        start: when its answer begins (ns); what is new can be read from then on.
    """

    prompt: Prompt
    found: Found
    start: int


@attrs.frozen
class Entry:
    """A prompt up to some block: `tokens` long, to be read from `start` until before `end` (ns).

    Each use makes it live for `life` ns from the start of the request that used it.
    """

    tokens: int
    life: int
    start: int
    end: int

    def lives(self, now: int) -> bool:
        """Whether it can be read."""
        return self.start <= now < self.end


@attrs.frozen
class Cache:
    """The entries of one organization."""

    shards: tuple[Mapping[bytes, Entry], ...]

    @classmethod
    def empty(cls) -> Cache:
        """A cache without entries. Always the same value, so it costs nothing."""
        return _EMPTY

    def __len__(self) -> int:
        return sum(map(len, self.shards))

    def entries(self) -> Iterator[tuple[bytes, Entry]]:
        """Every entry that is kept, the lapsed ones included."""
        for shard in self.shards:
            yield from shard.items()

    def find(self, prompt: Prompt, now: int) -> Found:
        """The entry farthest into the prompt, and what that makes of its tokens."""
        unseen = len(prompt.keys)
        for place in reversed(prompt.places):
            for at in range(min(place.at, unseen - 1), place.since - 1, -1):
                entry = self._live(prompt.keys[at], now)
                if entry is not None:
                    return Found(at, _cached(prompt, min(entry.tokens, place.tokens)))
            unseen = min(unseen, place.since)
        return Found(-1, _cached(prompt, 0))

    def used(self, use: Use, now: int) -> Cache:
        """The cache after a request that began at `now`: what it read lives on, what is new is kept.

        Entries at earlier breakpoints are a part of what was read, so they live on as well.
        """
        prompt, found = use.prompt, use.found
        changed: dict[bytes, Entry] = {}
        if found.at >= 0:
            earlier = {place.at for place in prompt.places if place.at < found.at}
            for at in (*earlier, found.at):
                entry = self._live(prompt.keys[at], now)
                if entry is not None:
                    changed[prompt.keys[at]] = attrs.evolve(entry, end=now + entry.life)
        for place in prompt.places:
            if place.at > found.at:
                key = prompt.keys[place.at]
                fresh = Entry(place.tokens, place.life, use.start, now + place.life)
                before = changed.get(key) or self._shard(key).get(key)
                changed[key] = fresh if before is None else _both(before, fresh, now)
        return self._with(changed)

    def rested(self, now: int) -> Cache:
        """Without the entries that have lapsed."""
        if self is _EMPTY:
            return self
        shards = tuple(
            {key: entry for key, entry in shard.items() if now < entry.end} or _NONE
            for shard in self.shards
        )
        return Cache(shards) if any(shards) else _EMPTY

    def _shard(self, key: bytes) -> Mapping[bytes, Entry]:
        return self.shards[key[0]]

    def _live(self, key: bytes, now: int) -> Entry | None:
        entry = self._shard(key).get(key)
        return entry if entry is not None and entry.lives(now) else None

    def _with(self, changed: Mapping[bytes, Entry]) -> Cache:
        if not changed:
            return self
        shards = list(self.shards)
        for key, entry in changed.items():
            shard = {**shards[key[0]], key: entry}
            if len(shard) > MOST_IN_SHARD:
                del shard[min(shard, key=lambda each: shard[each].end)]
            shards[key[0]] = shard
        return Cache(tuple(shards))


_NONE: Mapping[bytes, Entry] = {}
_EMPTY = Cache((_NONE,) * SHARDS)


def _cached(prompt: Prompt, read: int) -> Cached:
    """From the entry that is read to the last breakpoint of an hour, and from there to the last.

    "Position A: the token count at the highest cache hit … B: … at the highest 1-hour cache_control
    block after A … C: … at the last cache_control block": docs, "Mixing different TTLs" (2026-10).
    """
    last = prompt.places[-1].tokens
    hour = max((place.tokens for place in prompt.places if place.life == HOUR), default=0)
    return Cached(read, last - max(read, hour), max(0, hour - read))


def _both(before: Entry, fresh: Entry, now: int) -> Entry:
    """One entry of two for the same prompt: one whose answer has not begun, or that has lapsed."""
    if now >= before.end:
        return fresh
    return Entry(
        before.tokens,
        max(before.life, fresh.life),
        min(before.start, fresh.start),
        max(before.end, fresh.end),
    )
