"""Which hosts the twin answers for, and which pages may ask."""

from __future__ import annotations

import pytest
from edge.plane_site import a_site

from simtwin.edge.twin_plane import PlaneConfig
from simtwin.edge.twin_plane.hosts import host_allowed, origin_allowed, refusal

ALLOWED = frozenset({"twin.example"})


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "LOCALHOST:8080", "127.0.0.1", "127.0.0.1:8080", "10.1.2.3:1"),
        *("[::1]", "[::1]:8080", "[2001:db8::1]:443", "192.0.2.7", "localhost:"),
        *("twin.example", "twin.example:8080", "Twin.Example"),
    ],
)
def test_addresses_localhost_and_allowed_names_are_hosts(host: str) -> None:
    assert host_allowed(host, ALLOWED)


@pytest.mark.parametrize(
    "host",
    [
        *("", ":8080", "evil.example", "localhost.evil.example", "evil.example:80", "a@localhost"),
        *("127.0.0.1.evil.example", "127.0.0.1@evil.example", "0x7f.1", "2130706433", "127.1"),
        *("::1", "[::1", "::1]", "[::1]x", "[::1]:x", "[127.0.0.1]", "[fe80::1%eth0]", "[]"),
        *(
            "localhost:80x",
            "localhost:80:80",
            "localhost/x",
            "local host",
            " localhost",
            "\uff4cocalhost",
        ),
        *("localhost:٨", "sub.twin.example", "twin.example.evil", "x" * 300),
    ],
)
def test_nothing_else_is_a_host(host: str) -> None:
    assert not host_allowed(host, ALLOWED)


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("http://localhost:8080", "localhost:8080", True),
        ("http://LOCALHOST:8080", "localhost:8080", True),
        ("http://localhost", "localhost", True),
        ("http://localhost", "localhost:80", True),
        ("https://twin.example", "twin.example", True),
        ("https://twin.example", "twin.example:443", True),
        ("http://[::1]:8080", "[::1]:8080", True),
        ("http://localhost:3000", "localhost:8080", False),
        ("http://127.0.0.1:8080", "localhost:8080", False),
        ("http://localhost", "localhost:8080", False),
        ("https://evil.example", "localhost:8080", False),
        ("http://localhost:8080.evil.example", "localhost:8080", False),
        ("http://localhost:8080/x", "localhost:8080", False),
        ("null", "localhost:8080", False),
        ("", "localhost:8080", False),
        ("file://", "localhost:8080", False),
        ("chrome-extension://localhost:8080", "localhost:8080", False),
    ],
)
def test_only_the_sites_own_pages_may_ask(origin: str, host: str, same: bool) -> None:
    assert origin_allowed(origin, host) is same


def test_a_request_without_a_host_is_misdirected() -> None:
    found = refusal(None, None, ALLOWED)

    assert found is not None
    assert found.status == 421


@pytest.mark.parametrize("path", ["/_twin/health", "/_twin/nowhere", "/", "/v1/messages"])
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example"}, 421),
        ({"host": "evil.example", "origin": "http://evil.example"}, 421),
        ({"host": "localhost", "origin": "https://evil.example"}, 403),
        ({"host": "localhost", "origin": "null"}, 403),
    ],
)
async def test_no_path_answers_what_is_refused(
    path: str, headers: dict[str, str], status: int
) -> None:
    answer = await a_site().call("GET", path, headers)

    assert answer.status_code == status
    assert set(await answer.get_json()) == {"error"}


async def test_an_allowed_name_is_answered_and_is_where_the_twin_is() -> None:
    site = a_site(PlaneConfig(allowed_hosts=ALLOWED))
    headers = {"host": "twin.example:8080", "origin": "http://twin.example:8080"}

    answer = await site.call("GET", "/_twin/settings", headers)

    assert (await answer.get_json())["base_url"] == "http://twin.example:8080"


async def test_a_preflight_of_another_site_is_refused() -> None:
    headers = {"origin": "https://evil.example", "access-control-request-method": "PUT"}

    answer = await a_site().call("OPTIONS", "/_twin/settings", headers)

    assert answer.status_code == 403


async def test_what_is_refused_on_the_plane_is_in_the_log() -> None:
    site = a_site()

    await site.call("GET", "/_twin/health", {"host": "evil.example"})
    await site.call("GET", "/v1/models", {"host": "evil.example"})

    (record,) = await site.logs()
    assert record["details"] == {"status": 421}
    assert "Host" in record["reason"]
