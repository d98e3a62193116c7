"""Settings, of everybody, of a tenant, of a key."""

from __future__ import annotations

from typing import Any

import pytest
from edge.plane_site import OPERATOR, Site, Tenant, a_site

from simtwin.edge.twin_plane.port import OfTenant, Operator


async def put(site: Site, path: str, headers: dict[str, str], doc: Any) -> Any:
    return await site.call("PUT", f"/_twin{path}", headers, json=doc)


def key_path(tenant: Tenant) -> str:
    return f"/accounts/{tenant.api_key_id}/settings"


async def test_a_callers_settings_come_with_what_is_public() -> None:
    site = a_site()
    tenant = await site.tenant()
    await put(site, "/settings", OPERATOR, {"seed": 1, "pace": "real"})
    await put(site, "/settings", tenant.auth, {"seed": 2})

    answer = await site.call("GET", "/_twin/settings", tenant.auth)

    assert await answer.get_json() == {
        "twin": "anthropic",
        "version": "1.2.3",
        "base_url": "http://localhost",
        "own": {"seed": 2},
        "in_force": {"seed": 2, "pace": "real"},
        "from": {"seed": "OfTenant", "pace": "Operator"},
    }


async def test_put_replaces_patch_changes_and_delete_falls_back() -> None:
    site = a_site()
    tenant = await site.tenant()
    path = "/_twin/settings"

    replaced = await put(site, "/settings", tenant.auth, {"seed": 2, "pace": "real"})
    patched = await site.call("PATCH", path, tenant.auth, json={"pace": None, "script": "529"})
    deleted = await site.call("DELETE", path, tenant.auth)

    owns = [(await answer.get_json())["own"] for answer in (replaced, patched, deleted)]
    assert owns == [{"seed": 2, "pace": "real"}, {"seed": 2, "script": "529"}, {}]
    assert [answer.status_code for answer in (replaced, patched, deleted)] == [200] * 3
    assert site.twin.sets == {}


async def test_the_operator_sets_the_defaults_for_all() -> None:
    site = a_site()

    await put(site, "/settings", OPERATOR, {"seed": 1})

    assert site.twin.sets == {Operator(): {"seed": 1}}


@pytest.mark.parametrize("by_operator", [False, True])
async def test_a_key_has_settings_of_its_own(by_operator: bool) -> None:
    site = a_site()
    tenant = await site.tenant()
    auth = OPERATOR if by_operator else tenant.auth
    path = key_path(tenant)

    await put(site, path, auth, {"seed": 3})
    await site.call("PATCH", f"/_twin{path}", auth, json={"pace": "real"})
    read = await site.call("GET", f"/_twin{path}", auth)
    own = dict(site.twin.sets[tenant.key])
    await site.call("DELETE", f"/_twin{path}", auth)

    assert own == {"seed": 3, "pace": "real"}
    assert set(await read.get_json()) == {"own", "in_force", "from"}
    assert site.twin.sets == {}


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_settings_that_cannot_be_are_refused_with_their_place(method: str) -> None:
    site = a_site()
    tenant = await site.tenant()

    for path in ("/settings", key_path(tenant)):
        answer = await site.call(method, f"/_twin{path}", tenant.auth, json={"sed": 1})

        error = (await answer.get_json())["error"]
        assert answer.status_code == 400
        assert error.startswith("sed: there is no such setting")
    assert site.twin.sets == {}


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize("body", [b"", b"[]", b"null"])
async def test_settings_are_an_object(method: str, body: bytes) -> None:
    site = a_site()
    tenant = await site.tenant()
    headers = {**tenant.auth, "content-type": "application/json"}

    answer = await site.call(method, "/_twin/settings", headers, data=body)

    assert answer.status_code == 400


async def test_a_key_that_is_not_there_has_no_settings() -> None:
    site = a_site()
    tenant = await site.tenant()

    for auth in (tenant.auth, OPERATOR):
        answer = await site.call("GET", "/_twin/accounts/apikey_01x/settings", auth)

        assert answer.status_code == 404
        assert "apikey_01x" not in (await answer.get_json())["error"]


async def test_a_change_is_logged_with_what_it_was_about() -> None:
    site = a_site()
    tenant = await site.tenant()

    await put(site, "/settings", tenant.auth, {"seed": 1})
    await put(site, key_path(tenant), OPERATOR, {"seed": 1})
    await put(site, "/settings", tenant.auth, {"sed": 1})

    failed, by_operator, changed = (await site.logs())[:3]
    assert changed["operation"] == "twin.settings.replace"
    assert changed["resource"] == {"type": "tenant", "id": tenant.tenant_id}
    assert by_operator["operation"] == "twin.account.settings.replace"
    assert by_operator["tenant_id"] == "__operator_admin__"
    assert by_operator["resource"] == {"type": "api_key", "id": tenant.api_key_id}
    assert failed["outcome"] == "failure"
    assert failed["reason"].startswith("sed: ")
    assert site.twin.sets[OfTenant(tenant.tenant_id)] == {"seed": 1}
