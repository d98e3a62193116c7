"""`POST /_twin/outcome/{token}`: whoever knows the URL of a run may tell of its calls, and no more."""

from __future__ import annotations

import json
from typing import Any

import pytest
from edge.plane_site import OPERATOR, Site, Tenant, a_site, bearer

from simtwin.core.outcome import Outcome
from simtwin.core.scope import OfKey
from simtwin.edge.outcomes import MOST_OF_TENANT, MOST_TOLD, Outcomes

RAISED = {"call": "req_1", "outcome": "raised"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


async def url_of(site: Site, tenant: Tenant, **body: Any) -> str:
    path = f"/_twin/accounts/{tenant.api_key_id}/outcome-url"
    answer = await site.call("POST", path, tenant.auth, json=body)
    assert answer.status_code == 201
    made: str = (await answer.get_json())["outcome_url"]
    return made.removeprefix("http://localhost")


async def tell(site: Site, url: str, doc: object) -> Any:
    """As `curl -d` does, which says that it sends a form."""
    return await site.call("POST", url, FORM, data=json.dumps(doc))


def told(site: Site) -> list[tuple[str, str | None, str, str]]:
    """What the journal was told: key, lane, call, outcome."""
    journal = site.twin.outcomes._journal
    return [
        (each["key"], each.get("lane"), each["call"], each["outcome"])
        for each in map(json.loads, journal.saved())
    ]


async def test_the_url_is_enough() -> None:
    site = a_site()
    tenant = await site.tenant()
    url, of_lane = await url_of(site, tenant), await url_of(site, tenant, lane="x")

    answer = await tell(site, url, RAISED)
    await tell(site, of_lane, {"call": "a", "outcome": "cancelled", "at": 12.5})

    assert answer.status_code == 200
    assert await answer.get_json() == {**RAISED, "at": site.twin.wall()}
    assert told(site) == [
        (tenant.api_key_id, None, "req_1", "raised"),
        (tenant.api_key_id, "x", "a", "cancelled"),
    ]


async def test_a_token_is_good_for_nothing_else_and_stands_in_no_log() -> None:
    site = a_site()
    tenant = await site.tenant()
    url = await url_of(site, tenant)
    token = url.rpartition("/")[2]
    await tell(site, url, RAISED)

    for path in ("/_twin/journal", "/_twin/settings", "/_twin/logs"):
        assert (await site.call("GET", path, bearer(token))).status_code == 401
    assert (await site.call("GET", url)).status_code == 405

    logs = await site.logs(tenant.tenant_id)
    assert logs[0]["operation"] == "twin.outcome.tell"
    assert token not in repr(await site.logs())
    assert token.partition(".")[2] not in repr(site.twin.outcomes._runs)


async def test_another_token_is_that_of_no_run() -> None:
    site = a_site()
    url = await url_of(site, await site.tenant())
    name = url.rpartition("/")[2].partition(".")[0]

    for token in ("x", name, f"{name}.", f"{name}.{'x' * 43}", url.rpartition("/")[2] + "x"):
        answer = await tell(site, f"/_twin/outcome/{token}", RAISED)
        assert answer.status_code == 404
        assert token not in (await answer.get_json())["error"] or token == "x"
    assert told(site) == []


@pytest.mark.parametrize(
    ("data", "status", "error"),
    [
        ("", 400, "call: must be a text of 1 to 200 characters"),
        ("[]", 400, "the body must be a JSON object"),
        ("call=1", 400, "the body is no JSON"),
        ('{"call": "a", "outcome": "fine"}', 400, "outcome: must be raised, returned, cancelled"),
        (json.dumps({**RAISED, "x": "y" * 4_096}), 413, "larger than 4,096 bytes"),
    ],
)
async def test_what_is_no_outcome_is_refused_and_not_kept(
    data: str, status: int, error: str
) -> None:
    site = a_site()
    url = await url_of(site, await site.tenant())

    answer = await site.call("POST", url, FORM, data=data)

    assert answer.status_code == status
    assert error in (await answer.get_json())["error"]
    assert told(site) == []


async def test_the_key_must_be_the_askers() -> None:
    site = a_site()
    one, other = await site.tenant(), await site.tenant()
    path = f"/_twin/accounts/{one.api_key_id}/outcome-url"

    assert (await site.call("POST", path, other.auth, json={})).status_code == 404
    assert (await site.call("POST", path, OPERATOR, json={})).status_code == 201
    refused = await site.call("POST", path, one.auth, json={"lane": "a/b"})
    assert refused.status_code == 400


async def test_a_run_tells_so_many_outcomes_and_no_more() -> None:
    site = a_site()
    url = await url_of(site, await site.tenant())
    for number in range(MOST_TOLD):
        site.twin.outcomes.tell(url.rpartition("/")[2], Outcome(call=str(number), outcome="raised"))

    answer = await tell(site, url, RAISED)

    assert answer.status_code == 507
    assert (await answer.get_json())["error"] == "a run tells 10,000 outcomes at most"


async def test_a_page_of_another_site_tells_nothing() -> None:
    site = a_site()
    url = await url_of(site, await site.tenant())

    answer = await site.call(
        "POST", url, {**FORM, "origin": "http://evil.example"}, data=json.dumps(RAISED)
    )

    assert answer.status_code == 403


async def test_tokens_end_with_their_run_their_key_and_many_newer_ones() -> None:
    outcomes: Outcomes = a_site().twin.outcomes
    one, other = OfKey("t", "one"), OfKey("t", "other")
    closed, forgotten, oldest = outcomes.open(one), outcomes.open(other), outcomes.open(one)
    outcomes.close(closed)
    outcomes.forget("other")

    assert [outcomes.teller(token) for token in (closed, forgotten)] == [None, None]
    assert outcomes.teller(oldest) is not None
    newer = [outcomes.open(one) for _ in range(MOST_OF_TENANT)]
    assert outcomes.teller(oldest) is None
    assert all(outcomes.teller(token) for token in newer)
