"""What a twin writes to its terminal: where it is, once, and nothing of what it is asked."""

from __future__ import annotations

import re
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple, Self

import httpx2
from live.served import NOBODY, SIMTWIN, START_SECONDS, surroundings
from live.ways import ASKED

ADMIN_TOKEN = "the-token-of-the-operator"
STREAMED = {**ASKED, "stream": True}
COUNTED = {name: ASKED[name] for name in ("model", "messages")}


def test_secrets_are_told_once_and_hundreds_of_requests_leave_no_line(tmp_path: Path) -> None:
    told, errors = tmp_path / "told", tmp_path / "errors"
    command = [SIMTWIN, "serve", "--port", "0", "--pace", "instant", "--admin-token", ADMIN_TOKEN]
    with told.open("wb") as stdout, errors.open("wb") as stderr:
        process = subprocess.Popen(command, stdout=stdout, stderr=stderr, env=surroundings({}))
    try:
        announced = whole(told)
        statuses = many_requests(*Announced.of(announced))
    finally:
        process.terminate()
        process.wait(20)

    assert statuses == {200: 140, 201: 1, 400: 20, 401: 80, 404: 20, "cut": 20, "reset": 20}
    assert told.read_text() == announced
    assert ADMIN_TOKEN not in announced
    assert errors.read_text() == ""
    assert process.returncode == 0


class Announced(NamedTuple):
    """What the twin says of itself to people."""

    base_url: str
    tenant: str
    secret: str
    api_key: str

    @classmethod
    def of(cls, text: str) -> Self:
        found = [
            re.search(rf"{name} +(\S+)", text)
            for name in ("listening on", "tenant ", "secret ", "API key ")
        ]
        return cls(*(each[1] if each else "" for each in found))


def whole(told: Path) -> str:
    """The announcement, when all of it is there."""
    late = time.monotonic() + START_SECONDS
    while not (text := told.read_text()).endswith("Ctrl-C stops it.\n"):
        assert time.monotonic() < late, text
        time.sleep(0.01)
    return text


def many_requests(base_url: str, tenant: str, secret: str, api_key: str) -> Counter[int | str]:
    """Requests of every sort, right and wrong, with the secrets in places where they are none."""
    seen: Counter[int | str] = Counter()
    key, version = {"x-api-key": api_key}, {"anthropic-version": "2023-06-01"}
    plane = {"auth": (tenant, secret)}
    with httpx2.Client(base_url=base_url, trust_env=False, verify=NOBODY, timeout=20) as http:

        def send(method: str, path: str, **more: Any) -> httpx2.Response | None:
            try:
                answer = http.request(method, path, **more)
            except httpx2.RemoteProtocolError:
                seen["cut"] += 1
            except httpx2.ReadError:
                seen["reset"] += 1
            else:
                seen[answer.status_code] += 1
                return answer
            return None

        made = send("POST", "/_twin/accounts", json={"kind": "api_key"}, **plane)
        assert made is not None
        faulty = {"x-api-key": made.json()["api_key"]}
        path = f"/_twin/accounts/{made.json()['api_key_id']}/settings"
        script = "disconnect; disconnect(after_events=3, reset=true); loop"
        for _ in range(20):
            send("PUT", path, json={"script": script}, **plane)
            send("GET", "/_twin/journal", **plane)
            send("POST", "/v1/messages", json=ASKED, headers={**key, **version})
            send("POST", "/v1/messages", json=STREAMED, headers={**key, **version})
            send("POST", "/v1/messages/count_tokens", json=COUNTED, headers={**key, **version})
            send("GET", "/v1/models", headers={**key, **version})
            send("GET", "/_twin/health")
            send("POST", "/v1/messages", content=b"{", headers={**key, **version})
            send("GET", f"/v1/{secret}", headers={**key, **version})
            send("POST", "/v1/messages", json=ASKED, headers={"x-api-key": secret, **version})
            send("GET", "/_twin/logs", auth=(tenant, api_key))
            send("GET", "/_twin/logs", headers={"authorization": f"Bearer {secret}"})
            send("GET", "/_twin/logs", headers={"authorization": f"Bearer {api_key}"})
            send("POST", "/v1/messages", json=STREAMED, headers={**faulty, **version})
            send("POST", "/v1/messages", json=STREAMED, headers={**faulty, **version})
    return seen
