"""`simtwin storm`: what it prints and writes, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from simtwin.cli import commands

#: A minute of outage, before which clients are watched for two minutes and after which for six.
BRIEF = (
    "--seconds 540 --incident 130:190 --clients 40 --in-flight 14 --refused-seconds 0.5 --every 10"
)
NEVER = "constant(seconds=0.5,retries=60)"


def storm(*arguments: str, brief: str = BRIEF) -> Result:
    return CliRunner().invoke(commands, ["storm", *brief.split(), *arguments])


def test_one_storm_is_told_in_curves_and_figures() -> None:
    result = storm("--service", "0.5")
    lines = result.output.splitlines()

    assert result.exit_code == 0
    assert lines[:3] == [
        "40 clients, 10 s of rest between calls; 9 min, seed 7",
        "room for 14 answers of 0.5 s; turning one away costs 0.5 s",
        "from 2.167 to 3.167 min 20% of the room is left",
    ]
    assert lines[-1] == "Recovered: as soon as the cause was gone all was as before."
    assert max(map(len, lines)) < 120
    assert "\x1b" not in result.output


def test_policies_are_compared_row_by_row() -> None:
    result = storm("--compare", f"sdk,{NEVER}")
    rows = {line.split()[0]: line for line in result.output.splitlines() if line}

    assert result.exit_code == 0
    assert rows["sdk"].endswith("▇") or rows["sdk"].endswith("█")
    assert "never: metastable" in result.output
    assert result.output.count("metastable") == 1


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--policy", NEVER], 1),
        (["--compare", f"sdk,{NEVER}"], 1),
        (["--policy", "sdk"], 0),
        (["--policy", NEVER, "--seconds", "300"], 4),
    ],
)
def test_the_exit_status_says_whether_an_overload_outlived_its_cause(
    arguments: list[str], status: int
) -> None:
    assert storm(*arguments, "--fail-if-metastable").exit_code == status


def test_the_json_is_the_same_bytes_again_and_says_it_all(tmp_path: Path) -> None:
    files = [tmp_path / "one.json", tmp_path / "two.json"]
    for file in files:
        storm("--clients", "5:no-backoff", "--json", str(file))
    (run,) = json.loads(files[0].read_text())["runs"]
    outcome = run["outcome"]

    assert files[0].read_bytes() == files[1].read_bytes()
    assert [each["clients"] for each in run["storm"]["populations"]] == [40, 5]
    assert run["storm"]["causes"] == [
        {"kind": "incident", "start": 130.0, "end": 190.0, "left": 0.2}
    ]
    assert outcome["all"]["attempts"] == sum(outcome["all"]["series"]["attempts"])
    assert outcome["overload"]["state"] == "recovered"


def test_a_function_of_ones_own_is_a_policy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "policy_of_mine.py").write_text(
        "def wait(attempt, status, retry_after, elapsed, rng):\n"
        "    return rng.uniform(1, 2 ** attempt) if attempt < 4 else None\n"
        "def never(*_):\n"
        "    raise LookupError('of no use')\n"
    )
    monkeypatch.chdir(tmp_path)
    good = storm("--compare", "policy_of_mine:wait")
    bad = storm("--policy", "policy_of_mine:never")

    assert good.exit_code == 0
    assert "policy_of_mine:wait" in good.output
    assert bad.exit_code == 2
    assert (
        "policy_of_mine:never, after attempt 1 with status 529: LookupError: of no use"
        in bad.output
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("--clients five", "--clients: must be N or N:POLICY, as in 1000:sdk, not 'five'"),
        ("--clients 5:sdks", "--clients: there is no policy 'sdks'; there are sdk, "),
        ("--clients 100001", "--clients: must be a whole number from 1 to 100,000, not 100001"),
        ("--policy sdk,aimd", "--policy: takes one policy; --compare takes several"),
        ("--policy none_such:wait", "--policy: none_such cannot be imported: ModuleNotFoundError"),
        ("--policy json:none", "--policy: json has no function none"),
        (f"--compare {','.join(['sdk'] * 13)}", "--compare: at most 12 can be, not 13"),
        ("--incident 130", "--incident: must be FROM:TO in seconds, as in 1200:1800, not '130'"),
        ("--incident 190:130", "--incident: must be from:to in seconds with 0 <= from < to <= 540"),
        ("--surge 500:600", "--surge: must be from:to in seconds with 0 <= from < to <= 540"),
        ("--every nan", "--every: a finite number is wanted, not nan"),
        ("--timeout 0.01", "--timeout: must be longer than the round trip of 0.05 s"),
        ("--events 10000001", "Invalid value for '--events'"),
        ("--json /none/such", "--json: /none/such cannot be written: No such file or directory"),
    ],
)
def test_a_mistake_is_one_line_and_exit_status_2(arguments: str, words: str) -> None:
    result: Any = storm(*arguments.split())
    told = result.output.strip().splitlines()[-1].removeprefix("Error: ")

    assert result.exit_code == 2
    assert told.startswith(words)


def test_there_is_nothing_to_compare_where_every_policy_is_given() -> None:
    result = storm("--compare", "sdk", brief="--clients 5:sdk")

    assert result.exit_code == 2
    assert "--compare: needs --clients that have no policy of their own" in result.output
