"""The buckets of a workspace that has limits of its own."""

from __future__ import annotations

from typing import Any

from virtual import HELLO, VERSION, Stage, staged


async def admin(stage: Stage, path: str, body: dict[str, Any]) -> dict[str, Any]:
    made = await stage.client.post(
        "/_twin/accounts", headers=stage.auth, json={"kind": "admin_key"}
    )
    headers = {**VERSION, "x-api-key": made.json()["api_key"]}
    answer = await stage.client.post(f"/v1/organizations/{path}", headers=headers, json=body)
    doc: dict[str, Any] = answer.json()
    return doc


async def limited(stage: Stage, rpm: int) -> str:
    """A key of a workspace that admits so many requests a minute."""
    workspace = (await admin(stage, "workspaces", {"name": "w"}))["id"]
    made = await admin(stage, "api_keys", {"name": "k", "workspace_id": workspace})
    limits = await admin_limits(stage)
    await admin(
        stage,
        f"workspaces/{workspace}/rate_limits/{limits[HELLO['model']]}",
        {"limits": [{"type": "requests_per_minute", "value": rpm}]},
    )
    return str(made["api_key"])


async def statuses(stage: Stage, key: str, times: int) -> list[int]:
    return [(await stage.create(key=key)).status_code for _ in range(times)]


async def settings(stage: Stage, doc: dict[str, Any]) -> None:
    answer = await stage.client.put("/_twin/settings", headers=stage.auth, json=doc)
    assert answer.status_code == 200


async def test_a_reset_of_the_tenant_fills_them() -> None:
    async with staged("asgi") as stage:
        key = await limited(stage, rpm=1)
        before = await statuses(stage, key, 2)
        await stage.client.post("/_twin/reset", headers=stage.auth, json={"scope": "tenant"})
        after = await statuses(stage, key, 1)

    assert (before, after) == ([200, 429], [200])


async def test_what_the_tenants_limits_refuse_takes_nothing_of_them() -> None:
    async with staged("asgi") as stage:
        key = await limited(stage, rpm=2)
        pools = {"claude-sonnet-4.x": {"rpm": 1}}
        await settings(stage, {"pace": "instant", "limits": {"pools": pools}})
        narrow = await statuses(stage, key, 3)
        await settings(stage, {"pace": "instant", "limits": {"tier": "unlimited"}})
        wide = await statuses(stage, key, 2)

    assert (narrow, wide) == ([200, 429, 429], [200, 429])


async def admin_limits(stage: Stage) -> dict[str, str]:
    """The ids of limits by the models that they are on."""
    made = await stage.client.post(
        "/_twin/accounts", headers=stage.auth, json={"kind": "admin_key"}
    )
    headers = {**VERSION, "x-api-key": made.json()["api_key"]}
    answer = await stage.client.get("/v1/organizations/rate_limits", headers=headers)
    return {
        model: limit["id"] for limit in answer.json()["data"] for model in limit["models"] or ()
    }
