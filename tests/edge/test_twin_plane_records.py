"""What was done: messages, the log, usage, the journal, feedback; and a fresh start."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from edge.plane_site import OPERATOR, Site, Tenant, a_site

from simtwin.store.body import keep
from simtwin.store.records import MessageRecord


def message(tenant: Tenant, number: int) -> MessageRecord:
    return MessageRecord(
        id=f"msg_{number}",
        tenant_id=tenant.tenant_id,
        model="claude-sonnet-4-5",
        request=keep(b'{"max_tokens": %d}' % number),
        response=keep(b'{"id": "msg_%d"}' % number),
        beta_headers=("a", "b"),
        created_at=0.5,
    )


async def read(site: Site, path: str, headers: dict[str, str]) -> Any:
    answer = await site.call("GET", f"/_twin{path}", headers)
    assert answer.status_code == 200
    return await answer.get_json()


async def test_messages_are_listed_newest_first() -> None:
    site = a_site()
    tenant = await site.tenant()
    for number in range(3):
        site.twin.store.add_message(message(tenant, number))

    listed = await read(site, "/messages?limit=2", tenant.auth)

    assert [each["id"] for each in listed["messages"]] == ["msg_2", "msg_1"]
    assert listed["limit"] == 2
    assert listed["messages"][0] == {
        "id": "msg_2",
        "tenant_id": tenant.tenant_id,
        "model": "claude-sonnet-4-5",
        "request_json": {"max_tokens": 2},
        "response_json": {"id": "msg_2"},
        "beta_headers": ["a", "b"],
        "date_created": "1970-01-01T00:00:00.500Z",
    }


async def test_the_log_is_paged_and_reading_it_does_not_move_it() -> None:
    site = a_site()
    tenant = await site.tenant()
    for _ in range(3):
        await site.call("GET", "/_twin/accounts", tenant.auth)

    first = await read(site, "/logs?limit=2", tenant.auth)
    second = await read(site, "/logs?limit=2&offset=2", tenant.auth)

    ids = [record["id"] for page in (first, second) for record in page["logs"]]
    assert ids == sorted(set(ids), reverse=True)
    assert (first["limit"], first["offset"]) == (2, 0)
    assert (second["limit"], second["offset"]) == (2, 2)


async def test_every_record_has_all_fields_and_an_id_of_its_request() -> None:
    site = a_site()
    tenant = await site.tenant()
    await site.call("GET", "/_twin/nowhere", tenant.auth)
    await site.call("GET", "/_twin/usage", tenant.auth)

    records = (await read(site, "/logs", OPERATOR))["logs"]

    assert len(records) == 4
    assert len({record["correlation_id"] for record in records}) == 4
    for record in records:
        assert set(record) == {
            *("id", "timestamp", "twin", "tenant_id", "correlation_id", "plane"),
            *("operation", "resource", "outcome", "reason", "details"),
        }
        assert record["plane"] == "twin"
        assert uuid.UUID(record["correlation_id"])
        assert (record["reason"] is None) == (record["outcome"] == "success")


async def test_the_operators_operations_are_stamped_as_such() -> None:
    site = a_site()
    tenant = await site.tenant()

    await site.call("GET", "/_twin/accounts", OPERATOR)

    assert (await site.logs())[0]["tenant_id"] == "__operator_admin__"
    assert "twin.account.list" not in [
        record["operation"] for record in (await read(site, "/logs", tenant.auth))["logs"]
    ]


async def test_a_failure_without_a_known_tenant_is_in_nobodys_log() -> None:
    site = a_site()

    await site.call("GET", "/_twin/accounts")

    (record,) = await site.logs()
    assert (record["tenant_id"], record["outcome"]) == ("", "failure")
    assert record["operation"] == "twin.account.list"
    assert record["details"] == {"status": 401}


@pytest.mark.parametrize(
    ("path", "limit"),
    [("limit=10000000", 1_000), ("limit=-1", 1), ("limit=0", 1), ("limit=7&limit=8", 7), ("", 100)],
)
async def test_a_limit_out_of_range_is_brought_into_it(path: str, limit: int) -> None:
    site = a_site()
    tenant = await site.tenant()

    for what in ("/logs", "/messages"):
        assert (await read(site, f"{what}?{path}", tenant.auth))["limit"] == limit


@pytest.mark.parametrize("value", ["", "ten", "1.5", "1e3", "0x10", "1_0", "٣", " 1", "9" * 30])
@pytest.mark.parametrize("name", ["limit", "offset"])
async def test_a_limit_that_is_no_whole_number_is_refused(name: str, value: str) -> None:
    site = a_site()
    tenant = await site.tenant()

    answer = await site.call("GET", "/_twin/logs", tenant.auth, query_string={name: value})

    assert answer.status_code == 400
    assert f"'{name}' must be a whole number" in (await answer.get_json())["error"]


async def test_usage_and_journal_are_the_callers() -> None:
    site = a_site()
    first, second = await site.tenant(), await site.tenant()
    for tenant in (first, second, first):
        site.twin.request(tenant.key)

    usage = await read(site, "/usage", first.auth)
    answer = await site.call("GET", "/_twin/journal", first.auth)
    whole = await site.call("GET", "/_twin/journal", OPERATOR)

    lines = [json.loads(line) for line in (await answer.get_data()).splitlines()]
    assert usage == {"usage": [{"api_key_id": first.api_key_id, "requests": {"200": 1}}]}
    assert answer.mimetype == "application/x-ndjson"
    assert [line["id"] for line in lines] == [1, 3]
    assert len((await whole.get_data()).splitlines()) == 3


async def test_the_journal_is_paged_by_the_last_number() -> None:
    site = a_site()
    tenant = await site.tenant()
    for _ in range(3):
        site.twin.request(tenant.key)

    answer = await site.call("GET", "/_twin/journal?after=1&limit=1", tenant.auth)
    end = await site.call("GET", "/_twin/journal?after=3", tenant.auth)

    assert json.loads(await answer.get_data())["id"] == 2
    assert await end.get_data() == b""


async def keys_of(site: Site, path: str, headers: dict[str, str]) -> set[str]:
    """The keys that a journal, a verdict or a token is of."""
    answer = await site.call("GET", f"/_twin{path}", headers)
    assert answer.status_code == 200
    if answer.mimetype == "application/x-ndjson":
        return {json.loads(line)["key"] for line in (await answer.get_data()).splitlines()}
    doc = await answer.get_json()
    return set(doc["keys"].values() if "token" in doc else doc["keys"])


@pytest.mark.parametrize("path", ["/journal", "/verdict", "/replay"])
async def test_the_operator_asks_of_one_tenant_and_a_tenant_of_itself(path: str) -> None:
    site = a_site()
    first, second, idle = [await site.tenant() for _ in range(3)]
    for tenant in (first, second):
        site.twin.request(tenant.key)
    of_first = f"{path}?tenant={first.tenant_id}"

    assert await keys_of(site, of_first, OPERATOR) == {first.api_key_id}
    assert await keys_of(site, of_first, first.auth) == {first.api_key_id}
    assert await keys_of(site, f"{of_first}&key={first.api_key_id}", OPERATOR) == {first.api_key_id}
    assert await keys_of(site, f"{path}?tenant={idle.tenant_id}", OPERATOR) == set()
    assert await keys_of(site, path, OPERATOR) == {first.api_key_id, second.api_key_id}


@pytest.mark.parametrize("path", ["/journal", "/verdict", "/replay"])
async def test_a_tenant_that_is_not_there_and_a_key_of_another_are_refused(path: str) -> None:
    site = a_site()
    first, second = await site.tenant(), await site.tenant()
    mixed = f"{path}?tenant={first.tenant_id}&key={second.api_key_id}"

    for query, auth, error in (
        (f"{path}?tenant=nobody", OPERATOR, "there is no such tenant"),
        (f"{path}?tenant=", OPERATOR, "there is no such tenant"),
        (f"{path}?tenant={second.tenant_id}", first.auth, "there is no such tenant"),
        (mixed, OPERATOR, "there is no such API key"),
        (mixed, first.auth, "there is no such API key"),
    ):
        answer = await site.call("GET", f"/_twin{query}", auth)
        assert answer.status_code == 404
        assert await answer.get_json() == {"error": error}


async def test_a_reset_of_a_key_clears_that_key() -> None:
    site = a_site()
    first, second = await site.tenant(), await site.tenant()
    site.twin.request(first.key)
    site.twin.request(second.key)
    doc = {"scope": "key", "id": first.api_key_id}

    answer = await site.call("POST", "/_twin/reset", first.auth, json=doc)

    assert answer.status_code == 200
    assert await answer.get_json() == doc
    assert [key for key, _ in site.twin.entries] == [second.key]


@pytest.mark.parametrize("named", [False, True])
async def test_a_reset_of_a_tenant_clears_its_own(named: bool) -> None:
    site = a_site()
    first, second = await site.tenant(), await site.tenant()
    site.twin.request(first.key)
    site.twin.request(second.key)
    doc = {"scope": "tenant", **({"id": first.tenant_id} if named else {})}

    answer = await site.call("POST", "/_twin/reset", first.auth, json=doc)

    assert await answer.get_json() == {"scope": "tenant", "id": first.tenant_id}
    assert [key for key, _ in site.twin.entries] == [second.key]


@pytest.mark.parametrize("doc", [{"scope": "tenant"}, {"scope": "all"}])
async def test_the_operator_resets_everything(doc: dict[str, str]) -> None:
    site = a_site()
    for tenant in (await site.tenant(), await site.tenant()):
        site.twin.request(tenant.key)

    answer = await site.call("POST", "/_twin/reset", OPERATOR, json=doc)

    assert await answer.get_json() == {"scope": "all", "id": None}
    assert site.twin.entries == []


async def test_the_operator_resets_one_tenant_or_one_key() -> None:
    site = a_site()
    tenants = [await site.tenant() for _ in range(3)]
    for tenant in tenants:
        site.twin.request(tenant.key)

    for doc in (
        {"scope": "tenant", "id": tenants[0].tenant_id},
        {"scope": "key", "id": tenants[1].api_key_id},
    ):
        await site.call("POST", "/_twin/reset", OPERATOR, json=doc)

    assert [key for key, _ in site.twin.entries] == [tenants[2].key]


@pytest.mark.parametrize(
    ("doc", "status"),
    [
        ({}, 400),
        ({"scope": "world"}, 400),
        ({"scope": ["key"]}, 400),
        ({"scope": "key"}, 400),
        ({"scope": "key", "id": 7}, 400),
        ({"scope": "key", "id": "apikey_01x"}, 404),
        ({"scope": "tenant", "id": "nobody"}, 404),
        ({"scope": "all"}, 403),
    ],
)
async def test_a_reset_of_nothing_resets_nothing(doc: dict[str, Any], status: int) -> None:
    site = a_site()
    tenant = await site.tenant()
    site.twin.request(tenant.key)

    answer = await site.call("POST", "/_twin/reset", tenant.auth, json=doc)

    assert answer.status_code == status
    assert len(site.twin.entries) == 1


async def test_the_operator_cannot_reset_who_is_not_there() -> None:
    answer = await a_site().call(
        "POST", "/_twin/reset", OPERATOR, json={"scope": "tenant", "id": "nobody"}
    )

    assert answer.status_code == 404
