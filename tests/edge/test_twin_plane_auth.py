"""Three layers of credentials, and none opens another's door."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import TypeVar

import pytest
import trio
import trio.testing
from edge.plane_site import ADMIN_TOKEN, OPERATOR, Tenant, a_site, basic, bearer

from simtwin.edge.credentials import same
from simtwin.edge.tenant_secrets import SLOTS, WAITING, TenantSecrets
from simtwin.edge.twin_plane import PlaneConfig
from simtwin.edge.twin_plane.auth import Access
from simtwin.edge.twin_plane.table import TABLE, Row

T = TypeVar("T")

CLOSED = [row for row in TABLE if row.access in (Access.CALLER, Access.TENANT)]


async def slow(job: Callable[[], T], /) -> T:
    """Work that takes a second."""
    await trio.sleep(1)
    return job()


def name(row: Row) -> str:
    return f"{row.method} {row.path}"


def path(row: Row, api_key_id: str) -> str:
    return "/_twin" + row.path.replace("{api_key_id}", api_key_id)


def wrong(tenant: Tenant) -> list[dict[str, str]]:
    """Headers that look like credentials and are none."""
    key, secret = tenant.api_key, tenant.secret
    return [
        {},
        {"x-api-key": key},
        {"x-api-key": secret},
        bearer(key),
        bearer(secret),
        bearer(""),
        bearer(ADMIN_TOKEN[:-1]),
        {"x-twin-admin-token": key},
        {"x-twin-admin-token": ""},
        {"authorization": key},
        {"authorization": f"Digest {ADMIN_TOKEN}"},
        basic(tenant.tenant_id, key),
        basic(tenant.tenant_id, ""),
        basic(tenant.tenant_id, secret + "x"),
        basic(tenant.tenant_id, "x" * 1_000),
        basic(tenant.tenant_id, ADMIN_TOKEN),
        basic("", ADMIN_TOKEN),
        basic(tenant.api_key_id, key),
        basic("nobody", secret),
        {"authorization": "Basic %%%"},
        {"authorization": "Basic"},
        {"authorization": "Basic " + b64encode(b"\xff:\xff").decode()},
        {"authorization": "Basic " + b64encode(tenant.tenant_id.encode()).decode()},
        {**tenant.auth, "x-twin-admin-token": "wrong"},
    ]


@pytest.mark.parametrize("row", CLOSED, ids=name)
async def test_a_closed_endpoint_is_closed_to_wrong_credentials(row: Row) -> None:
    site = a_site()
    tenant = await site.tenant()
    before = site.twin.state()

    for headers in wrong(tenant):
        body = {"json": {"body": "x"}} if row.method != "GET" else {}
        answer = await site.call(row.method, path(row, tenant.api_key_id), headers, **body)

        assert answer.status_code == 401
        assert set(await answer.get_json()) == {"error"}
        assert answer.headers["www-authenticate"].startswith("Basic ")
    assert site.twin.state() == before


async def test_wrong_credentials_are_not_taken_for_none_on_the_public_settings() -> None:
    site = a_site()
    tenant = await site.tenant()
    anonymous = [{}, {"x-api-key": tenant.api_key}, {"x-api-key": tenant.secret}]

    for headers in wrong(tenant):
        answer = await site.call("GET", "/_twin/settings", headers)

        assert answer.status_code == (200 if headers in anonymous else 401)
        assert "own" not in await answer.get_json()


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC"])
async def test_the_scheme_of_a_tenant_is_of_any_case(scheme: str) -> None:
    site = a_site()
    tenant = await site.tenant()
    header = tenant.auth["authorization"].replace("Basic", scheme)

    answer = await site.call("GET", "/_twin/logs", {"authorization": header})

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        OPERATOR,
        {"authorization": f"bearer {ADMIN_TOKEN}"},
        {"X-Twin-Admin-Token": ADMIN_TOKEN},
        {"x-twin-admin-token": ADMIN_TOKEN, "authorization": "Bearer of-the-proxy"},
    ],
)
async def test_the_operator_is_known_by_either_header(headers: dict[str, str]) -> None:
    answer = await a_site().call("GET", "/_twin/logs", headers)

    assert answer.status_code == 200


@pytest.mark.parametrize("token", ["", "None", ADMIN_TOKEN])
async def test_without_a_token_there_is_no_operator(token: str) -> None:
    site = a_site(PlaneConfig(admin_token=None))

    for headers in (bearer(token), {"x-twin-admin-token": token}):
        answer = await site.call("GET", "/_twin/logs", headers)

        assert answer.status_code == 401


@pytest.mark.parametrize("row", [row for row in TABLE if row.access is Access.TENANT], ids=name)
async def test_what_is_for_tenants_alone_is_forbidden_to_the_operator(row: Row) -> None:
    site = a_site()

    answer = await site.call(row.method, path(row, "x"), OPERATOR, json={"body": "x"})

    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("given", "expected", "equal"),
    [("a", "a", True), ("a", "b", False), ("", "a", False), ("aa", "a", False), ("ä", "ä", True)],
)
def test_secrets_are_compared_whole(given: str, expected: str, equal: bool) -> None:
    assert same(given, expected) is equal


async def test_too_many_checks_at_once_are_a_503(autojump_clock: trio.testing.MockClock) -> None:
    site = a_site(secrets=TenantSecrets(slow, cost=2))
    tenant = await site.tenant()
    statuses: list[int] = []

    async def ask(number: int) -> None:
        headers = basic(tenant.tenant_id, f"wrong-{number}")
        answer = await site.call("GET", "/_twin/logs", headers)
        statuses.append(answer.status_code)
        if answer.status_code == 503:
            assert answer.headers["retry-after"] == "1"

    async with trio.open_nursery() as nursery:
        for number in range(SLOTS + WAITING + 3):
            nursery.start_soon(ask, number)

    assert sorted(statuses) == [401] * (SLOTS + WAITING) + [503] * 3
