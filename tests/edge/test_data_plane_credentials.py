"""Who may ask: API keys in either header, and nothing else that looks like a credential."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from virtual import ADMIN_TOKEN, HELLO, VERSION, Stage, basic, staged


async def ask(stage: Stage, **headers: str) -> httpx2.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await stage.client.post("/v1/messages", json=HELLO, headers={**VERSION, **named})


def unauthorized(response: httpx2.Response) -> str:
    """The message of a 401 that has everything that one has."""
    assert response.status_code == 401
    assert response.headers["x-should-retry"] == "false"
    body: dict[str, Any] = response.json()
    assert body["request_id"] == response.headers["request-id"]
    assert (body["type"], body["error"]["type"]) == ("error", "authentication_error")
    message: str = body["error"]["message"]
    return message


async def test_a_key_is_taken_from_x_api_key(front: str) -> None:
    async with staged(front) as stage:
        response = await ask(stage, x_api_key=stage.tenant.api_key)

    assert response.status_code == 200
    assert response.headers["anthropic-organization-id"] == stage.tenant.tenant_id


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
async def test_a_key_is_taken_from_a_bearer_header_in_any_case(front: str, scheme: str) -> None:
    async with staged(front) as stage:
        response = await ask(stage, authorization=f"{scheme} {stage.tenant.api_key}")

    assert response.status_code == 200


async def test_x_api_key_goes_before_a_bearer_header(front: str) -> None:
    async with staged(front) as stage:
        right = await ask(stage, x_api_key=stage.tenant.api_key, authorization="Bearer wrong")
        wrong = await ask(stage, x_api_key="wrong", authorization=f"Bearer {stage.tenant.api_key}")

    assert right.status_code == 200
    assert unauthorized(wrong) == "invalid x-api-key"


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({}, "x-api-key header is required"),
        ({"authorization": "Basic eDp5"}, "x-api-key header is required"),
        ({"authorization": ""}, "x-api-key header is required"),
        ({"x-api-key": "sk-ant-nobody"}, "invalid x-api-key"),
        ({"x-api-key": ""}, "invalid x-api-key"),
        ({"x-api-key": "\xfc\xdf"}, "invalid x-api-key"),
        ({"authorization": "Bearer sk-ant-nobody"}, "Invalid bearer token"),
        ({"authorization": "bearer"}, "Invalid bearer token"),
    ],
)
async def test_without_a_known_key_it_is_a_401_that_says_what_is_wrong(
    front: str, headers: dict[str, str], message: str
) -> None:
    async with staged(front) as stage:
        latin = [
            (name.encode(), value.encode("latin-1"))
            for name, value in {**VERSION, **headers}.items()
        ]
        response = await stage.client.post("/v1/messages", json=HELLO, headers=latin)

    assert unauthorized(response) == message


async def test_a_tenants_secret_and_the_operators_token_are_no_api_keys(front: str) -> None:
    async with staged(front) as stage:
        tenant = stage.tenant
        others = [tenant.tenant_secret, tenant.tenant_id, tenant.api_key_id, ADMIN_TOKEN]
        refused = [await ask(stage, x_api_key=other) for other in others]
        refused += [await ask(stage, authorization=f"Bearer {other}") for other in others]
        refused.append(await ask(stage, **basic(tenant.tenant_id, tenant.tenant_secret)))
        refused.append(await ask(stage, x_twin_admin_token=ADMIN_TOKEN))

    assert {response.status_code for response in refused} == {401}


async def test_a_key_that_was_revoked_is_unknown(front: str) -> None:
    async with staged(front) as stage:
        key = await stage.add_key()
        before = await stage.create(key=key["api_key"])
        await stage.control("DELETE", f"/accounts/{key['api_key_id']}")
        after = await stage.create(key=key["api_key"])

    assert before.status_code == 200
    assert unauthorized(after) == "invalid x-api-key"


async def test_who_is_unknown_takes_no_ordinal_and_is_in_no_journal(front: str) -> None:
    async with staged(front) as stage:
        await ask(stage)
        await ask(stage, x_api_key="wrong")
        await stage.create()
        entries = await stage.entries()

    assert [entry["ordinal"] for entry in entries] == [0]


async def test_with_open_keys_any_text_is_a_key_and_none_is_not(front: str) -> None:
    async with staged(front, open_keys=True) as stage:
        mine = await stage.create(key="whatever")
        other = await stage.create(key="something else")
        again = await stage.create(key="whatever")
        none = await ask(stage)

    organizations = [
        response.headers["anthropic-organization-id"] for response in (mine, other, again)
    ]
    assert [mine.status_code, other.status_code] == [200, 200]
    assert organizations[0] == organizations[2] != organizations[1]
    assert unauthorized(none) == "x-api-key header is required"


async def test_the_version_has_to_be_said(front: str) -> None:
    async with staged(front) as stage:
        response = await stage.client.post(
            "/v1/messages", json=HELLO, headers={"x-api-key": stage.tenant.api_key}
        )

    assert response.status_code == 400
    assert response.json()["error"]["message"] == "anthropic-version: header is required"


# The edition of 2026-10-21 takes no sampling parameters, and so shows which one answers.
@pytest.mark.parametrize(
    ("version", "status"),
    [
        ("2023-01-01", 200),
        ("2023-06-01", 200),
        ("2024-02-29", 200),
        ("1999-12-31", 200),
        ("2026-10-20", 200),
        ("soon", 200),
        ("2026-10-21", 400),
        ("2027-01-01", 400),
    ],
)
async def test_a_date_is_answered_as_the_latest_version_not_after_it(
    front: str, version: str, status: int
) -> None:
    async with staged(front) as stage:
        response = await stage.client.post(
            "/v1/messages",
            json={**HELLO, "temperature": 0.5},
            headers={"x-api-key": stage.tenant.api_key, "anthropic-version": version},
        )

    assert response.status_code == status


@pytest.mark.parametrize(
    ("version", "status"), [("2023-06-01", 200), ("2024-02-29", 400), ("soon", 400)]
)
async def test_strictly_only_published_versions_are_taken(
    front: str, version: str, status: int
) -> None:
    async with staged(front, strict_version=True) as stage:
        response = await ask(stage, x_api_key=stage.tenant.api_key, anthropic_version=version)

    assert response.status_code == status
    assert status == 200 or response.json()["error"]["message"] == (
        f'anthropic-version: "{version}" is not a valid version'
    )


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "rebound.example"}, 421),
        ({"origin": "http://elsewhere.example"}, 403),
        ({"host": "127.0.0.1:8080"}, 200),
        ({"origin": "http://localhost"}, 200),
    ],
)
async def test_pages_of_other_sites_reach_nothing(
    front: str, headers: dict[str, str], status: int
) -> None:
    async with staged(front) as stage:
        response = await stage.client.post(
            "/v1/messages", json=HELLO, headers={**stage.headers(), **headers}
        )

    assert response.status_code == status


async def test_the_first_key_is_known_again_by_its_ends_as_others_are() -> None:
    async with staged("asgi") as stage:
        key = stage.tenant.api_key
        account = stage.twin.store.account(stage.tenant.api_key_id, None)

    assert account is not None
    assert account.hint == f"{key[:15]}...{key[-4:]}"
