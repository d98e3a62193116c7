"""What holds of the prompt cache whatever is asked, against a slow account of the whole history."""

from __future__ import annotations

import attrs
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from simtwin.core.bucket import MINUTE, NS
from simtwin.core.cache import FIVE_MINUTES, HOUR, Cache, Cached, Found, Place, Prompt, Use

#: The tokens of each block that prompts are made of.
BLOCKS = {"a": 1_000, "b": 50, "c": 1}
PAUSES = (0, 1, NS, MINUTE, 4 * MINUTE, FIVE_MINUTES - 1, FIVE_MINUTES, 50 * MINUTE, HOUR)


@st.composite
def prompts(draw: st.DrawFn) -> Prompt:
    """Prompts that often begin alike, with up to four breakpoints, those of an hour first."""
    text = draw(st.text("abc", min_size=1, max_size=7))
    marks = sorted(draw(st.sets(st.integers(0, len(text) - 1), min_size=1, max_size=4)))
    hours = draw(st.integers(0, len(marks)))
    lookback = draw(st.integers(1, 4))
    counts = [sum(BLOCKS[block] for block in text[: end + 1]) for end in range(len(text))]
    places = tuple(
        Place(at, max(0, at + 1 - lookback), counts[at], HOUR if order < hours else FIVE_MINUTES)
        for order, at in enumerate(marks)
    )
    keys = tuple(text[: end + 1].encode() for end in range(marks[-1] + 1))
    return Prompt(counts[-1] + draw(st.integers(0, 3)), keys, places)


@attrs.frozen
class Admitted:
    """An admitted request: when it began, when its answer did, and what it found."""

    now: int
    first: int
    asked: Prompt
    found: Found


class History:
    """The cache as it follows from every request there ever was."""

    def __init__(self) -> None:
        self.admitted: list[Admitted] = []

    def lives(self, key: bytes, now: int) -> bool:
        """Whether the prompt up to `key` can be read: its whole story, told from the beginning."""
        life = start = end = -1
        for each in self.admitted:
            for place in each.asked.places:
                if each.asked.keys[place.at] != key:
                    continue
                if place.at > each.found.at:
                    if each.now >= end:
                        life, start, end = place.life, each.first, each.now + place.life
                    else:
                        life, start = max(life, place.life), min(start, each.first)
                        end = max(end, each.now + place.life)
                elif start <= each.now < end:
                    end = max(end, each.now + life)
            at = each.found.at
            unmarked = all(place.at != at for place in each.asked.places)
            if at >= 0 and unmarked and each.asked.keys[at] == key:
                end = max(end, each.now + life)
        return start <= now < end

    def find(self, asked: Prompt, now: int) -> int:
        """The farthest block that has a live entry and that some breakpoint looks at."""
        seen = [
            at
            for at, key in enumerate(asked.keys)
            if any(place.since <= at <= place.at for place in asked.places) and self.lives(key, now)
        ]
        return max(seen, default=-1)


def painted(asked: Prompt, read: int) -> Cached:
    """Each token of a prompt, one by one, by what becomes of it."""
    last = max(place.tokens for place in asked.places)
    hour = max((place.tokens for place in asked.places if place.life == HOUR), default=0)
    colours = ["read" if t < read else "1h" if t < hour else "5m" for t in range(last)]
    return Cached(colours.count("read"), colours.count("5m"), colours.count("1h"))


class CacheAgainstHistory(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now = 0
        self.cache = Cache.empty()
        self.history = History()
        self.longest = 0

    @rule(pause=st.sampled_from(PAUSES))
    def wait(self, pause: int) -> None:
        self.now += pause

    @rule(asked=prompts(), first=st.sampled_from((0, 2 * NS, 6 * MINUTE)), admitted=st.booleans())
    def ask(self, asked: Prompt, first: int, admitted: bool) -> None:
        found = self.cache.find(asked, self.now)

        assert found.at == self.history.find(asked, self.now)
        assert found.cached == painted(asked, found.cached.read)
        assert found.cached.read <= self.longest
        assert found.cached.read + found.cached.written == asked.places[-1].tokens <= asked.tokens
        if admitted:
            start = self.now + first
            self.cache = self.cache.used(Use(asked, found, start), self.now)
            self.history.admitted.append(Admitted(self.now, start, asked, found))
            self.longest = max(self.longest, asked.places[-1].tokens)

    @rule()
    def rest(self) -> None:
        self.cache = self.cache.rested(self.now)

    @precondition(lambda self: len(self.cache) > 0)
    @invariant()
    def only_breakpoints_made_entries(self) -> None:
        marked = {
            each.asked.keys[place.at]
            for each in self.history.admitted
            for place in each.asked.places
        }

        assert {key for key, _ in self.cache.entries()} <= marked

    @invariant()
    def every_entry_that_can_be_read_is_one_of_the_history(self) -> None:
        for key, entry in self.cache.entries():
            assert entry.lives(self.now) == self.history.lives(key, self.now)


TestCacheAgainstHistory = CacheAgainstHistory.TestCase


@given(asked=prompts(), now=st.integers(0, HOUR))
def test_asking_twice_at_once_gives_the_same_and_changes_nothing(asked: Prompt, now: int) -> None:
    cache = Cache.empty()
    once = cache.used(Use(asked, cache.find(asked, now), now), now)

    twice = once.used(Use(asked, once.find(asked, now), now), now)

    assert dict(twice.entries()) == dict(once.entries())
    assert once.find(asked, now).cached == Cached(read=asked.places[-1].tokens)
