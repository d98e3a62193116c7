"""Tiers as documented, and what settings change in them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin.api.tiers import COUNT_TOKENS, POOLS, TIERS, Limits, limits_doc, parse_limits
from simtwin.core.fault import SettingsError
from simtwin.core.pools import Quota


@pytest.mark.parametrize(
    ("tier", "opus_4", "fable", "haiku_4_5", "haiku_3_5", "count_tokens"),
    [
        (
            "start",
            (1_000, 2_000_000, 400_000),
            (1_000, 500_000, 100_000),
            (1_000, 2_000_000, 400_000),
            (1_000, 100_000, 20_000),
            2_000,
        ),
        (
            "build",
            (5_000, 5_000_000, 1_000_000),
            (2_000, 1_500_000, 300_000),
            (5_000, 5_000_000, 1_000_000),
            (2_000, 200_000, 40_000),
            4_000,
        ),
        (
            "scale",
            (10_000, 10_000_000, 2_000_000),
            (4_000, 4_000_000, 800_000),
            (10_000, 10_000_000, 2_000_000),
            (4_000, 400_000, 80_000),
            8_000,
        ),
        (
            "tier1",
            (50, 30_000, 8_000),
            (50, 30_000, 8_000),
            (50, 50_000, 10_000),
            (50, 50_000, 10_000),
            100,
        ),
        (
            "tier2",
            (1_000, 450_000, 90_000),
            (1_000, 450_000, 90_000),
            (1_000, 450_000, 90_000),
            (1_000, 450_000, 90_000),
            2_000,
        ),
        (
            "tier3",
            (2_000, 800_000, 160_000),
            (2_000, 800_000, 160_000),
            (2_000, 1_000_000, 200_000),
            (2_000, 1_000_000, 200_000),
            4_000,
        ),
        (
            "tier4",
            (4_000, 2_000_000, 400_000),
            (4_000, 2_000_000, 400_000),
            (4_000, 4_000_000, 800_000),
            (4_000, 4_000_000, 800_000),
            8_000,
        ),
    ],
)
def test_a_tier_has_the_limits_of_the_documentation(
    *,
    tier: str,
    opus_4: tuple[int, int, int],
    fable: tuple[int, int, int],
    haiku_4_5: tuple[int, int, int],
    haiku_3_5: tuple[int, int, int],
    count_tokens: int,
) -> None:
    limits = Limits(tier)

    assert limits.quota("claude-opus-4.x") == Quota(*opus_4)
    assert limits.quota("claude-fable-5.x") == Quota(*fable)
    assert limits.quota("claude-haiku-4.5") == Quota(*haiku_4_5)
    assert limits.quota("claude-haiku-3.5") == Quota(*haiku_3_5)
    assert limits.quota(COUNT_TOKENS) == Quota(count_tokens)


@pytest.mark.parametrize("pool", POOLS)
def test_unlimited_has_the_limits_of_scale_to_tell(pool: str) -> None:
    unlimited = Limits("unlimited")

    assert unlimited.unlimited
    assert unlimited.quota(pool) == Limits("scale").quota(pool)
    assert [tier for tier in TIERS if Limits(tier).unlimited] == ["unlimited"]


def test_every_tier_has_every_pool() -> None:
    assert all(tuple(tier.quotas) == POOLS for tier in TIERS.values())


def test_limits_are_those_of_scale_unless_told() -> None:
    assert parse_limits({}, "limits") == Limits("scale")


def test_settings_change_single_limits_of_a_pool() -> None:
    doc = {
        "tier": "tier1",
        "pools": {"claude-opus-4.x": {"rpm": 5, "otpm": 70}, "count_tokens": {"rpm": 1}},
    }

    limits = parse_limits(doc, "limits")

    assert limits.quota("claude-opus-4.x") == Quota(5, 30_000, 70)
    assert limits.quota("count_tokens") == Quota(1)
    assert limits.quota("claude-sonnet-4.x") == Quota(50, 30_000, 8_000)


own = st.dictionaries(st.sampled_from(["rpm", "itpm", "otpm"]), st.integers(1, 10**12))


@given(st.sampled_from(list(TIERS)), st.dictionaries(st.sampled_from(POOLS), own))
def test_limits_survive_json_and_back(tier: str, pools: dict[str, dict[str, int]]) -> None:
    limits = parse_limits({"tier": tier, "pools": pools}, "limits")

    assert parse_limits(limits_doc(limits), "limits") == limits
    assert limits_doc(Limits("tier1")) == {"tier": "tier1"}


@pytest.mark.parametrize(
    ("doc", "message"),
    [
        ([], r"limits: a table with any of tier, pools is wanted, not \[\]"),
        ({"tire": "scale"}, "limits.tire: there is no such name; there are tier, pools"),
        ({"tier": "tier5"}, "limits.tier: there is no tier 'tier5'; there are start, build, scale"),
        ({"tier": ["scale"]}, r"limits.tier: there is no tier \['scale'\]"),
        ({"pools": {"claude-x": {}}}, "limits.pools.claude-x: there is no such name; there are cl"),
        ({"pools": {"claude-opus-5": 5}}, "limits.pools.claude-opus-5: a table with any of rpm, i"),
        ({"pools": {"claude-opus-5": {"tpm": 5}}}, "limits.pools.claude-opus-5.tpm: there is no"),
        ({"pools": {"count_tokens": {"itpm": 5}}}, "limits.pools.count_tokens.itpm: there is no"),
        ({"pools": {"claude-opus-5": {"rpm": 0}}}, "claude-opus-5.rpm: a limit is a whole number"),
        ({"pools": {"claude-opus-5": {"rpm": True}}}, "from 1 to 1000000000000, not True"),
        ({"pools": {"claude-opus-5": {"rpm": 2.5}}}, "from 1 to 1000000000000, not 2.5"),
        ({"pools": {"claude-opus-5": {"rpm": 10**13}}}, "from 1 to 1000000000000, not 10000000000"),
        ({"pools": {"claude-opus-5": {"rpm": None}}}, "from 1 to 1000000000000, not None"),
    ],
)
def test_limits_that_cannot_be_are_told_with_their_path(doc: Any, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        parse_limits(doc, "limits")


def test_a_path_begins_at_the_settings() -> None:
    with pytest.raises(SettingsError, match=r"^pools\.claude-x: "):
        parse_limits({"pools": {"claude-x": {}}}, "")


def test_there_is_no_quota_for_a_pool_that_does_not_exist() -> None:
    with pytest.raises(KeyError):
        Limits("scale").quota("claude-x")


@pytest.mark.parametrize(
    ("tier", "rpm", "queue"),
    [("start", 1_000, 200_000), ("scale", 4_000, 500_000), ("tier1", 50, 100_000)],
)
def test_batches_have_limits_of_their_own(tier: str, rpm: int, queue: int) -> None:
    own = parse_limits({"tier": tier, "pools": {"batches": {"queue": 5}}}, "")

    assert Limits(tier).quota("batches") == Quota(rpm)
    assert (Limits(tier).queue, own.queue, own.quota("batches").rpm) == (queue, 5, rpm)
