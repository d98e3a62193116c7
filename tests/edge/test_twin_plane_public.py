"""What anybody may know of the twin."""

from __future__ import annotations

import re
from datetime import date

import pytest
from edge.plane_site import OPERATOR, a_site, bearer

from simtwin.edge.twin_plane.auth import Access
from simtwin.edge.twin_plane.table import TABLE


async def test_health_names_the_twin_and_its_version() -> None:
    answer = await a_site().call("GET", "/_twin/health")

    assert answer.status_code == 200
    assert await answer.get_json() == {"status": "ok", "twin": "anthropic", "version": "1.2.3"}


async def test_scenarios_say_what_is_supported() -> None:
    answer = await a_site().call("GET", "/_twin/scenarios")

    scenarios = (await answer.get_json())["scenarios"]
    assert "messages-api" in [scenario["name"] for scenario in scenarios]
    for scenario in scenarios:
        assert set(scenario) == {"name", "status", "description", "capabilities"}
        assert scenario["status"] == "supported"
        assert scenario["description"]
        assert scenario["capabilities"]


async def test_references_are_dated() -> None:
    answer = await a_site().call("GET", "/_twin/references")

    references = (await answer.get_json())["references"]
    assert references
    for reference in references:
        assert set(reference) == {"title", "url", "retrieved"}
        assert reference["title"]
        assert reference["url"].startswith("https://")
        assert date.fromisoformat(reference["retrieved"]) <= date(2026, 11, 24)


async def test_settings_tell_anybody_where_the_twin_is_and_no_more() -> None:
    answer = await a_site().call("GET", "/_twin/settings", {"host": "127.0.0.1:8080"})

    assert await answer.get_json() == {
        "twin": "anthropic",
        "version": "1.2.3",
        "base_url": "http://127.0.0.1:8080",
    }


async def test_agent_instructions_are_text_that_names_this_twin() -> None:
    answer = await a_site().call("GET", "/_twin/agent-instructions", {"host": "localhost:8080"})

    words = await answer.get_data(as_text=True)
    assert answer.mimetype == "text/plain"
    assert "curl -X POST http://localhost:8080/_twin/tenants" in words
    assert "$" not in words


async def test_the_instructions_name_every_path_of_the_plane_and_no_other() -> None:
    answer = await a_site().call("GET", "/_twin/agent-instructions")

    words = await answer.get_data(as_text=True)
    named = set(re.findall(r"(?<![\w/])/_twin(/[a-z{}_/-]+[a-z}])", words))
    assert named == {row.path for row in TABLE}


async def test_the_page_explains_the_twin_and_can_do_nothing() -> None:
    answer = await a_site().call("GET", "/")

    page = await answer.get_data(as_text=True)
    policy = answer.headers["content-security-policy"]
    assert answer.mimetype == "text/html"
    assert "anthropic.twins.la" in page
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert "<script" not in page
    assert "src=" not in page


async def test_the_page_escapes_what_it_shows() -> None:
    site = a_site()
    site.twin.version = "<b>&"

    page = await (await site.call("GET", "/")).get_data(as_text=True)

    assert "&lt;b&gt;&amp;" in page
    assert "<b>" not in page


@pytest.mark.parametrize(
    "path", [row.path for row in TABLE if row.access is Access.PUBLIC and row.method == "GET"]
)
async def test_public_pages_do_not_look_at_credentials(path: str) -> None:
    answer = await a_site().call("GET", f"/_twin{path}", bearer("sk-ant-twin-any"))

    assert answer.status_code == 200


async def test_nothing_of_the_plane_is_cached_or_open_to_other_sites() -> None:
    for path in ("/_twin/health", "/_twin/nowhere", "/"):
        headers = (await a_site().call("GET", path, OPERATOR)).headers

        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert not [name for name, _ in headers if name.lower().startswith("access-control")]
