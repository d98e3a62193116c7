"""The state of every rule, on the twin plane: what looked, what fired, what never did."""

from __future__ import annotations

from typing import Any

import pytest
import trio
from virtual import OPERATOR, Stage, staged

pytestmark = pytest.mark.usefixtures("virtual_time")


def rule(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "latency": {"seconds": 0}, **more}


async def told(
    stage: Stage, path: str = "/rules", auth: dict[str, str] | None = None
) -> dict[str, dict[str, Any]]:
    """The rules by name."""
    rules = (await stage.control("GET", path, auth))["rules"]
    return {rule["name"]: rule for rule in rules}


def numbers(rule: dict[str, Any]) -> tuple[int, int, int]:
    return rule["looked"], rule["fired"], rule["reached"]


async def test_every_rule_is_told_before_anything_happened() -> None:
    rules = [rule("third", when={"nth": 3}), rule("coin", when={"chance": 0.5}, must_fire=True)]
    async with staged("asgi", settings={"rules": rules}) as stage:
        answer = await stage.control("GET", "/rules")

    nothing = {"looked": 0, "fired": 0, "reached": 0, "order_dependent": False}
    third = {"name": "third", "kind": "latency", "state": "armed", "next": 3, "must_fire": False}
    coin = {"name": "coin", "kind": "latency", "state": "armed", "next": None, "must_fire": True}
    assert answer == {
        "rules": [{**third, **nothing}, {**coin, **nothing}],
        "never_fired": 2,
        "script": None,
    }


async def test_a_rule_that_looked_fired_and_was_reached_is_told_apart_from_one_that_was_not() -> (
    None
):
    rules = [
        rule("other", match={"model": "no-such-model"}),
        rule("second", when={"nth": 2}),
        {"name": "too-far", "truncate": {"after_events": 999}},
        rule("inactive", when={"active": 0}),
    ]
    async with staged("asgi", settings={"rules": rules}) as stage:
        for _ in range(3):
            await stage.create(stream=True)
        answer = await stage.control("GET", f"/accounts/{stage.tenant.api_key_id}/rules")

    rows = [(each["name"], each["state"], *numbers(each)) for each in answer["rules"]]
    assert rows == [
        ("other", "armed", 0, 0, 0),
        ("second", "exhausted", 3, 1, 1),
        ("too-far", "armed", 3, 3, 0),
        ("inactive", "inactive", 0, 0, 0),
    ]
    assert answer["never_fired"] == 2


@pytest.mark.parametrize(
    ("when", "requests", "state", "following"),
    [
        ({"nth": 5}, 3, "armed", 5),
        ({"nth": 2}, 3, "exhausted", None),
        ({"first": 5}, 3, "armed", 4),
        ({"first": 2}, 3, "exhausted", None),
        ({"every": 3}, 3, "armed", 6),
        ({"every": 3, "offset": 1}, 3, "armed", 4),
        ({"every": 4, "offset": 20}, 3, "armed", 20),
        ({"every": 2, "first": 3}, 2, "exhausted", None),
        ({"count": 2}, 3, "exhausted", None),
        ({"count": 2, "every": 3}, 3, "armed", 6),
        ({"count": {"times": 2, "of": "tenant"}}, 3, "exhausted", None),
        ({"nth": 2, "sticky": True}, 3, "armed", 4),
        ({"chance": 1}, 3, "armed", None),
        ({"window": [0, 5]}, 3, "armed", None),
        ({"window": [0, 2]}, 3, "expired", None),
        ({"lease_seconds": 5}, 3, "armed", 4),
        ({"lease_seconds": 2}, 3, "expired", 3),
        ({"until_recovered": {"quiet_seconds": 9}}, 3, "armed", None),
        ({"until_recovered": {"quiet_seconds": 1}}, 3, "exhausted", None),
    ],
)
async def test_a_rule_says_whether_it_may_yet_fire_and_on_which_request(
    when: dict[str, Any], requests: int, state: str, following: int | None
) -> None:
    async with staged("asgi") as stage:
        await stage.configure(rules=[rule("it", when=when)])
        for _ in range(requests):
            await stage.create()
            await trio.sleep(1)
        it = (await told(stage))["it"]

    assert it["state"] == state
    assert it["next"] == following


async def test_a_tenant_sees_the_sum_over_its_keys_and_none_of_those_with_rules_of_their_own() -> (
    None
):
    async with staged("asgi") as stage:
        await stage.configure(rules=[rule("it", when={"first": 1})])
        second, own = await stage.add_key(), await stage.add_key()
        await stage.configure_key(own["api_key_id"], rules=[rule("it"), rule("mine")])
        for key in (None, second["api_key"], second["api_key"], own["api_key"]):
            await stage.create(key=key)
        of_tenant = await told(stage)
        of_key = await told(stage, f"/accounts/{own['api_key_id']}/rules")
        of_operator = await told(stage, auth=OPERATOR)

    assert {name: numbers(each) for name, each in of_tenant.items()} == {"it": (3, 2, 2)}
    assert of_tenant["it"]["state"] == "exhausted"
    assert {name: numbers(each) for name, each in of_key.items()} == {
        "it": (1, 1, 1),
        "mine": (1, 1, 1),
    }
    assert of_operator == {}


async def test_a_lane_has_rules_of_its_own_state() -> None:
    async with staged("asgi") as stage:
        await stage.configure(rules=[rule("it", when={"nth": 2})])
        for path in ("/_lane/one/v1/messages", "/_lane/one/v1/messages", "/_lane/two/v1/messages"):
            doc = {"model": "claude-opus-4-8", "max_tokens": 9, "messages": []}
            await stage.client.post(path, headers=stage.headers(), json=doc)
        base = f"/accounts/{stage.tenant.api_key_id}"
        states = [
            (await told(stage, path))["it"]
            for path in (f"{base}/lanes/one/rules", f"{base}/lanes/two/rules", f"{base}/rules")
        ]

    assert [(each["state"], each["looked"]) for each in states] == [
        ("exhausted", 2),
        ("armed", 1),
        ("armed", 3),
    ]


async def test_a_rule_that_waits_for_one_that_is_not_there_says_so() -> None:
    async with staged("asgi") as stage:
        await stage.configure(rules=[rule("it", when={"after": "outage"})])

        assert (await told(stage))["it"]["note"] == "no rule in force is called outage"


async def test_a_script_that_keeps_requests_from_the_rules_is_told_with_them() -> None:
    async with staged("asgi") as stage:
        await stage.configure(script="529; ok", rules=[rule("it")])
        await stage.create()
        answer = await stage.control("GET", "/rules")

    assert (answer["script"], answer["never_fired"]) == ("529; ok", 1)


async def test_what_is_shared_is_told_with_what_is_left_of_it() -> None:
    when = {"capacity": {"in_flight": 9, "refused_seconds": 60}}
    async with staged("asgi", pace="instant") as stage:
        await stage.configure(
            rules=[
                rule("twice", when={"count": {"times": 2, "of": "tenant"}}),
                rule("busy", when=when),
            ]
        )
        await stage.create()
        rules = await told(stage)

    assert (rules["twice"]["left"], rules["twice"]["order_dependent"]) == (1, True)
    assert (rules["busy"]["work"], rules["busy"]["order_dependent"]) == (0, True)


async def test_a_reset_begins_every_count_anew() -> None:
    async with staged("asgi") as stage:
        await stage.configure(
            rules=[
                rule("once", when={"count": 1}),
                rule("shared", when={"count": {"times": 1, "of": "tenant"}}),
            ]
        )
        await stage.create()
        before = await told(stage)
        await stage.control("POST", "/reset", doc={"scope": "tenant"})
        after = await told(stage)

    assert {each["state"] for each in before.values()} == {"exhausted"}
    assert {(each["state"], each["looked"]) for each in after.values()} == {("armed", 0)}


@pytest.mark.parametrize("scope", ["lane", "key", "tenant"])
async def test_what_lanes_share_of_a_rule_of_their_own_begins_anew_with_them(scope: str) -> None:
    rules = [rule("once", when={"count": {"times": 1, "of": "tenant"}})]
    async with staged("asgi") as stage:
        lane = f"/accounts/{stage.tenant.api_key_id}/lanes/one"
        await stage.control("PUT", f"{lane}/settings", doc={"rules": rules})
        headers, doc = stage.headers(), {"model": "claude-opus-4-8"}
        for path in ("/_lane/one/v1/messages", "/v1/messages"):
            await stage.client.post(path, headers=headers, json=doc)
        before = await told(stage, f"{lane}/rules")
        ids = {"lane": f"{stage.tenant.api_key_id}/one", "key": stage.tenant.api_key_id}
        await stage.control("POST", "/reset", doc={"scope": scope, "id": ids.get(scope)})
        after = await told(stage, f"{lane}/rules")

    assert (before["once"]["left"], before["once"]["state"]) == (0, "exhausted")
    assert (after["once"]["left"], after["once"]["state"]) == (1, "armed")


async def test_a_key_of_another_tenant_has_no_rules_to_be_seen() -> None:
    async with staged("asgi") as stage:
        response = await stage.client.get(
            "/_twin/accounts/apikey_01nobody/rules", headers=stage.auth
        )

    assert response.status_code == 404
