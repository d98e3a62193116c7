"""Since when a rule holds and until when: timelines, leases, and whether it is there at all."""

from __future__ import annotations

from functools import partial
from typing import Any

import attrs
import pytest
from small_kinds import KINDS

from simtwin.core.board import Board
from simtwin.core.bucket import NS
from simtwin.core.chance import draw
from simtwin.core.fault import SettingsError
from simtwin.core.profile import parse
from simtwin.core.schedule import Asked, Moment, decide
from simtwin.core.scope import OfKey, OfTenant, Operator, Scope
from simtwin.core.settings import Settings, Vocabulary

INCIDENT = parse(
    """
summary = "s"
good_client = "g"
when = { timeline = "shared" }

[[rules]]
name = "outage"
when = { window = [10, 20] }
hang = {}
""",
    "incident",
    KINDS,
)
SWARM = parse(
    "summary = 's'\ngood_client = 'g'\nwhen = { active = 0.5 }\n"
    + "".join(f"[[rules]]\nname = 'r{n}'\nhang = {{}}\n" for n in range(40)),
    "swarm",
    KINDS,
)
WORDS = Vocabulary(
    KINDS,
    {profile.name: profile for profile in (INCIDENT, SWARM)},
    lambda doc, _: doc,
    lambda doc, _: doc,
)
TENANT, KEY, OTHER = OfTenant("t"), OfKey("t", "k"), OfKey("t", "other")
ASKED = Asked("messages", "POST", "/v1/messages", "claude-opus-4-8", stream=True, answers=True)


def board(began: int = 0) -> Board:
    return Board(WORDS, Settings(), began)


def fired(board: Board, scope: Scope, seconds: float, since: float = 0) -> list[str]:
    """The rules that fire on a first request of a key that was made at `since`."""
    in_force = board.in_force(scope)
    chance = partial(draw, in_force.seed, "k", 0)
    moment = Moment(round(seconds * NS), round(since * NS), chance)
    rules, _ = decide(in_force.rules, ASKED, {}, moment)
    return [rule.name for rule in rules]


def test_an_incident_has_one_timeline_for_all_keys_from_when_it_was_set() -> None:
    twin = board()
    twin.put(TENANT, {"profiles": ["incident"]}, 100 * NS)

    for key, made in ((KEY, 0), (OTHER, 111)):
        during = [fired(twin, key, at, made) for at in (15, 109, 110, 119, 120)]
        assert during == [[], [], ["outage"], ["outage"], []]


def test_a_rule_without_a_shared_timeline_counts_from_when_the_key_began() -> None:
    twin = board()
    twin.put(TENANT, {"rules": [{"when": {"window": [10, 20]}, "hang": {}}]}, 100 * NS)

    assert fired(twin, KEY, 15, since=0) == ["hang"]
    assert fired(twin, KEY, 115, since=100) == ["hang"]
    assert fired(twin, KEY, 115, since=0) == []


@pytest.mark.parametrize(
    ("patch", "goes_on"),
    [
        ({"seed": 3}, True),
        ({"profiles": ["swarm", "incident"]}, True),
        ({"profiles": None}, None),
    ],
)
def test_a_patch_lets_an_incident_that_stays_listed_go_on(
    patch: dict[str, Any], goes_on: bool | None
) -> None:
    twin = board()
    twin.put(TENANT, {"profiles": ["incident"]}, 0)
    twin.patch(TENANT, patch, 12 * NS)

    at_15, at_25 = ("outage" in fired(twin, KEY, at) for at in (15, 25))

    assert (at_15, at_25) == ((goes_on, not goes_on) if goes_on is not None else (False, False))


def test_a_put_begins_an_incident_anew() -> None:
    twin = board()
    twin.put(TENANT, {"profiles": ["incident"]}, 0)
    twin.put(TENANT, {"profiles": ["incident"]}, 12 * NS)

    assert fired(twin, KEY, 15) == []
    assert fired(twin, KEY, 25) == ["outage"]


def test_an_incident_of_the_command_line_begins_with_the_twin() -> None:
    settings = attrs.evolve(Settings(), profiles=("incident",))
    twin = Board(WORDS, settings, 100 * NS)

    assert fired(twin, KEY, 15) == []
    assert fired(twin, KEY, 115) == ["outage"]


def test_a_reset_begins_the_incidents_anew_that_were_set_in_its_scope_or_inside() -> None:
    twin = board()
    twin.put(Operator(), {"profiles": ["incident"]}, 0)
    twin.restart(TENANT, 12 * NS)
    of_operator = fired(twin, KEY, 15)
    twin.put(TENANT, {"profiles": ["incident"]}, 0)
    twin.restart(TENANT, 12 * NS)
    of_tenant = [fired(twin, KEY, at) for at in (15, 25)]
    twin.restart(OTHER, 30 * NS)
    of_another = fired(twin, KEY, 25)
    twin.restart(Operator(), 30 * NS)

    assert of_operator == ["outage"]
    assert of_tenant == [[], ["outage"]]
    assert of_another == ["outage"]
    assert fired(twin, KEY, 45) == ["outage"]


def test_a_lease_ends_so_long_after_the_rule_was_set_and_a_reset_does_not_renew_it() -> None:
    twin = board()
    rules = [{"when": {"lease_seconds": 30}, "hang": {}}, {"name": "stays", "hang": {}}]
    twin.put(KEY, {"rules": rules}, 100 * NS)
    twin.restart(Operator(), 120 * NS)

    assert fired(twin, KEY, 129.9) == ["hang", "stays"]
    assert fired(twin, KEY, 130) == ["stays"]


def test_rules_that_are_set_again_have_a_new_lease_and_others_have_not() -> None:
    twin = board()
    rules = [{"when": {"lease_seconds": 30}, "hang": {}}]
    twin.put(KEY, {"rules": rules}, 0)
    twin.patch(KEY, {"seed": 4}, 20 * NS)
    unnamed = fired(twin, KEY, 40)
    twin.patch(KEY, {"rules": rules}, 20 * NS)

    assert unnamed == []
    assert fired(twin, KEY, 40) == ["hang"]


def test_in_a_run_some_of_the_swarm_are_there_the_same_for_all_keys_and_others_by_seed() -> None:
    twin = board()
    runs = []
    for seed in range(20):
        twin.put(TENANT, {"profiles": ["swarm"], "seed": seed}, 0)
        assert fired(twin, KEY, 0) == fired(twin, OTHER, 500)
        runs.append(tuple(fired(twin, KEY, 0)))

    # 40 rules at one half: 800 draws, 400 with a deviation of 14; five of them on each side.
    assert 330 < sum(map(len, runs)) < 470
    assert len(set(runs)) == 20
    assert len(twin.in_force(KEY).inactive) == 40 - len(runs[-1])


def test_whether_a_rule_is_there_depends_on_the_seed_and_its_name_alone() -> None:
    def there(names: list[str]) -> list[str]:
        twin = board()
        rules = [{"name": name, "when": {"active": 0.5}, "hang": {}} for name in names]
        twin.put(KEY, {"rules": rules, "seed": 5}, 0)
        return fired(twin, KEY, 0)

    names = [f"r{n}" for n in range(30)]

    assert set(there(names[::3])) == set(there(names)) & set(names[::3])


def test_a_profile_says_for_all_rules_what_they_do_not_say_themselves() -> None:
    text = """
summary = "s"
good_client = "g"
when = { timeline = "shared", active = 0.5, lease_seconds = 60 }
[[rules]]
hang = {}
[[rules]]
when = { timeline = "key", active = 1.0, chance = 0.5 }
hang = {}
"""
    one, two = parse(text, "mine", KINDS).rules

    assert (one.when.timeline, one.when.active, one.when.lease_seconds) == ("shared", 0.5, 60)
    assert (two.when.timeline, two.when.active, two.when.lease_seconds) == ("key", 1, 60)
    assert two.when.chance == 0.5


@pytest.mark.parametrize(
    ("when", "message"),
    [
        ("3", "profile mine.toml: when: must be a table, not 3"),
        (
            "{ chance = 0.5 }",
            (
                "profile mine.toml: when: there is no 'chance'; there are timeline, active,"
                " lease_seconds"
            ),
        ),
        ("{ active = 2 }", "profile mine.toml: when.active: must be a number from 0 to 1, not 2"),
    ],
)
def test_what_a_profile_cannot_say_for_all_is_refused(when: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse(f'summary = "s"\ngood_client = "g"\nwhen = {when}', "mine", KINDS)

    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (
            "when = { bursts = { good_to_bad = 2.0, bad_to_good = 0.5 } }",
            "when.bursts.good_to_bad: must be a number from 0 to 1, not 2.0",
        ),
        ("when = { capacity = 0 }", "when.capacity: must be a whole number from 1 to"),
        ("match = { attempt = [0, 1] }", "match.attempt: must be a whole number from 1, or"),
        ('match.body."model" = "x"', "match.body['model']: a JSON pointer begins with '/'"),
    ],
)
def test_what_cannot_be_in_toml_is_refused_as_in_json(rule: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse(f'summary = "s"\ngood_client = "g"\n[[rules]]\nhang = {{}}\n{rule}', "mine", KINDS)

    assert str(caught.value).startswith(f"profile mine.toml, rule 1: {message}")


def test_what_a_tenant_sets_for_all_reaches_no_further_than_its_own_keys() -> None:
    twin = board()
    rule = {"when": {"load": {"in_flight": 3, "of": "all"}}, "hang": {}}
    for scope, reach in ((Operator(), "all"), (TENANT, "tenant"), (KEY, "key")):
        twin.put(scope, {"rules": [rule]}, 0)
        (found,) = twin.in_force(KEY).rules
        assert found.reach == reach


def test_traffic_is_counted_while_any_scope_has_a_rule_that_is_told_in_load() -> None:
    twin = board()
    counted = [twin.counts_traffic]
    rule = {"when": {"load": {"in_flight": 3}}, "hang": {}}
    twin.put(TENANT, {"rules": [rule]}, 0)
    twin.put(KEY, {"rules": [rule]}, 0)
    twin.delete(TENANT)
    counted.append(twin.counts_traffic)
    twin.patch(KEY, {"rules": None}, 0)
    counted.append(twin.counts_traffic)

    assert counted == [False, True, False]
