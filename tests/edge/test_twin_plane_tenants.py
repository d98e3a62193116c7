"""Making tenants."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from edge.plane_site import ADMIN_TOKEN, OPERATOR, Site, a_site, basic, bearer

from simtwin.edge.twin_plane import PlaneConfig
from simtwin.edge.twin_plane.pace import CreationPace
from simtwin.store.memory import MemoryStore


async def create(site: Site, **headers: str) -> Any:
    return await site.call("POST", "/_twin/tenants", headers, json={"friendly_name": "me"})


async def test_a_tenant_is_made_and_its_secret_works() -> None:
    site = a_site()

    answer = await create(site)

    made = await answer.get_json()
    assert answer.status_code == 201
    assert set(made) == {"tenant_id", "tenant_secret", "friendly_name", "created_at"}
    assert uuid.UUID(made["tenant_id"]).version == 4
    assert made["friendly_name"] == "me"
    assert made["created_at"] == "2026-11-21T20:42:28.000Z"
    auth = basic(made["tenant_id"], made["tenant_secret"])
    assert (await site.call("GET", "/_twin/accounts", auth)).status_code == 200


async def test_the_secret_is_kept_as_scrypt_alone() -> None:
    site = a_site()

    made = await (await create(site)).get_json()

    tenant = site.twin.store.tenant(made["tenant_id"])
    assert tenant is not None
    assert tenant.secret_hash.startswith("scrypt$")
    assert made["tenant_secret"] not in tenant.secret_hash


@pytest.mark.parametrize("body", [b"", b"{}", b'{"friendly_name": null}'])
async def test_a_tenant_needs_no_name(body: bytes) -> None:
    answer = await a_site().call(
        "POST", "/_twin/tenants", {"content-type": "application/json"}, data=body
    )

    assert answer.status_code == 201
    assert (await answer.get_json())["friendly_name"] == ""


@pytest.mark.parametrize(("length", "status"), [(256, 201), (257, 400)])
async def test_a_name_has_256_characters_at_most(length: int, status: int) -> None:
    answer = await a_site().call("POST", "/_twin/tenants", json={"friendly_name": "ä" * length})

    assert answer.status_code == status


async def test_a_name_is_text() -> None:
    answer = await a_site().call("POST", "/_twin/tenants", json={"friendly_name": 7})

    assert answer.status_code == 400
    assert await answer.get_json() == {"error": "'friendly_name' must be text"}


async def test_ten_tenants_a_second_are_made() -> None:
    site = a_site()

    statuses = [(await create(site)).status_code for _ in range(11)]
    refused = await create(site)
    site.twin.seconds = 1.0
    later = await create(site)

    assert statuses == [201] * 10 + [429]
    assert refused.headers["retry-after"] == "1"
    assert later.status_code == 201


def test_the_pace_is_ten_in_any_second() -> None:
    pace = CreationPace()

    made = [now for now in (step / 64 for step in range(5 * 64)) if pace.allow(now)]

    assert len(made) == 50
    assert all(late - early >= 1.0 for early, late in zip(made, made[10:], strict=False))


async def test_a_full_twin_makes_no_tenant() -> None:
    site = a_site(store=MemoryStore(tenants=1))
    await create(site)

    answer = await create(site)

    assert answer.status_code == 507
    assert await answer.get_json() == {"error": "there are 1 tenants already"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        (bearer("another-token-of-somebody"), 401),
        ({"x-twin-admin-token": ADMIN_TOKEN}, 201),
        (OPERATOR, 201),
    ],
)
async def test_off_loopback_only_the_operator_makes_tenants(
    headers: dict[str, str], status: int
) -> None:
    site = a_site(PlaneConfig(admin_token=ADMIN_TOKEN, loopback=False))

    answer = await create(site, **headers)

    assert answer.status_code == status


async def test_off_loopback_a_tenant_makes_no_tenants() -> None:
    site = a_site(PlaneConfig(admin_token=ADMIN_TOKEN, loopback=False))
    tenant = await site.tenant()

    answer = await create(site, **tenant.auth)

    assert answer.status_code == 403


async def test_off_loopback_anybody_makes_tenants_where_that_was_chosen() -> None:
    site = a_site(PlaneConfig(loopback=False, public_tenants=True))

    answer = await create(site)

    assert answer.status_code == 201


async def test_the_making_is_in_the_new_tenants_log() -> None:
    site = a_site()

    made = await (await create(site)).get_json()

    (record,) = await site.logs(made["tenant_id"])
    assert record["operation"] == "twin.tenant.create"
    assert record["resource"] == {"type": "tenant", "id": made["tenant_id"]}
    assert made["tenant_secret"] not in json.dumps(record)
