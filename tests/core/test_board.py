"""Settings fall back from scope to scope, and change whole or not at all."""

from __future__ import annotations

import pytest

from simtwin.core.board import LARGEST_LANE, Board
from simtwin.core.fault import SettingsError
from simtwin.core.lanes import MOST_LANES
from simtwin.core.scope import OfKey, OfLane, OfTenant, Operator
from simtwin.core.settings import Settings, Vocabulary

TENANT, OTHER = OfTenant("t"), OfTenant("other")
KEY = OfKey("t", "k")


def word(doc: object, path: str) -> object:
    if not isinstance(doc, str):
        raise SettingsError(f"must be a word, not {doc!r}", path)
    return doc


def board(command_line: Settings | None = None) -> Board:
    return Board(Vocabulary({}, {}, word, word), command_line or Settings())


def test_what_nobody_sets_is_the_default() -> None:
    told = board().told(KEY)

    assert told["own"] == {}
    assert told["in_force"]["seed"] is None
    assert set(told["from"].values()) == {"default"}


def test_each_field_comes_from_the_nearest_scope_that_sets_it() -> None:
    settings = board(
        Settings(
            seed=1, pace="slow", limits="few", doc={"seed": 1, "pace": "slow", "limits": "few"}
        )
    )
    settings.put(Operator(), {"pace": "instant"}, 0)
    settings.put(TENANT, {"seed": 2}, 0)
    settings.put(KEY, {"seed": 3}, 0)

    of_key, of_other = settings.in_force(KEY), settings.in_force(OTHER)

    assert (of_key.seed, of_key.pace, of_key.limits) == (3, "instant", "few")
    assert [of_key.origin[name] for name in ("seed", "pace", "limits")] == [
        "key",
        "operator",
        "command line",
    ]
    assert (of_other.seed, of_other.pace) == (1, "instant")


def test_a_tenants_settings_reach_its_keys_and_no_others() -> None:
    settings = board()
    settings.put(TENANT, {"seed": 5}, 0)

    assert settings.in_force(KEY).seed == 5
    assert settings.in_force(OfKey("other", "k2")).seed == 0


def test_a_change_is_seen_by_whoever_was_answered_before() -> None:
    settings = board()
    before = settings.in_force(KEY).seed
    settings.put(Operator(), {"seed": 9}, 0)

    assert (before, settings.in_force(KEY).seed) == (0, 9)


def test_a_document_that_cannot_be_changes_nothing() -> None:
    settings = board()
    settings.put(KEY, {"seed": 3}, 0)

    with pytest.raises(SettingsError, match="sed"):
        settings.put(KEY, {"pace": "fast", "sed": 4}, 0)

    assert settings.told(KEY)["own"] == {"seed": 3}


def test_a_patch_changes_what_it_names_and_null_removes() -> None:
    settings = board()
    settings.put(KEY, {"seed": 3, "pace": "slow"}, 0)

    settings.patch(KEY, {"seed": None, "limits": "few"}, 0)

    assert settings.told(KEY)["own"] == {"pace": "slow", "limits": "few"}


def test_a_patch_of_a_scope_that_sets_nothing_sets_it() -> None:
    settings = board()

    settings.patch(TENANT, {"seed": 3}, 0)

    assert settings.in_force(TENANT).seed == 3


def test_deleting_falls_back_to_the_farther_scope() -> None:
    settings = board()
    settings.put(TENANT, {"seed": 5}, 0)
    settings.put(KEY, {"seed": 6}, 0)

    settings.delete(KEY)

    assert settings.in_force(KEY).seed == 5
    assert settings.told(KEY)["own"] == {}


def test_snapshots_are_bounded_and_still_right() -> None:
    settings = board()
    settings.put(TENANT, {"seed": 5}, 0)

    seeds = {settings.in_force(OfKey("t", str(number))).seed for number in range(5_000)}

    assert seeds == {5}


def test_a_lane_is_nearer_than_its_key() -> None:
    settings = board()
    settings.put(KEY, {"seed": 3, "pace": "slow"}, 0)
    settings.put(OfLane("t", "k", "a"), {"seed": 4}, 0)

    a, b = (settings.in_force(OfLane("t", "k", name)) for name in "ab")

    assert (a.seed, a.pace, a.origin["seed"], a.origin["pace"]) == (4, "slow", "lane", "key")
    assert (b.seed, b.origin["seed"]) == (3, "key")


def test_a_lane_has_no_limits_of_its_own() -> None:
    settings, lane = board(), OfLane("t", "k", "a")
    settings.put(lane, {"seed": 4}, 0)

    with pytest.raises(SettingsError, match=r"^limits: a lane has none of its own"):
        settings.patch(lane, {"limits": "few"}, 0)

    assert settings.told(lane)["own"] == {"seed": 4}


def test_a_lane_cannot_set_more_than_a_thousandth_of_what_there_is_room_for() -> None:
    settings, lane = board(), OfLane("t", "k", "a")
    settings.put(lane, {"pace": "x" * (LARGEST_LANE - 20)}, 0)

    with pytest.raises(SettingsError, match="a lane's settings have at most 65,536 bytes as JSON"):
        settings.put(lane, {"pace": "x" * LARGEST_LANE}, 0)

    settings.put(KEY, {"pace": "x" * LARGEST_LANE}, 0)
    assert len(settings.in_force(lane).pace) == LARGEST_LANE - 20


@pytest.mark.parametrize("doc", [{"limits": "few"}, {"connections": []}, {"pace": "x" * 70_000}])
def test_what_is_refused_of_a_lane_drops_no_other(doc: dict[str, object]) -> None:
    settings = board()
    for number in range(MOST_LANES):
        settings.put(OfLane("t", "k", str(number)), {"seed": 1}, 0)

    with pytest.raises(SettingsError):
        settings.put(OfLane("t", "k", "one more"), doc, 0)

    assert settings.own(OfLane("t", "k", "0")) is not None


def test_of_too_many_lanes_of_a_key_the_one_set_longest_ago_falls_back() -> None:
    settings = board()
    other = OfLane("t", "other", "0")
    settings.put(other, {"seed": 1}, 0)
    for number in (*range(MOST_LANES), 0, MOST_LANES):
        settings.put(OfLane("t", "k", str(number)), {"seed": 1}, 0)

    kept = [settings.own(OfLane("t", "k", str(n))) is not None for n in (0, 1, 2, MOST_LANES)]

    assert kept == [True, False, True, True]
    assert settings.own(other) is not None


def test_with_a_key_its_lanes_are_forgotten() -> None:
    settings = board()
    lane, other = OfLane("t", "k", "a"), OfLane("t", "other", "a")
    for scope in (KEY, lane, other):
        settings.put(scope, {"seed": 9}, 0)

    settings.forget(KEY)

    assert [settings.own(scope) for scope in (KEY, lane)] == [None, None]
    assert settings.in_force(lane).origin["seed"] == "default"
    assert settings.own(other) is not None
