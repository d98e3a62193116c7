"""Settings fall back from scope to scope, and change whole or not at all."""

from __future__ import annotations

import pytest

from simtwin.core.board import Board
from simtwin.core.fault import SettingsError
from simtwin.core.scope import OfKey, OfTenant, Operator
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
    settings.put(Operator(), {"pace": "instant"})
    settings.put(TENANT, {"seed": 2})
    settings.put(KEY, {"seed": 3})

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
    settings.put(TENANT, {"seed": 5})

    assert settings.in_force(KEY).seed == 5
    assert settings.in_force(OfKey("other", "k2")).seed == 0


def test_a_change_is_seen_by_whoever_was_answered_before() -> None:
    settings = board()
    before = settings.in_force(KEY).seed
    settings.put(Operator(), {"seed": 9})

    assert (before, settings.in_force(KEY).seed) == (0, 9)


def test_a_document_that_cannot_be_changes_nothing() -> None:
    settings = board()
    settings.put(KEY, {"seed": 3})

    with pytest.raises(SettingsError, match="sed"):
        settings.put(KEY, {"pace": "fast", "sed": 4})

    assert settings.told(KEY)["own"] == {"seed": 3}


def test_a_patch_changes_what_it_names_and_null_removes() -> None:
    settings = board()
    settings.put(KEY, {"seed": 3, "pace": "slow"})

    settings.patch(KEY, {"seed": None, "limits": "few"})

    assert settings.told(KEY)["own"] == {"pace": "slow", "limits": "few"}


def test_a_patch_of_a_scope_that_sets_nothing_sets_it() -> None:
    settings = board()

    settings.patch(TENANT, {"seed": 3})

    assert settings.in_force(TENANT).seed == 3


def test_deleting_falls_back_to_the_farther_scope() -> None:
    settings = board()
    settings.put(TENANT, {"seed": 5})
    settings.put(KEY, {"seed": 6})

    settings.delete(KEY)

    assert settings.in_force(KEY).seed == 5
    assert settings.told(KEY)["own"] == {}


def test_snapshots_are_bounded_and_still_right() -> None:
    settings = board()
    settings.put(TENANT, {"seed": 5})

    seeds = {settings.in_force(OfKey("t", str(number))).seed for number in range(5_000)}

    assert seeds == {5}
