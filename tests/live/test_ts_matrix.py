"""The table of what the SDK for TypeScript does, where there is Node with that SDK.

It is looked for in the folder that SIMTWIN_NODE_MODULES names, or in `node_modules` beside README.md,
where `npm install` puts it; nothing is installed by this test.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from live.lanes import Lanes
from live.matrix_body import HANG, TOOLS
from live.sdk_matrix import CASES, NEVER, SILENCE, SILENCE_LATER, Case
from live.served import Served, Tenant, surroundings
from live.ways import ASKED

HERE = Path(__file__).parent

#: Outcomes are what this very version does.
VERSION = "1.12.0"

#: What comes of each scenario and way on Node 20, and how many requests reach the server, as it did of
#: bytes written by hand on 2026-11-21. "<-" names what is at the bottom of an error.
MEASURED: dict[tuple[str, str], tuple[str, int]] = {
    (name, way): (outcome, int(requests))
    for name, way, outcome, requests in (
        line.split("\t") for line in (HERE / "ts_matrix.tsv").read_text("utf-8").splitlines()[1:]
    )
}
ROWS = [case for case in CASES if (case.name, case.way) in MEASURED]

#: Longer than the SDK takes to give up three times, seconds.
PATIENCE = 9.5


def timeout(case: Case) -> float:
    """Of the client, which with this SDK ends where the body begins."""
    outcome, _ = MEASURED[case.name, case.way]
    if outcome.startswith("APIConnectionTimeoutError"):
        return SILENCE
    return SILENCE_LATER if outcome == HANG else NEVER


@pytest.fixture
def sdk() -> str:
    """The folder of the package."""
    folder = os.environ.get("SIMTWIN_NODE_MODULES") or HERE.parents[1] / "node_modules"
    package = Path(folder) / "@anthropic-ai" / "sdk"
    if shutil.which("node") is None:
        pytest.skip("there is no node")
    if not (package / "package.json").exists():
        pytest.skip(f"@anthropic-ai/sdk is not in SIMTWIN_NODE_MODULES, {folder}")
    found = msgspec.json.decode((package / "package.json").read_bytes())["version"]
    if found != VERSION:
        pytest.skip(f"@anthropic-ai/sdk is {found}, and {VERSION} was measured")
    return str(package.resolve())


@pytest.fixture
def lanes(tmp_path: Path) -> Iterator[Lanes]:
    served = Served.start(tmp_path, "--pace", "instant", "--tier", "unlimited")
    try:
        with served.plane() as plane:
            yield Lanes(Tenant(served, plane))
    finally:
        served.stop()


def test_the_sdk_for_typescript_does_on_every_row_what_was_measured(sdk: str, lanes: Lanes) -> None:
    asked = {
        "sdk": sdk,
        "asked": ASKED,
        "cases": [as_asked(case, lanes) for case in ROWS],
        "patience": PATIENCE * 1000,
        "hang": HANG,
    }

    done = subprocess.run(
        ["node", str(HERE / "ts_client.mjs")],  # noqa: S607  # wherever it is
        input=msgspec.json.encode(asked),
        capture_output=True,
        check=False,
        timeout=60,
        env=surroundings({}),
    )

    assert done.returncode == 0, done.stderr
    outcomes = msgspec.json.decode(done.stdout, type=list[str])
    arrived = lanes.arrived(ROWS)
    came = {
        (case.name, case.way): (outcome, arrived[case])
        for case, outcome in zip(ROWS, outcomes, strict=True)
    }
    assert {row: each for row, each in came.items() if each != MEASURED[row]} == {}


def as_asked(case: Case, lanes: Lanes) -> Mapping[str, Any]:
    body = {"tools": TOOLS, "tool_choice": {"type": "any"}} if "calls" in case.reply else {}
    return {
        "address": lanes.address(case),
        "key": lanes.key(case).api_key,
        "script": case.script,
        "way": case.way,
        "timeout": timeout(case) * 1000,
        "body": body,
    }


def test_every_row_of_the_table_can_be_asked() -> None:
    assert {(case.name, case.way) for case in ROWS} == set(MEASURED)
    assert all(case.script is not None for case in ROWS)
    assert len(ROWS) > 240
