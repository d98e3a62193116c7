"""Resources by the real SDK, in virtual time: made, found, listed, changed, put away, gone."""

from __future__ import annotations

import json

import anthropic
import pytest
from virtual import staged

pytestmark = pytest.mark.usefixtures("virtual_time")


async def test_the_life_of_an_agent() -> None:
    async with staged("asgi") as stage:
        agents = stage.anthropic().beta.agents
        made = await agents.create(model="claude-opus-4-8", name="Ada", metadata={"team": "red"})
        found = await agents.retrieve(made.id)
        changed = await agents.update(made.id, name="Bo", metadata={"team": None, "site": "hq"})
        before = await agents.retrieve(made.id, version=1)
        versions = [each.name async for each in agents.versions.list(made.id)]
        await agents.archive(made.id)
        shown = [each.id async for each in agents.list()]
        put_away = [each.id async for each in agents.list(include_archived=True)]
        with pytest.raises(anthropic.BadRequestError, match="is archived"):
            await agents.update(made.id, name="Cy")

    assert made == found
    assert (made.model.id, made.version, made.metadata) == ("claude-opus-4-8", 1, {"team": "red"})
    assert (changed.name, changed.version, changed.metadata) == ("Bo", 2, {"site": "hq"})
    assert (before.name, versions) == ("Ada", ["Bo", "Ada"])
    assert (shown, put_away) == ([], [made.id])


async def test_what_is_below_a_vault_goes_with_it() -> None:
    async with staged("asgi") as stage:
        vaults = stage.anthropic().beta.vaults
        vault = await vaults.create(display_name="Keys")
        credential = await vaults.credentials.create(
            vault.id,
            auth={
                "type": "static_bearer",
                "token": "a-secret-of-another-service",
                "mcp_server_url": "https://mcp.example.com",
            },
        )
        deleted = await vaults.delete(vault.id)
        with pytest.raises(anthropic.NotFoundError) as gone:
            await vaults.credentials.retrieve(credential.id, vault_id=vault.id)
        holdings = stage.twin.holdings.state(stage.tenant.tenant_id)

    assert credential.vault_id == vault.id
    assert deleted.id == vault.id
    assert gone.value.body == {
        "type": "error",
        "error": {"type": "not_found_error", "message": f"Vault not found: '{vault.id}'"},
        "request_id": gone.value.request_id,
    }
    assert holdings is not None
    assert "a-secret" not in str(holdings)


async def test_a_list_is_paged_through_by_cursors() -> None:
    async with staged("asgi") as stage:
        stores = stage.anthropic().beta.memory_stores
        made = [(await stores.create(name=f"store {number}")).id for number in range(5)]
        first = await stores.list(limit=2)
        await stores.create(name="one more, meanwhile")
        rest = [each.id async for each in await first.get_next_page()]

    assert [*(each.id for each in first.data), *rest] == made[::-1]


async def test_tenants_do_not_see_each_other() -> None:
    async with staged("asgi", open_keys=True) as stage:
        mine = await stage.anthropic(api_key="mine").beta.agents.create(
            model="claude-opus-4-8", name="Ada"
        )
        theirs = stage.anthropic(api_key="theirs")
        with pytest.raises(anthropic.NotFoundError):
            await theirs.beta.agents.retrieve(mine.id)


async def test_a_fault_aims_at_an_endpoint_by_its_name() -> None:
    rule = {"match": {"endpoint": "agents_create"}, "when": {"first": 1}, "refuse": {"status": 529}}
    async with staged("asgi", settings={"rules": [rule]}) as stage:
        agents = stage.anthropic().beta.agents
        listed = await agents.list()
        with pytest.raises(anthropic.OverloadedError):
            await agents.create(model="claude-opus-4-8", name="Ada")
        made = await agents.create(model="claude-opus-4-8", name="Ada")
        entries = await stage.entries()
        log = await stage.control("GET", "/logs")

    assert listed.data == []
    assert made.name == "Ada"
    assert [(each["endpoint"], each["status"]) for each in entries] == [
        ("agents", 200),
        ("agents_create", 529),
        ("agents_create", 200),
    ]
    assert "data.agents_create" in json.dumps(log)


async def test_a_reset_keeps_what_was_made_and_new_ids_are_others() -> None:
    async with staged("asgi") as stage:
        agents = stage.anthropic().beta.agents
        before = await agents.create(model="claude-opus-4-8", name="Ada")
        await stage.control("POST", "/reset", doc={"scope": "tenant", "id": stage.tenant.tenant_id})
        after = await agents.create(model="claude-opus-4-8", name="Ada")
        found = await agents.retrieve(before.id)

    assert found == before
    assert after.id != before.id


async def test_a_form_is_taken_apart() -> None:
    async with staged("asgi", open_keys=True) as stage:
        plugins = stage.anthropic(api_key="sk-ant-admin01-any").beta.organization.plugins
        made = await plugins.create(files=[("plugin.json", b"{}")])
        listed = [each.id async for each in plugins.list()]
        with pytest.raises(anthropic.BadRequestError, match="files: Field required"):
            await plugins.create(files=[])

    assert listed == [made.id]


async def test_a_body_that_may_be_empty_is_no_json() -> None:
    async with staged("asgi") as stage:
        made = await stage.anthropic().beta.agents.create(model="claude-opus-4-8", name="Ada")
        path = f"/v1/agents/{made.id}/archive"
        refused = await stage.client.post(path, headers=stage.headers(), content=b"{")
        taken = await stage.client.post(path, headers=stage.headers(), content=b"")
        missing = await stage.client.post("/v1/agents", headers=stage.headers(), content=b"")

    assert [each.status_code for each in (refused, taken, missing)] == [400, 200, 400]
