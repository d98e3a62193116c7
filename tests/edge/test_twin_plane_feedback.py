"""Feedback: submitted by tenants, within bounds."""

from __future__ import annotations

from typing import Any

import pytest
from edge.plane_site import OPERATOR, Site, Tenant, a_site


async def submit(site: Site, tenant: Tenant, doc: dict[str, Any]) -> Any:
    return await site.call("POST", "/_twin/feedback", tenant.auth, json=doc)


async def test_feedback_is_kept_and_listed() -> None:
    site = a_site()
    tenant = await site.tenant()

    answer = await submit(
        site, tenant, {"body": " fine ", "category": "praise", "context": {"a": [1]}}
    )

    made = await answer.get_json()
    listed = await (await site.call("GET", "/_twin/feedback", tenant.auth)).get_json()
    assert answer.status_code == 201
    assert made["id"].startswith("fb_")
    assert made == {
        "id": made["id"],
        "tenant_id": tenant.tenant_id,
        "body": "fine",
        "category": "praise",
        "context": {"a": [1]},
        "status": "pending",
        "date_created": "2026-11-21T20:42:29.000Z",
        "date_updated": "2026-11-21T20:42:29.000Z",
    }
    assert listed == {"feedback": [made]}


async def test_a_body_is_enough() -> None:
    site = a_site()

    made = await (await submit(site, await site.tenant(), {"body": "fine"})).get_json()

    assert (made["category"], made["context"]) == ("", {})


@pytest.mark.parametrize(
    ("doc", "error"),
    [
        ({}, "'body' is required"),
        ({"body": "  "}, "'body' is required"),
        ({"body": 7}, "'body' is required"),
        ({"body": "x" * 8_193}, "'body' must be ≤ 8192 characters"),
        ({"body": "x", "category": "c" * 129}, "'category' must be ≤ 128 characters"),
        ({"body": "x", "category": 7}, "'category' must be text"),
        ({"body": "x", "context": "x" * 4_095}, "'context' must serialize to ≤ 4096 bytes"),
        ({"body": "x", "context": {"a": "ä" * 2_048}}, "'context' must serialize to ≤ 4096 bytes"),
    ],
)
async def test_feedback_out_of_bounds_is_refused(doc: dict[str, Any], error: str) -> None:
    site = a_site()

    answer = await submit(site, await site.tenant(), doc)

    assert answer.status_code == 400
    assert await answer.get_json() == {"error": error}
    assert site.twin.store.feedback(None) == []


@pytest.mark.parametrize(
    "doc", [{"body": "ä" * 8_192, "category": "c" * 128, "context": "x" * 4_094}]
)
async def test_feedback_at_its_bounds_is_kept(doc: dict[str, Any]) -> None:
    site = a_site()

    answer = await submit(site, await site.tenant(), doc)

    assert answer.status_code == 201


async def test_feedback_is_found_by_status() -> None:
    site = a_site()
    tenant = await site.tenant()
    await submit(site, tenant, {"body": "fine"})

    counts = []
    for status in ("pending", "done"):
        answer = await site.call("GET", f"/_twin/feedback?status={status}", tenant.auth)
        counts.append(len((await answer.get_json())["feedback"]))

    assert counts == [1, 0]


async def test_the_operator_reads_all_feedback_and_submits_none() -> None:
    site = a_site()
    for _ in range(2):
        await submit(site, await site.tenant(), {"body": "fine"})

    listed = await (await site.call("GET", "/_twin/feedback", OPERATOR)).get_json()
    refused = await site.call("POST", "/_twin/feedback", OPERATOR, json={"body": "fine"})

    assert len(listed["feedback"]) == 2
    assert refused.status_code == 403
