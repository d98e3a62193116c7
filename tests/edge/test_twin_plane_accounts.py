"""API keys: made, listed, revoked."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any

import attrs
import pytest
from edge.plane_site import OPERATOR, a_site, basic

from simtwin.store.memory import MemoryStore


async def test_a_key_is_made_and_shown_once() -> None:
    site = a_site()
    tenant = await site.tenant()

    answer = await site.call(
        "POST", "/_twin/accounts", tenant.auth, json={"kind": "api_key", "friendly_name": "mine"}
    )

    made = await answer.get_json()
    api_key = made.pop("api_key")
    listed = await (await site.call("GET", "/_twin/accounts", tenant.auth)).get_json()
    assert answer.status_code == 201
    assert re.fullmatch(r"sk-ant-twin-[\w-]{54}", api_key)
    assert re.fullmatch(r"apikey_01[1-9A-HJ-NP-Za-km-z]{22}", made["api_key_id"])
    assert made == {
        "kind": "api_key",
        "api_key_id": made["api_key_id"],
        "tenant_id": tenant.tenant_id,
        "friendly_name": "mine",
    }
    assert listed["accounts"][0] == made


async def test_a_key_is_kept_as_its_digest_alone() -> None:
    site = a_site()
    tenant = await site.tenant()

    account = site.twin.store.account_by_digest(sha256(tenant.api_key.encode()).digest())

    assert account is not None
    assert account.api_key_id == tenant.api_key_id
    assert tenant.api_key not in str(attrs.asdict(account))


async def test_a_body_without_a_kind_makes_a_key() -> None:
    site = a_site()
    tenant = await site.tenant()

    answer = await site.call("POST", "/_twin/accounts", tenant.auth, json={})

    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("kind", "quoted"), [("x", "'x'"), (None, "None"), (7, "7"), ("k" * 500, "'" + "k" * 79)]
)
async def test_another_kind_is_refused(kind: Any, quoted: str) -> None:
    site = a_site()
    tenant = await site.tenant()

    answer = await site.call("POST", "/_twin/accounts", tenant.auth, json={"kind": kind})

    assert answer.status_code == 400
    assert await answer.get_json() == {
        "error": f"Unknown account kind {quoted}; only 'api_key', 'admin_key' and 'user' are supported"
    }


async def test_a_long_name_is_refused() -> None:
    site = a_site()
    tenant = await site.tenant()

    answer = await site.call(
        "POST", "/_twin/accounts", tenant.auth, json={"friendly_name": "x" * 257}
    )

    assert answer.status_code == 400


async def test_the_operator_lists_all_keys_and_makes_none() -> None:
    site = a_site()
    first, second = await site.tenant(), await site.tenant()

    listed = await (await site.call("GET", "/_twin/accounts", OPERATOR)).get_json()
    refused = await site.call("POST", "/_twin/accounts", OPERATOR, json={"kind": "api_key"})

    ids = [account["api_key_id"] for account in listed["accounts"]]
    assert ids == [second.api_key_id, first.api_key_id]
    assert refused.status_code == 403


async def test_a_tenant_lists_its_own_keys() -> None:
    site = a_site()
    first, _ = await site.tenant(), await site.tenant()

    listed = await (await site.call("GET", "/_twin/accounts", first.auth)).get_json()

    assert [account["api_key_id"] for account in listed["accounts"]] == [first.api_key_id]


@pytest.mark.parametrize("by_operator", [False, True])
async def test_a_revoked_key_is_gone_and_the_twin_is_told(by_operator: bool) -> None:
    site = a_site()
    tenant = await site.tenant()
    auth = OPERATOR if by_operator else tenant.auth
    path = f"/_twin/accounts/{tenant.api_key_id}"

    answer = await site.call("DELETE", path, auth)
    again = await site.call("DELETE", path, auth)

    assert (answer.status_code, await answer.get_data()) == (204, b"")
    assert again.status_code == 404
    assert [account.api_key_id for account in site.twin.revoked] == [tenant.api_key_id]
    assert site.twin.owner(tenant.api_key_id) is None


async def test_a_tenant_with_the_most_keys_gets_no_further_one() -> None:
    site = a_site(store=MemoryStore(keys_a_tenant=1))
    tenant = await site.tenant()

    answer = await site.call("POST", "/_twin/accounts", tenant.auth, json={})

    assert answer.status_code == 507


async def test_the_list_is_paged_where_that_is_asked_for() -> None:
    site = a_site()
    tenant = await site.tenant()
    await site.call("POST", "/_twin/accounts", tenant.auth, json={})

    answer = await site.call("GET", "/_twin/accounts?limit=1&offset=1", tenant.auth)

    accounts = (await answer.get_json())["accounts"]
    assert [account["api_key_id"] for account in accounts] == [tenant.api_key_id]


async def test_a_wrong_secret_makes_no_key() -> None:
    site = a_site()
    tenant = await site.tenant()

    answer = await site.call(
        "POST", "/_twin/accounts", basic(tenant.tenant_id, "wrong"), json={"kind": "api_key"}
    )

    assert answer.status_code == 401
    assert len(site.twin.store.accounts(None, limit=9)) == 1
