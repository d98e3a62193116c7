"""LiteLLM's keys: made by the master key, shown once, looked at and taken away."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest
from gatewayed import MASTER, ask, bearer, behind_litellm, make_key
from trio.testing import MockClock
from virtual import Stage, staged


async def post(stage: Stage, path: str, caller: str, **doc: Any) -> tuple[int, dict[str, Any]]:
    response = await stage.client.post(path, headers=bearer(caller), json=doc)
    return response.status_code, response.json()


async def info(stage: Stage, caller: str, key: str | None = None) -> tuple[int, dict[str, Any]]:
    params = {} if key is None else {"key": key}
    response = await stage.client.get("/key/info", headers=bearer(caller), params=params)
    return response.status_code, response.json()


async def test_a_key_is_shown_once_and_kept_as_a_hash(autojump_clock: MockClock) -> None:
    async with behind_litellm() as stage:
        made = await make_key(stage, key_alias="ci", max_budget=1.0, duration="1d")
        _, found = await info(stage, MASTER, made["token"])
        accounts = (await stage.control("GET", "/accounts"))["accounts"]
        logs = await stage.control("GET", "/logs")

    assert made["key"].startswith("sk-")
    assert made["token"] == made["token_id"] == sha256(made["key"].encode()).hexdigest()
    assert (made["expires"], made["created_at"]) == (
        "2026-11-22T20:42:28+00:00",
        "2026-11-21T20:42:28+00:00",
    )
    assert found["key"] == made["token"]
    assert "ci" in {account["friendly_name"] for account in accounts}
    for told in (found, accounts, logs, stage.twin.gateways):
        assert made["key"] not in repr(told)
        assert MASTER not in repr(told)


async def test_a_key_is_told_of_itself_and_of_no_other() -> None:
    async with behind_litellm() as stage:
        one, other = await make_key(stage), await make_key(stage)
        own, named = await info(stage, one["key"]), await info(stage, one["key"], one["key"])
        forbidden = await info(stage, one["key"], other["key"])
        by_master = await info(stage, MASTER, other["key"])
        unknown = await info(stage, MASTER, "sk-never-made-by-anybody")

    assert own[1]["info"] == named[1]["info"]
    assert (own[1]["info"]["status"], own[1]["info"]["spend"]) == ("active", 0.0)
    assert forbidden[0] == 403
    assert by_master[1]["key"] == other["key"]
    assert (unknown[0], unknown[1]["error"]["type"]) == (404, "not_found_error")


async def test_keys_are_deleted_by_text_by_hash_and_by_alias() -> None:
    async with behind_litellm() as stage:
        keys = [await make_key(stage, key_alias=f"key {number}") for number in range(3)]
        by_text = await post(stage, "/key/delete", MASTER, keys=[keys[0]["key"]])
        by_hash = await post(stage, "/key/delete", MASTER, keys=[keys[1]["token"]])
        by_alias = await post(stage, "/key/delete", MASTER, key_aliases=["key 2"])
        again = await post(stage, "/key/delete", MASTER, keys=[keys[0]["key"]])
        after = [(await ask(stage, bearer(key["key"]))).status_code for key in keys]
        accounts = (await stage.control("GET", "/accounts"))["accounts"]

    assert by_text == (200, {"deleted_keys": [keys[0]["key"]]})
    assert by_hash == (200, {"deleted_keys": [keys[1]["token"]]})
    assert by_alias == (200, {"deleted_keys": ["key 2"]})
    assert (again[0], again[1]["error"]["message"]) == (404, "No keys found")
    assert after == [401] * 3
    assert {account["friendly_name"] for account in accounts} == {"first", "litellm"}


async def test_a_key_that_the_twin_plane_revoked_is_gone() -> None:
    async with behind_litellm() as stage:
        made = await make_key(stage, key_alias="ci")
        accounts = (await stage.control("GET", "/accounts"))["accounts"]
        (found,) = [each["api_key_id"] for each in accounts if each["friendly_name"] == "ci"]
        await stage.control("DELETE", f"/accounts/{found}")
        after = await ask(stage, bearer(made["key"]))
        renamed = await make_key(stage, key_alias="ci")

    assert after.status_code == 401
    assert renamed["key"] != made["key"]


@pytest.mark.parametrize("path", ["/key/generate", "/key/delete"])
async def test_only_the_master_key_makes_and_deletes_keys(path: str) -> None:
    async with behind_litellm() as stage:
        made = await make_key(stage)
        refused = [
            await post(stage, path, key, keys=[made["key"]])
            for key in (made["key"], "sk-never-made-by-anybody", stage.tenant.api_key)
        ]
        nobody = await stage.client.post(path, json={})
        after = await ask(stage, bearer(made["key"]))

    assert [(status, said["error"]["code"]) for status, said in refused] == [(401, "401")] * 3
    assert nobody.json()["error"]["message"] == "Authentication Error, No api key passed in."
    assert after.status_code == 200


async def test_without_a_master_key_nobody_makes_keys() -> None:
    async with behind_litellm(master_key=None) as stage:
        status, said = await post(stage, "/key/generate", "anything")

    assert (status, said["error"]["type"]) == (401, "auth_error")
    assert "--litellm-master-key" in said["error"]["message"]


async def test_a_key_may_be_chosen_once_and_so_may_an_alias() -> None:
    async with behind_litellm() as stage:
        chosen = await make_key(stage, key="sk-chosen-by-somebody", key_alias="ci")
        same_key = await post(stage, "/key/generate", MASTER, key="sk-chosen-by-somebody")
        same_alias = await post(stage, "/key/generate", MASTER, key_alias="ci")
        works = await ask(stage, bearer("sk-chosen-by-somebody"))

    assert chosen["key"] == "sk-chosen-by-somebody"
    assert (same_key[0], same_key[1]["error"]["param"]) == (400, "key")
    assert (same_alias[0], same_alias[1]["error"]["param"]) == (400, "key_alias")
    assert works.status_code == 200


async def test_what_cannot_be_makes_no_key() -> None:
    async with behind_litellm() as stage:
        wrong = await post(stage, "/key/generate", MASTER, max_budget="much")
        empty = await post(stage, "/key/delete", MASTER)
        form = await stage.client.post("/key/generate", headers=bearer(MASTER), content=b"a=b")
        accounts = (await stage.control("GET", "/accounts"))["accounts"]

    assert (wrong[0], wrong[1]["error"]["param"]) == (400, "max_budget")
    assert empty[0] == 400
    assert form.status_code == 415
    assert len(accounts) == 2


async def test_it_is_alive() -> None:
    async with behind_litellm() as stage:
        response = await stage.client.get("/health/liveliness")

    assert (response.status_code, response.json()) == (200, "I'm alive!")


async def test_its_paths_are_none_without_it() -> None:
    async with staged("asgi") as stage:
        assert (await post(stage, "/key/generate", MASTER))[0] == 404
