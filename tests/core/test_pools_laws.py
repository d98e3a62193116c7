"""What holds for the limits of an owner whatever happens to it."""

from __future__ import annotations

import attrs
from hypothesis import given
from hypothesis import strategies as st

from simtwin.core.bucket import MINUTE, NS
from simtwin.core.pools import Ask, Curve, Granted, Impossible, Pools, Quota, Refused

START = 1_000 * NS


def ask(request: str, input_tokens: int = 10, curve: Curve | None = None) -> Ask:
    return Ask("claude-opus-4.x", request, input_tokens, curve)


def at_once(tokens: int, now: int) -> Curve:
    return Curve(now, now, tokens)


@attrs.frozen
class Step:
    """Something that happens to an owner, `pause` ns after what happened before."""

    pause: int
    what: str
    input_tokens: int
    output_tokens: int
    length: int
    place: int


steps = st.builds(
    Step,
    pause=st.sampled_from([0, 1, NS]) | st.integers(0, 40 * NS),
    what=st.sampled_from(["take", "take", "take", "settle", "correct", "give back"]),
    input_tokens=st.integers(0, 120),
    output_tokens=st.integers(0, 200),
    length=st.just(0) | st.integers(0, 2 * MINUTE),
    place=st.integers(0, 9),
)
small_quotas = st.builds(Quota, st.integers(1, 6), st.integers(1, 100), st.integers(1, 150))


@attrs.frozen
class Life:
    """What became of an owner: its pools now, and what it was admitted and did not give back."""

    pools: Pools
    now: int
    admitted: dict[str, tuple[int, int]]


def live(quota: Quota, story: list[Step]) -> Life:
    pools, now = Pools.empty(), START
    admitted: dict[str, tuple[int, int]] = {}
    for number, step in enumerate(story):
        now += step.pause
        start = now + step.length // 4
        curve = Curve(start, start + step.length, step.output_tokens)
        known = list(admitted)
        name = known[step.place % len(known)] if known else "req_unknown"
        match step.what:
            case "take":
                asked = ask(f"req_{number}", step.input_tokens, curve)
                pools, verdict = pools.take(asked, quota, now)
                if isinstance(verdict, Granted):
                    admitted[f"req_{number}"] = (now, step.input_tokens)
            case "settle":
                pools = pools.settle(name, step.output_tokens, now)
            case "correct":
                pools = pools.correct(name, curve, now)
            case _:
                if name in pools.held:
                    pools = pools.give_back(ask(name), now)
                    del admitted[name]
    return Life(pools, now, admitted)


@given(small_quotas, st.lists(steps, max_size=25))
def test_over_any_window_no_more_than_burst_and_rate_is_admitted(
    quota: Quota, story: list[Step]
) -> None:
    admitted = list(live(quota, story).admitted.values())

    assert quota.itpm is not None
    for first, (since, _) in enumerate(admitted):
        requests = tokens = 0
        for until, size in admitted[first:]:
            requests, tokens = requests + 1, tokens + size
            assert requests * MINUTE <= quota.rpm * (MINUTE + until - since)
            assert tokens * MINUTE <= quota.itpm * (MINUTE + until - since)


@given(small_quotas, st.lists(steps, max_size=25), st.integers(0, 100), st.integers(0, 20 * NS))
def test_a_told_wait_holds_alone_and_one_nanosecond_less_does_not(
    quota: Quota, story: list[Step], size: int, late: int
) -> None:
    life = live(quota, story)
    asked = ask("req_new", min(size, quota.itpm or 0), at_once(1, life.now))
    after, verdict = life.pools.take(asked, quota, life.now)
    if not isinstance(verdict, Refused):
        return

    whole_seconds = -(-verdict.wait // NS) * NS
    for wait in (verdict.wait, whole_seconds, whole_seconds + late):
        assert isinstance(after.take(asked, quota, life.now + wait)[1], Granted)
    assert isinstance(after.take(asked, quota, life.now + verdict.wait - 1)[1], Refused)


@given(small_quotas, st.lists(steps, max_size=25), st.integers(0, 200))
def test_a_refused_request_takes_nothing_from_any_bucket(
    quota: Quota, story: list[Step], size: int
) -> None:
    life = live(quota, story)

    after, verdict = life.pools.take(ask("req_new", size, at_once(9, life.now)), quota, life.now)

    assert (after is life.pools) == isinstance(verdict, Refused | Impossible)


@given(small_quotas, st.lists(steps, max_size=25), st.integers(0, 100))
def test_a_take_that_is_given_back_at_once_never_was(
    quota: Quota, story: list[Step], size: int
) -> None:
    life = live(quota, story)
    before = life.pools.gauges("claude-opus-4.x", quota, life.now)
    asked = ask("req_new", size, Curve(life.now, life.now + MINUTE, 100))

    taken, _ = life.pools.take(asked, quota, life.now)
    given_back = taken.give_back(asked, life.now)

    assert given_back.gauges("claude-opus-4.x", quota, life.now) == before
    assert given_back.held == life.pools.held
    later = life.now + MINUTE
    assert given_back.gauges("claude-opus-4.x", quota, later) == life.pools.gauges(
        "claude-opus-4.x", quota, later
    )


@given(small_quotas, st.lists(steps, max_size=25), st.integers(0, 2 * MINUTE))
def test_a_rested_owner_is_the_same_owner(quota: Quota, story: list[Step], pause: int) -> None:
    life = live(quota, story)
    now = life.now + pause

    rested = life.pools.rested(now)

    assert rested.gauges("claude-opus-4.x", quota, now) == life.pools.gauges(
        "claude-opus-4.x", quota, now
    )
    assert rested.held == life.pools.held


@given(small_quotas, small_quotas, st.lists(steps, max_size=15))
def test_a_told_wait_holds_under_a_new_quota_too(
    quota: Quota, other: Quota, story: list[Step]
) -> None:
    life = live(quota, story)
    asked = ask("req_new", 1, at_once(1, life.now))
    after, verdict = life.pools.take(asked, other, life.now)
    if not isinstance(verdict, Refused):
        return

    retried = after.take(asked, other, life.now + verdict.wait)[1]

    assert isinstance(retried, Granted)
