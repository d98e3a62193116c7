"""`simtwin serve --tls` as its users start it, asked by clients that were told whom to trust."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import anthropic
import httpx2
import pytest
import trustme
from live.served import SIMTWIN, Served
from live.ways import ASKED

CURL = shutil.which("curl")


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One for all; it is asked no two things at a time."""
    served = Served.start(tmp_path_factory.mktemp("tls"), "--pace", "instant", "--tls")
    yield served
    served.tell()
    assert served.ended() == (0, b"", "")


@pytest.mark.parametrize("http2", [False, True])
def test_the_sdk_is_answered_in_the_protocol_that_it_speaks(twin: Served, http2: bool) -> None:
    spoken: list[str] = []
    http = httpx2.Client(
        verify=twin.trusting(),
        http2=http2,
        trust_env=False,
        event_hooks={"response": [lambda response: spoken.append(response.http_version)]},
    )
    with anthropic.Anthropic(
        api_key=twin.api_key, base_url=twin.base_url, http_client=http, max_retries=0
    ) as sdk:
        created = sdk.messages.create(**ASKED)
        with sdk.messages.stream(**ASKED) as stream:
            streamed = stream.get_final_message()

    assert created.stop_reason == streamed.stop_reason == "end_turn"
    assert spoken == ["HTTP/2" if http2 else "HTTP/1.1"] * 2


@pytest.mark.parametrize("http2", [False, True])
def test_every_address_that_it_gives_is_one_of_tls(twin: Served, http2: bool) -> None:
    batch = {"requests": [{"custom_id": "one", "params": ASKED}]}
    with twin.plane() as plane:
        key = plane.get("/_twin/accounts").json()["accounts"][0]["api_key_id"]
        told = plane.post(f"/_twin/accounts/{key}/outcome-url", json={}).json()["outcome_url"]
    headers = {"x-api-key": twin.api_key, "anthropic-version": "2023-06-01"}
    with httpx2.Client(
        verify=twin.trusting(),
        http2=http2,
        base_url=twin.base_url,
        headers=headers,
        trust_env=False,
    ) as client:
        made = client.post("/v1/messages/batches", json=batch).json()
        while made["processing_status"] != "ended":
            made = client.get(f"/v1/messages/batches/{made['id']}").json()
        instructions = client.get("/_twin/agent-instructions").text
        page = client.get("/").text
        # An address is worth what it answers.
        assert client.get(made["results_url"]).is_success
        assert client.post(told, json={"call": "one", "outcome": "raised"}).is_success

    for address in (told, made["results_url"]):
        assert address.startswith(f"{twin.base_url}/")
    for text in (instructions, page):
        assert f"curl -X POST {twin.base_url}/v1/messages" in text
        assert twin.base_url.replace("https", "http") not in text


def test_a_client_that_was_told_nothing_trusts_nobody(twin: Served) -> None:
    with httpx2.Client(trust_env=False) as client, pytest.raises(httpx2.ConnectError) as raised:
        client.get(f"{twin.base_url}/_twin/agent-instructions")

    assert "certificate verify failed" in str(raised.value)


@pytest.mark.skipif(CURL is None, reason="curl is not installed")
@pytest.mark.parametrize(("flag", "version"), [("--http2", "2"), ("--http1.1", "1.1")])
def test_curl_is_answered_too(twin: Served, flag: str, version: str) -> None:
    assert CURL is not None
    assert twin.ca_file is not None
    done = subprocess.run(
        [
            *(CURL, "-sS", flag, "--noproxy", "*", "--max-time", "20", "--cacert", twin.ca_file),
            *("-o", "/dev/null", "-w", "%{http_version} %{http_code}"),
            *("-H", f"x-api-key: {twin.api_key}", "-H", "anthropic-version: 2023-06-01"),
            f"{twin.base_url}/v1/models",
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stderr, done.stdout) == ("", f"{version} 200")


@pytest.mark.skipif(CURL is None, reason="curl is not installed")
@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("goaway", "2 200"),
        ("disconnect(h2_error=cancel)", "0 000"),
        # HTTP_1_1_REQUIRED: it asks again in HTTP/1.1, and meets the next item.
        ("garbage(text=hello); ok", "1.1 200"),
    ],
)
def test_curl_understands_what_it_is_told_in_http_2(twin: Served, script: str, told: str) -> None:
    assert CURL is not None
    assert twin.ca_file is not None
    with twin.plane() as plane:
        assert plane.put("/_twin/settings", json={"script": script}).status_code == 200
    done = subprocess.run(
        [
            *(CURL, "-sS", "--http2", "--noproxy", "*", "--max-time", "20"),
            *("--cacert", twin.ca_file, "-o", "/dev/null", "-w", "%{http_version} %{http_code}"),
            *("-H", f"x-api-key: {twin.api_key}", "-H", "anthropic-version: 2023-06-01"),
            *("--json", json.dumps(ASKED), f"{twin.base_url}/v1/messages"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    with twin.plane() as plane:
        plane.delete("/_twin/settings")

    assert done.stdout == told
    assert ("CANCEL" in done.stderr) is (told == "0 000")


def test_a_certificate_of_the_users_own_is_shown(
    own_twin: Callable[..., Served], tmp_path: Path
) -> None:
    authority = trustme.CA()
    leaf = authority.issue_cert("127.0.0.1")
    cert, key, ca = tmp_path / "cert.pem", tmp_path / "key.pem", tmp_path / "ca.pem"
    leaf.cert_chain_pems[0].write_to_path(cert)
    leaf.private_key_pem.write_to_path(key)
    authority.cert_pem.write_to_path(ca)

    served = own_twin("--tls-cert", str(cert), "--tls-key", str(key))

    assert served.ca_file is None
    served.ca_file = str(ca)
    with served.plane() as plane:
        assert plane.get("/_twin/usage").status_code == 200


def test_where_to_trust_is_printed_for_those_who_read(tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    served = subprocess.Popen(
        [SIMTWIN, "serve", "--tls", "--tls-ca", str(ca), "--port=0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert served.stdout is not None
    lines = [served.stdout.readline() for _ in range(14)]
    served.terminate()
    served.communicate(timeout=20)

    assert f"  export SSL_CERT_FILE={ca}\n" in lines
    assert f"  export NODE_EXTRA_CA_CERTS={ca}\n" in lines
    assert ca.read_text().startswith("# simtwin")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--tls-key", "k"], "--tls-key: its certificate, --tls-cert, is missing"),
        (["--tls", "--tls-cert", "c"], "--tls: makes a certificate, where --tls-cert has one"),
        (["--tls-ca", "c"], "--tls-ca: only --tls has an authority to write"),
        (["--tls-cert", "/nowhere.pem"], "--tls-cert: /nowhere.pem: No such file or directory"),
        (["--tls", "--tls-ca", "/nowhere/ca.pem"], "--tls-ca: /nowhere/ca.pem cannot be written"),
    ],
)
def test_a_mistake_in_the_options_is_one_line(
    options: list[str],
    words: str,
    simtwin_script: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert simtwin_script("serve", "--port", "0", *options) == 2

    told = capsys.readouterr().err
    assert told.startswith(f"simtwin: {words}")
    assert told.count("\n") == 1


@pytest.mark.skipif(CURL is None, reason="curl is not installed")
def test_who_closes_with_the_last_frame_has_had_the_answer(twin: Served) -> None:
    """Curl closes as soon as an answer has ended; before, 12 of 20 were booked as left then."""
    assert CURL is not None
    assert twin.ca_file is not None
    with twin.plane() as plane:
        before = len(plane.get("/_twin/journal?limit=1000").text.splitlines())
        for _ in range(10):
            subprocess.run(
                [
                    *(CURL, "-sS", "--http2", "--noproxy", "*", "--max-time", "20"),
                    *("--cacert", twin.ca_file, "-o", "/dev/null"),
                    *("-H", f"x-api-key: {twin.api_key}", "-H", "anthropic-version: 2023-06-01"),
                    *("--json", json.dumps(ASKED), f"{twin.base_url}/v1/messages"),
                ],
                check=True,
            )
        lines = plane.get("/_twin/journal?limit=1000").text.splitlines()[before:]

    entries = [json.loads(line) for line in lines]
    assert [(each["status"], each["ended"]) for each in entries] == [(200, "end")] * 10
