"""Lanes on the twin plane: settings, the journal and a fresh start for one of them."""

from __future__ import annotations

import json
from typing import Any

from virtual import HELLO, Stage, basic, staged


async def ask(stage: Stage, lane: str, key: str | None = None) -> int:
    prefix = f"/_lane/{lane}" if lane else ""
    answer = await stage.client.post(
        f"{prefix}/v1/messages", headers=stage.headers(key), json=HELLO
    )
    return answer.status_code


def settings_of(stage: Stage, lane: str) -> str:
    return f"/accounts/{stage.tenant.api_key_id}/lanes/{lane}/settings"


async def ordinals(stage: Stage, query: str = "") -> list[tuple[str | None, int]]:
    response = await stage.client.get(f"/_twin/journal{query}", headers=stage.auth)
    entries: list[dict[str, Any]] = [json.loads(line) for line in response.text.splitlines()]
    return [(entry["lane"], entry["ordinal"]) for entry in entries]


async def test_a_lane_may_have_settings_of_its_own(front: str) -> None:
    async with staged(front, settings={"script": "529; loop"}) as stage:
        await stage.control("PUT", settings_of(stage, "a"), doc={"script": "418; loop"})
        own = [await ask(stage, lane) for lane in ("a", "b", "")]
        told = await stage.control("PATCH", settings_of(stage, "a"), doc={"seed": 9})
        await stage.control("DELETE", settings_of(stage, "a"))
        fallen_back = await ask(stage, "a")

    assert own == [418, 529, 529]
    assert told["own"] == {"script": "418; loop", "seed": 9}
    assert (told["from"]["script"], told["from"]["limits"]) == ("lane", "command line")
    assert fallen_back == 529


async def test_settings_hold_from_the_next_request_on(front: str) -> None:
    async with staged(front) as stage:
        statuses = []
        for status in (500, 529, 503):
            await stage.control("PUT", settings_of(stage, "a"), doc={"script": f"{status}; loop"})
            statuses.append(await ask(stage, "a"))

    assert statuses == [500, 529, 503]


async def test_what_cannot_be_set_for_a_lane_is_a_400_and_changes_nothing(front: str) -> None:
    async with staged(front) as stage:
        await stage.control("PUT", settings_of(stage, "a"), doc={"seed": 9})
        for lane, doc, told in (
            ("a", {"limits": {"tier": "tier1"}}, "limits: a lane has none of its own"),
            ("a", {"script": "bogus"}, "script: there is no kind 'bogus'"),
            ("a", {"seed": 3, "rules": [{}]}, "rules[0]: a rule has one kind"),
            ("%20a", {"seed": 3}, "the name of a lane must be"),
        ):
            path = f"/_twin{settings_of(stage, lane)}"
            answer = await stage.client.put(path, headers=stage.auth, json=doc)

            assert answer.status_code == 400
            assert answer.json()["error"].startswith(told)
        after = await stage.control("GET", settings_of(stage, "a"))

    assert after["own"] == {"seed": 9}


async def test_the_journal_tells_of_one_lane(front: str) -> None:
    async with staged(front) as stage:
        other = await stage.add_key()
        for lane, key in (("a", None), ("", None), ("a", other["api_key"]), ("a", None)):
            await ask(stage, lane, key)

        assert await ordinals(stage) == [("a", 0), (None, 0), ("a", 0), ("a", 1)]
        assert await ordinals(stage, "?lane=a") == [("a", 0), ("a", 0), ("a", 1)]
        assert await ordinals(stage, "?lane=") == [(None, 0)]
        assert await ordinals(stage, f"?lane=a&key={other['api_key_id']}") == [("a", 0)]
        assert await ordinals(stage, "?lane=b") == []


async def test_a_lane_is_reset_alone(front: str) -> None:
    async with staged(front, settings={"script": "529; ok"}) as stage:
        lanes = ("a", "b", "", "a")
        before = [await ask(stage, lane) for lane in lanes]
        for name in ("a", ""):
            scope = {"scope": "lane", "id": f"{stage.tenant.api_key_id}/{name}"}
            assert await stage.control("POST", "/reset", doc=scope) == scope
        left = await ordinals(stage)
        after = [await ask(stage, lane) for lane in lanes]
        (row,) = await stage.usage()

    assert before == [529, 529, 529, 200]
    assert left == [("b", 0)]
    assert after == [529, 200, 529, 200]
    assert row["requests"] == {"200": 3, "529": 5}


async def test_a_reset_of_the_key_resets_its_lanes(front: str) -> None:
    async with staged(front, settings={"script": "529; ok"}) as stage:
        before = [await ask(stage, lane) for lane in ("a", "")]
        scope = {"scope": "key", "id": stage.tenant.api_key_id}
        await stage.control("POST", "/reset", doc=scope)
        after = [await ask(stage, lane) for lane in ("a", "")]

    assert before == after == [529, 529]


async def test_another_tenant_has_no_part_in_a_lane(front: str) -> None:
    async with staged(front, settings={"script": "529; ok; loop"}) as stage:
        await stage.control("PUT", settings_of(stage, "a"), doc={"seed": 9})
        await ask(stage, "a")
        made = await stage.control("POST", "/tenants", {}, {})
        auth = basic(made["tenant_id"], made["tenant_secret"])
        account = await stage.control("POST", "/accounts", auth, {})
        path, mine = f"/_twin{settings_of(stage, 'a')}", f"{stage.tenant.api_key_id}/a"
        refused = [
            (await stage.client.request(method, path, headers=auth, json=doc)).status_code
            for method, doc in (("GET", None), ("PUT", {}), ("PATCH", {}), ("DELETE", None))
        ]
        reset = await stage.client.post(
            "/_twin/reset", headers=auth, json={"scope": "lane", "id": mine}
        )
        seen = await stage.client.get("/_twin/journal?lane=a", headers=auth)
        theirs = await ask(stage, "a", account["api_key"])
        kept = await stage.control("GET", settings_of(stage, "a"))
        next_one = await ask(stage, "a")

    assert refused == [404] * 4
    assert (reset.status_code, seen.text) == (404, "")
    assert (theirs, next_one) == (529, 200)
    assert kept["own"] == {"seed": 9}


async def test_with_a_key_the_settings_of_its_lanes_are_gone(front: str) -> None:
    async with staged(front) as stage:
        await stage.control("PUT", settings_of(stage, "a"), doc={"seed": 9})
        await stage.control("DELETE", f"/accounts/{stage.tenant.api_key_id}")
        answer = await stage.client.get(f"/_twin{settings_of(stage, 'a')}", headers=stage.auth)

    assert answer.status_code == 404
