"""The prompt cache by example: what is read, what is written, and how long it lives."""

from __future__ import annotations

import pytest

from simtwin.core.bucket import MINUTE, NS
from simtwin.core.cache import (
    FIVE_MINUTES,
    HOUR,
    MOST_IN_SHARD,
    NOT_CACHED,
    SHARDS,
    Cache,
    Cached,
    Found,
    Place,
    Prompt,
    Use,
)


def prompt(
    blocks: str, *marks: int, life: int = FIVE_MINUTES, lookback: int = 20, tail: int = 3
) -> Prompt:
    """A prompt of blocks of 1,000 tokens each, one a letter, with breakpoints at `marks`."""
    keys = tuple(blocks[: end + 1].encode() for end in range(max(marks) + 1))
    places = tuple(
        Place(at, max(0, at + 1 - lookback), 1_000 * (at + 1), life) for at in sorted(marks)
    )
    return Prompt(1_000 * len(blocks) + tail, keys, places)


def ask(cache: Cache, asked: Prompt, now: int, first: int | None = None) -> tuple[Cache, Cached]:
    """An admitted request, whose answer begins at `first`: at once unless given."""
    found = cache.find(asked, now)
    return cache.used(Use(asked, found, now if first is None else first), now), found.cached


def test_an_empty_cache_has_nothing_to_read_and_all_is_written() -> None:
    found = Cache.empty().find(prompt("abc", 1), 0)

    assert found == Found(-1, Cached(read=0, five_minutes=2_000))


def test_the_same_prompt_again_is_read_up_to_its_breakpoint() -> None:
    cache, _ = ask(Cache.empty(), prompt("abc", 1), 0)

    assert cache.find(prompt("abc", 1), NS).cached == Cached(read=2_000)


def test_a_prompt_that_has_grown_reads_what_was_there_and_writes_what_is_new() -> None:
    cache, _ = ask(Cache.empty(), prompt("ab", 1), 0)

    assert cache.find(prompt("abcd", 3), NS).cached == Cached(read=2_000, five_minutes=2_000)


def test_a_prompt_that_differs_before_the_breakpoint_reads_nothing() -> None:
    cache, _ = ask(Cache.empty(), prompt("abc", 2), 0)

    assert cache.find(prompt("xbc", 2), NS).cached == Cached(five_minutes=3_000)


def test_only_breakpoints_make_entries() -> None:
    cache, _ = ask(Cache.empty(), prompt("abcd", 3), 0)

    assert len(cache) == 1
    assert cache.find(prompt("abx", 2), NS).cached == Cached(five_minutes=3_000)


def test_an_entry_behind_an_earlier_breakpoint_is_read_where_a_later_one_has_none() -> None:
    cache, _ = ask(Cache.empty(), prompt("ab", 0, 1), 0)

    assert cache.find(prompt("axy", 0, 2), NS).cached == Cached(read=1_000, five_minutes=2_000)


def test_of_several_entries_the_farthest_is_read() -> None:
    cache, _ = ask(Cache.empty(), prompt("abc", 0, 1, 2), 0)

    assert cache.find(prompt("abc", 0, 1, 2), NS) == Found(2, Cached(read=3_000))


@pytest.mark.parametrize(("grown", "read"), [(19, 1_000), (20, 0)])
def test_an_entry_is_found_twenty_blocks_back_and_no_farther(grown: int, read: int) -> None:
    cache, _ = ask(Cache.empty(), prompt("a", 0), 0)
    blocks = "a" + "b" * grown

    assert cache.find(prompt(blocks, grown), NS).cached.read == read


def test_a_breakpoint_in_between_begins_a_look_back_of_its_own() -> None:
    cache, _ = ask(Cache.empty(), prompt("a", 0), 0)

    found = cache.find(prompt("a" + "b" * 30, 15, 30), NS)

    assert found == Found(0, Cached(read=1_000, five_minutes=30_000))


# Lifetimes.


@pytest.mark.parametrize("life", [FIVE_MINUTES, HOUR])
def test_an_entry_lives_as_long_as_its_lifetime_and_not_a_nanosecond_longer(life: int) -> None:
    cache, _ = ask(Cache.empty(), prompt("ab", 1, life=life), 0)

    assert cache.find(prompt("ab", 1, life=life), life - 1).cached.read == 2_000
    assert cache.find(prompt("ab", 1, life=life), life).cached.read == 0


def test_lifetimes_count_from_the_start_of_the_request_not_of_its_answer() -> None:
    cache, _ = ask(Cache.empty(), prompt("ab", 1), 0, first=4 * MINUTE)

    assert cache.find(prompt("ab", 1), FIVE_MINUTES - 1).cached.read == 2_000
    assert cache.find(prompt("ab", 1), FIVE_MINUTES).cached.read == 0


def test_reading_an_entry_makes_it_live_on() -> None:
    cache, _ = ask(Cache.empty(), prompt("ab", 1), 0)

    for minutes in (4, 8, 12):
        cache, cached = ask(cache, prompt("ab", 1), minutes * MINUTE)

        assert cached == Cached(read=2_000)


def test_looking_without_being_admitted_does_not_make_it_live_on() -> None:
    cache, _ = ask(Cache.empty(), prompt("ab", 1), 0)

    cache.find(prompt("ab", 1), 4 * MINUTE)

    assert cache.find(prompt("ab", 1), 6 * MINUTE).cached.read == 0


def test_what_lies_before_the_entry_that_is_read_lives_on_with_it() -> None:
    cache, _ = ask(Cache.empty(), prompt("abc", 0, 2), 0)

    cache, _ = ask(cache, prompt("abc", 0, 2), 4 * MINUTE)

    assert cache.find(prompt("axy", 0), 8 * MINUTE).cached.read == 1_000


def test_an_entry_of_an_hour_that_is_read_for_five_minutes_lives_another_hour() -> None:
    cache, _ = ask(Cache.empty(), prompt("ab", 1, life=HOUR), 0)

    cache, _ = ask(cache, prompt("ab", 1), 30 * MINUTE)

    assert cache.find(prompt("ab", 1), 80 * MINUTE).cached.read == 2_000


def test_an_entry_of_five_minutes_that_is_read_for_an_hour_stays_one_of_five_minutes() -> None:
    cache, _ = ask(Cache.empty(), prompt("ab", 1), 0)

    cache, cached = ask(cache, prompt("ab", 1, life=HOUR), MINUTE)

    assert cached == Cached(read=2_000)
    assert cache.find(prompt("ab", 1), 7 * MINUTE).cached.read == 0


# When an entry can be read.


def test_an_entry_can_be_read_from_when_the_answer_begins() -> None:
    cache, _ = ask(Cache.empty(), prompt("ab", 1), 0, first=2 * NS)

    assert cache.find(prompt("ab", 1), 2 * NS - 1).cached.read == 0
    assert cache.find(prompt("ab", 1), 2 * NS).cached.read == 2_000


def test_requests_at_once_all_write_and_the_first_answer_is_read() -> None:
    cache, first = ask(Cache.empty(), prompt("ab", 1), 0, first=2 * NS)

    cache, second = ask(cache, prompt("ab", 1), NS, first=3 * NS)

    assert first == second == Cached(five_minutes=2_000)
    assert cache.find(prompt("ab", 1), 2 * NS).cached.read == 2_000
    assert cache.find(prompt("ab", 1), FIVE_MINUTES + NS - 1).cached.read == 2_000


@pytest.mark.parametrize("lives", [(HOUR, FIVE_MINUTES), (FIVE_MINUTES, HOUR)])
def test_of_two_lifetimes_written_at_once_the_longer_holds(lives: tuple[int, int]) -> None:
    cache = Cache.empty()
    for life in lives:
        cache, _ = ask(cache, prompt("ab", 1, life=life), 0, first=NS)

    cache, _ = ask(cache, prompt("ab", 1), 59 * MINUTE)

    assert cache.find(prompt("ab", 1), 118 * MINUTE).cached.read == 2_000


def test_an_entry_that_has_lapsed_is_made_anew() -> None:
    cache, _ = ask(Cache.empty(), prompt("ab", 1), 0)

    cache, cached = ask(cache, prompt("ab", 1), HOUR, first=HOUR + NS)

    assert cached == Cached(five_minutes=2_000)
    assert cache.find(prompt("ab", 1), HOUR).cached.read == 0
    assert cache.find(prompt("ab", 1), HOUR + NS).cached.read == 2_000


# Two lifetimes in one prompt.


def two_lives(blocks: str, hour: int, short: int) -> Prompt:
    whole = prompt(blocks, hour, short)
    return Prompt(
        whole.tokens,
        whole.keys,
        tuple(
            Place(place.at, place.since, place.tokens, HOUR if place.at == hour else place.life)
            for place in whole.places
        ),
    )


def test_what_is_written_is_for_an_hour_up_to_the_last_such_breakpoint() -> None:
    cached = Cache.empty().find(two_lives("abcd", 1, 2), 0).cached

    assert cached == Cached(hour=2_000, five_minutes=1_000)
    assert cached.written == 3_000


def test_what_was_read_is_not_written_for_an_hour() -> None:
    cache, _ = ask(Cache.empty(), prompt("a", 0), 0)

    assert cache.find(two_lives("abcd", 1, 2), NS).cached == Cached(1_000, 1_000, 1_000)


def test_nothing_is_made_before_what_was_read() -> None:
    cache, _ = ask(Cache.empty(), prompt("abc", 2), 0)

    cache, cached = ask(cache, two_lives("abc", 0, 2), NS)

    assert cached == Cached(read=3_000)
    assert len(cache) == 1


# Bounds.


def test_an_entry_never_counts_for_more_than_the_breakpoint_it_is_found_from() -> None:
    cache, _ = ask(Cache.empty(), prompt("ab", 1), 0)
    shorter = Prompt(900, (b"a", b"ab"), (Place(1, 0, 800, FIVE_MINUTES),))

    assert cache.find(shorter, NS).cached == Cached(read=800)


def test_a_full_shard_drops_the_entry_that_would_end_first() -> None:
    cache = Cache.empty()

    for number in range(MOST_IN_SHARD + 1):
        one = Prompt(1_000, (b"x%d" % number,), (Place(0, 0, 1_000, FIVE_MINUTES),))
        cache = cache.used(Use(one, cache.find(one, number), number), number)

    assert len(cache) == MOST_IN_SHARD
    assert b"x0" not in dict(cache.entries())


def test_the_whole_of_it_is_bounded() -> None:
    assert SHARDS * MOST_IN_SHARD == 16_384


def test_rest_drops_what_has_lapsed() -> None:
    cache, _ = ask(Cache.empty(), two_lives("abc", 0, 1), 0)

    assert len(cache.rested(FIVE_MINUTES - 1)) == 2
    assert len(cache.rested(FIVE_MINUTES)) == 1
    assert cache.rested(HOUR) is Cache.empty()


def test_an_empty_cache_costs_nothing() -> None:
    assert Cache.empty() is Cache.empty().rested(0)
    assert Cached() == NOT_CACHED
