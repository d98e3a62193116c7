"""`simtwin serve` as a program: what it prints, whom it answers, what its options do."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
from live.served import NOBODY, Key, Served, Tenant
from live.ways import ASKED

ADMIN_TOKEN = "the-token-of-the-operator"
PROFILE = 'summary = "One."\ngood_client = "Waits."\n[[rules]]\n'
VERSION = {"anthropic-version": "2023-06-01"}


def ask(base_url: str, api_key: str, **headers: str) -> httpx2.Response:
    return httpx2.post(
        f"{base_url}/v1/messages",
        json=ASKED,
        headers={**VERSION, "x-api-key": api_key, **headers},
        trust_env=False,
        verify=NOBODY,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the twin of many options has its port written."""
    return tmp_path_factory.mktemp("ports")


@pytest.fixture(scope="module")
def served(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A twin of many options, none of which has to do with another: a start costs most of a second."""
    made = Served.start(
        tmp_path_factory.mktemp("served"),
        *("--pace", "instant", "--open", "--no-marks", "--strict-version"),
        *("--allowed-host", "Twin.Test", "--port-file", str(folder / "port")),
    )
    try:
        yield made
        made.tell()
        # What was told as JSON was one line and nothing else.
        assert made.ended() == (0, b"", "")
    finally:
        made.stop()


def test_what_is_told_as_json_is_where_it_is_and_who_asks(served: Served) -> None:
    answer = ask(served.base_url, served.api_key)

    assert served.base_url == f"http://127.0.0.1:{served.port}"
    assert answer.status_code == 200
    assert answer.headers["anthropic-organization-id"] == served.tenant_id


def test_the_port_is_in_its_file_when_connections_are_accepted(
    served: Served, folder: Path
) -> None:
    assert (folder / "port").read_text() == f"{served.port}\n"
    assert [path.name for path in folder.iterdir()] == ["port"]


def test_an_open_twin_takes_any_key_each_for_a_tenant_of_its_own(served: Served) -> None:
    answers = {name: ask(served.base_url, name) for name in ("one", "two", served.api_key)}
    again = ask(served.base_url, "one")

    organizations = {
        name: answer.headers["anthropic-organization-id"] for name, answer in answers.items()
    }
    assert {answer.status_code for answer in answers.values()} == {200}
    assert len(set(organizations.values())) == 3
    assert organizations[served.api_key] == served.tenant_id
    assert again.headers["anthropic-organization-id"] == organizations["one"]


def test_another_twin_takes_no_key_that_it_did_not_make(twin: Tenant) -> None:
    assert ask(twin.served.base_url, "one").status_code == 401


@pytest.mark.parametrize("path", ["/v1/messages", "/v1/models", "/_twin/health", "/"])
def test_a_name_that_is_not_the_twins_and_a_page_of_another_site_are_refused(
    path: str, key: Key
) -> None:
    method = "POST" if path == "/v1/messages" else "GET"
    port = key.tenant.served.port
    sent: dict[str, dict[str, str]] = {
        "its address": {},
        "localhost": {"host": f"localhost:{port}"},
        "a page of its own": {"origin": key.base_url},
        "a name": {"host": f"evil.example:{port}"},
        "a page of another site": {"origin": "https://evil.example"},
    }

    with httpx2.Client(base_url=key.base_url, trust_env=False, verify=NOBODY) as http:
        statuses = {
            what: http.request(
                method,
                path,
                headers={**VERSION, "x-api-key": key.api_key, **headers},
                json=ASKED if method == "POST" else None,
            ).status_code
            for what, headers in sent.items()
        }

    assert statuses == {
        "its address": 200,
        "localhost": 200,
        "a page of its own": 200,
        "a name": 421,
        "a page of another site": 403,
    }


def test_a_name_that_is_allowed_is_answered_to(served: Served) -> None:
    allowed = ask(served.base_url, served.api_key, host="twin.test:80")
    other = ask(served.base_url, served.api_key, host="twin.example")

    assert (allowed.status_code, other.status_code) == (200, 421)


# As an option it is given by other tests here (test_connections_live).
@pytest.mark.parametrize("form", ["file", "environment"])
def test_the_operator_sets_what_holds_for_all(
    form: str, own_twin: Callable[..., Served], tmp_path: Path
) -> None:
    (tmp_path / "token").write_text(f"{ADMIN_TOKEN}\n")
    match form:
        case "file":
            served = own_twin("--admin-token", f"@{tmp_path / 'token'}")
        case _:
            served = own_twin(SIMTWIN_ADMIN_TOKEN=ADMIN_TOKEN)
    bearer = {"authorization": f"Bearer {ADMIN_TOKEN}"}

    with served.plane(auth=None) as plane:
        unknown = plane.get("/_twin/accounts", headers={"authorization": "Bearer not-it"})
        accounts = plane.get("/_twin/accounts", headers={"x-twin-admin-token": ADMIN_TOKEN})
        changed = plane.put("/_twin/settings", headers=bearer, json={"script": "529(message=Full)"})
    answer = ask(served.base_url, served.api_key)

    assert unknown.status_code == 401
    assert [account["tenant_id"] for account in accounts.json()["accounts"]] == [served.tenant_id]
    assert changed.status_code == 200
    assert (answer.status_code, answer.json()["error"]["message"]) == (529, "Full")


def test_without_a_token_there_is_no_operator(twin: Tenant) -> None:
    headers = {"authorization": f"Bearer {ADMIN_TOKEN}"}

    answer = twin.plane.get("/_twin/accounts", headers=headers, auth=None)

    assert answer.status_code == 401


def test_options_are_the_settings_that_hold_for_everybody(
    own_twin: Callable[..., Served], tmp_path: Path
) -> None:
    own = tmp_path / "own.toml"
    own.write_text(f"{PROFILE}refuse = {{status = 402}}\n")
    profiles = ["--profile", "black_hole", "--profile", str(own)]
    served = own_twin("--pace", "instant", "--tier", "tier2", "--script", "403; ok", *profiles)

    with served.plane() as plane:
        settings = plane.get("/_twin/settings").json()
    statuses = [ask(served.base_url, served.api_key).status_code for _ in range(2)]

    assert settings["in_force"]["limits"] == {"tier": "tier2"}
    assert settings["in_force"]["seed"] == 7
    assert settings["in_force"]["profiles"] == ["black_hole", str(own)]
    assert set(settings["from"].values()) <= {"command line", "default"}
    assert statuses == [403, 200]


def test_marks_and_versions_are_as_the_options_say(served: Served) -> None:
    plain = ask(served.base_url, served.api_key)
    odd = ask(served.base_url, served.api_key, **{"anthropic-version": "yesterday"})

    assert plain.status_code == 200
    assert not [name for name in plain.headers if name.startswith("x-simtwin-")]
    assert odd.status_code == 400


@pytest.mark.parametrize("front", ["asgi", "quart"])
@pytest.mark.parametrize(
    ("path", "host", "status"),
    [
        ("/v1/messages", "localhost", 401),
        ("/v1/messages", "evil.example", 421),
        ("/v1/nothing", "localhost", 404),
        ("/_twin/accounts", "localhost", 401),
        ("/_twin/nothing", "localhost", 404),
    ],
)
def test_a_refusal_that_needs_no_body_costs_no_connection(
    path: str, host: str, status: int, front: str, fronts: Callable[[str], Tenant]
) -> None:
    served = fronts(front).served
    head = f"POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-length: 2\r\n\r\n"

    with socket.create_connection(("127.0.0.1", served.port), 20) as connection:
        connection.sendall(head.encode())
        # Time enough for an answer, if it were given now; the body of a client that sends it apart
        # comes sooner or later than that.
        time.sleep(0.1)
        connection.sendall(b"{}GET /_twin/health HTTP/1.1\r\nhost: localhost\r\n\r\n")
        heard = b""
        while b'"status":"ok"' not in heard:
            piece = connection.recv(65_536)
            assert piece, heard
            heard += piece

    assert heard.startswith(f"HTTP/1.1 {status} ".encode())
    assert heard.count(b"HTTP/1.1 ") == 2
