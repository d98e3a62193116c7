"""No tenant sees or touches what is another's, and no secret comes back out of the twin."""

from __future__ import annotations

import logging
from typing import Any

import attrs
import pytest
import trio
from edge.plane_site import ADMIN_TOKEN, OPERATOR, Site, Tenant, a_site, basic, bearer
from hypothesis import given
from hypothesis import strategies as st

from simtwin.edge.twin_plane.auth import Access
from simtwin.edge.twin_plane.table import TABLE, Row
from simtwin.store.body import keep
from simtwin.store.records import MessageRecord

MARK = "only-of-the-first"


async def a_site_of_two() -> tuple[Site, Tenant, Tenant]:
    """Two tenants; the first has something of everything, each with MARK in it."""
    site = a_site()
    first, second = await site.tenant(MARK), await site.tenant("second")
    store = site.twin.store
    await site.call(
        "POST", "/_twin/accounts", first.auth, json={"kind": "api_key", "friendly_name": MARK}
    )
    await site.call("POST", "/_twin/feedback", first.auth, json={"body": MARK})
    await site.call("PUT", "/_twin/settings", first.auth, json={"script": MARK})
    await site.call(
        "PUT", f"/_twin/accounts/{first.api_key_id}/settings", first.auth, json={"script": MARK}
    )
    body = keep(f'"{MARK}"'.encode())
    store.add_message(MessageRecord(MARK, first.tenant_id, MARK, body, body, (MARK,), 0))
    site.twin.request(first.key)
    return site, first, second


def bodies(first: Tenant) -> list[dict[str, Any]]:
    """What a write may be sent with; some of it aims at the first tenant."""
    return [
        {"seed": 1, "body": "mine", "kind": "api_key"},
        {"scope": "key", "id": first.api_key_id, "tenant_id": first.tenant_id, "body": "x"},
        {"scope": "lane", "id": f"{first.api_key_id}/", "body": "x"},
        {"scope": "tenant", "id": first.tenant_id, "body": "x"},
        {"scope": "all", "id": first.tenant_id, "body": "x"},
    ]


def names(tenant: Tenant) -> list[str]:
    return [tenant.tenant_id, tenant.api_key_id, MARK]


def of_first(site: Site, first: Tenant) -> str:
    """Everything that the first tenant has, as text."""
    store, owner = site.twin.store, first.tenant_id
    sets = {scope: doc for scope, doc in site.twin.sets.items() if owner in repr(scope)}
    entries = [entry for entry in site.twin.entries if entry[0] == first.key]
    kept = (store.accounts(owner, limit=99), store.messages(owner, limit=99), store.feedback(owner))
    return repr((store.tenant(owner), kept, store.logs(owner, limit=99), sets, entries))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.method} {row.path}")
async def test_another_tenants_things_are_neither_seen_nor_touched(row: Row) -> None:
    site, first, second = await a_site_of_two()
    before = of_first(site, first)

    for body in bodies(first):
        site.twin.seconds += 1
        path = "/_twin" + row.path.replace("{api_key_id}", first.api_key_id)
        query = {"tenant_id": first.tenant_id, "owner": first.tenant_id, "id": first.api_key_id}
        query |= {"key": first.api_key_id, "lane": "", "tenant": first.tenant_id}
        sent = {} if row.method in ("GET", "DELETE") else {"json": body}
        answer = await site.call(row.method, path, second.auth, query_string=query, **sent)

        text = await answer.get_data(as_text=True)
        assert not [name for name in names(first) if name in text]
        if "{api_key_id}" in row.path:
            assert answer.status_code == 404
    assert of_first(site, first) == before
    assert site.twin.revoked == []


@pytest.mark.parametrize(
    ("row", "own"),
    [
        (row, own)
        for row in TABLE
        if row.access is Access.CALLER and row.method == "GET" and "{" not in row.path
        for own in (True, False)
        if row.path != "/logs" or own
    ],
    ids=lambda value: value.path if isinstance(value, Row) else str(value),
)
async def test_what_a_tenant_does_not_see_is_there_for_its_owner(row: Row, own: bool) -> None:
    site, first, second = await a_site_of_two()

    answer = await site.call("GET", f"/_twin{row.path}", first.auth if own else second.auth)

    text = await answer.get_data(as_text=True)
    assert any(name in text for name in names(first)) is own


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from([row for row in TABLE if row.access is not Access.CREATION]),
        st.integers(0, 3),
        st.booleans(),
    ),
    max_size=8,
)


@given(ACTIONS)
def test_no_sequence_of_one_tenants_requests_touches_another(
    actions: list[tuple[Row, int, bool]],
) -> None:
    async def act() -> tuple[str, str]:
        site, first, second = await a_site_of_two()
        before = of_first(site, first)
        for row, choice, mine in actions:
            target = second if mine else first
            path = "/_twin" + row.path.replace("{api_key_id}", target.api_key_id)
            sent = {} if row.method in ("GET", "DELETE") else {"json": bodies(target)[choice]}
            await site.call(row.method, path, second.auth, **sent)
        return before, of_first(site, first)

    before, after = trio.run(act)

    assert after == before


async def test_no_secret_is_in_any_answer_record_or_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    site, first, second = await a_site_of_two()
    secrets = [
        ADMIN_TOKEN,
        *(s for tenant in (first, second) for s in (tenant.secret, tenant.api_key)),
    ]
    shown = []

    for headers in (
        *({}, OPERATOR, first.auth, bearer(first.api_key), bearer(first.secret)),
        basic(first.tenant_id, first.api_key),
        {"x-twin-admin-token": ADMIN_TOKEN},
    ):
        for row in TABLE:
            for id_ in (second.api_key_id, second.api_key, second.secret, ADMIN_TOKEN):
                path = "/_twin" + row.path.replace("{api_key_id}", id_)
                sent = (
                    {} if row.method in ("GET", "DELETE") else {"json": {"id": id_, "scope": "key"}}
                )
                answer = await site.call(
                    row.method, path, headers, query_string={"limit": id_}, **sent
                )
                if answer.status_code != 201:
                    shown.append(await answer.get_data(as_text=True) + repr(answer.headers))

    kept = [
        vars(site.twin.store),
        [attrs.asdict(a) for a in site.twin.store.accounts(None, limit=99)],
    ]
    logs = await site.logs()
    everything = "".join([*shown, repr(kept), repr(logs), caplog.text])
    assert len(shown) > 400
    assert len(logs) > 400
    assert not [secret for secret in secrets if secret in everything]
