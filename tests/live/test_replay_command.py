"""`simtwin replay`: a token of one process is met in another, by a command of one's own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from live.console import in_its_own, next_line, told_to_stop
from live.served import NOBODY, Key
from live.ways import ASKED

#: It asks three times without any library, tells what it met, and ends in a status of its own.
PROGRAM = """
import json, os, sys, urllib.error, urllib.request
def ask(path):
    request = urllib.request.Request(
        os.environ["ANTHROPIC_BASE_URL"] + path + "/v1/messages", sys.argv[1].encode(),
        {"x-api-key": os.environ["ANTHROPIC_API_KEY"], "anthropic-version": "2023-06-01",
         "content-type": "application/json"})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers["request-id"]
    except urllib.error.HTTPError as error:
        return error.code, error.headers["request-id"]
print(json.dumps([ask(path) for path in ("", "/_lane/a", "", "/_lane/a")]))
sys.exit(5)
"""
#: It ends when it is told to, and in a status that says so.
WAITING = """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
print("waiting", flush=True)
signal.pause()
"""


def asked(key: Key, path: str) -> tuple[int, str]:
    headers = {"x-api-key": key.api_key, "anthropic-version": "2023-06-01"}
    answer = httpx2.post(
        f"{key.base_url}{path}/v1/messages",
        headers=headers,
        json=ASKED,
        trust_env=False,
        verify=NOBODY,
    )
    return answer.status_code, answer.headers["request-id"]


def test_a_command_meets_what_another_run_met_and_its_status_is_ours(
    key: Key, simtwin_script: Callable[..., int], capfd: pytest.CaptureFixture[str]
) -> None:
    key.set(
        rules=[
            {"name": "coin", "when": {"chance": 0.5}, "refuse": {"status": 529}},
            {"name": "late", "latency": {"seconds": 0.02, "jitter": 0.9}},
        ],
        seed=3,
    )
    first = [asked(key, path) for path in ("", "/_lane/a", "", "/_lane/a")]
    found = key.tenant.plane.get("/_twin/replay", params={"key": key.api_key_id})
    command = ["--", sys.executable, "-c", PROGRAM, json.dumps(ASKED)]
    status = simtwin_script("replay", found.json()["token"], "--pace", "instant", *command)
    out, err = capfd.readouterr()

    assert status == 5, err
    assert json.loads(out) == [list(each) for each in first]
    told = "simtwin: the token has faults for 4 requests, and 4 of them came (4 requests in all)"
    assert err.strip() == told


def test_a_command_meets_the_fates_of_the_one_lane_that_a_token_has(
    key: Key, simtwin_script: Callable[..., int], capfd: pytest.CaptureFixture[str]
) -> None:
    key.set(rules=[{"name": "late", "latency": {"seconds": 0.02, "jitter": 0.9}}], seed=3)
    lane = "a lane"
    first = [asked(key, f"/_lane/{lane}") for _ in range(2)]
    query = {"key": key.api_key_id, "lane": lane}
    token = key.tenant.plane.get("/_twin/replay", params=query).json()["token"]
    program = PROGRAM.replace('("", "/_lane/a", "", "/_lane/a")', '("", "")')
    command = ["--", sys.executable, "-c", program, json.dumps(ASKED)]
    simtwin_script("replay", token, "--pace", "instant", *command)
    out, err = capfd.readouterr()

    assert json.loads(out) == [list(each) for each in first], err


def test_a_command_that_cannot_start_is_told_so(
    tmp_path: Path, simtwin_script: Callable[..., int], capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "replay.json"
    file.write_text(json.dumps({"version": 1, "seed": 7, "fates": {}}))

    status = simtwin_script("replay", f"@{file}", "--", f"{tmp_path}/nope")
    out, err = capfd.readouterr()

    assert (status, out) == (2, "")
    assert err.startswith(f"simtwin: {tmp_path}/nope cannot be run: No such file")


def test_a_signal_goes_on_to_the_command(key: Key) -> None:
    asked(key, "/_script/529")
    token = key.tenant.plane.get("/_twin/replay", params={"key": key.api_key_id}).json()["token"]

    with in_its_own("replay", token, "--", sys.executable, "-c", WAITING) as process:
        assert next_line(process) == "waiting\n"
        status, _, errors = told_to_stop(process)

    assert status == 7
    assert "faults for 1 requests, and 0 of them came" in errors


def test_without_a_command_the_fates_are_served_until_it_is_told_to_stop(
    key: Key, tmp_path: Path
) -> None:
    asked(key, "/_script/529")
    found = key.tenant.plane.get("/_twin/replay", params={"key": key.api_key_id})
    file = tmp_path / "replay.json"
    file.write_bytes(found.content)

    with in_its_own("replay", f"@{file}", "--port", "0", "--json") as process:
        line = json.loads(next_line(process))
        headers = {"x-api-key": line["api_key"], "anthropic-version": "2023-06-01"}
        url = f"{line['base_url']}/v1/messages"
        statuses = [
            httpx2.post(
                url, headers=headers, json=ASKED, trust_env=False, verify=NOBODY
            ).status_code
            for _ in range(2)
        ]
        status, _, errors = told_to_stop(process)

    assert statuses == [529, 200]
    assert (status, "and 1 of them came" in errors) == (0, True)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_meets_the_script_in_a_path(key: Key) -> None:
    command = [
        *("curl", "--silent", "--noproxy", "*", "--include"),
        *("-H", f"x-api-key: {key.api_key}", "-H", "anthropic-version: 2023-06-01"),
        *("-H", "content-type: application/json", "-d", json.dumps(ASKED)),
    ]
    script = "529; disconnect(after_events=0, reset=true); ok".replace(" ", "%20")
    url = f"{key.base_url}/_lane/curl/_script/{script}/v1/messages"
    answers = [
        subprocess.run([*command, url], capture_output=True, text=True, check=False, timeout=30)
        for _ in range(4)
    ]
    in_header = subprocess.run(
        [*command, "-H", "x-simtwin-script: 529; bogus", f"{key.base_url}/v1/messages"],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )

    # 56: "Failure in receiving network data." -- curl(1), EXIT CODES
    assert [answer.returncode for answer in answers] == [0, 56, 0, 0]
    assert answers[0].stdout.startswith("HTTP/1.1 529")
    assert "x-simtwin-script: 3/3" in answers[2].stdout
    assert "x-simtwin-script: finished" in answers[3].stdout
    assert in_header.stdout.startswith("HTTP/1.1 400")
    assert "at character 6: 529; >>>bogus" in in_header.stdout
