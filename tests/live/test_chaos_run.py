"""`simtwin chaos run`: the command as it is, on a real port, and the exit status that tells of it.

Most of it runs in this process, as the console script does; signals need one of their own.
"""

from __future__ import annotations

import json
import re
import shlex
import signal
import sys
from collections.abc import Callable
from itertools import takewhile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from junitparser import JUnitXml
from live.console import in_its_own, next_line, told_to_stop
from live.ways import ASKED
from readme import README, examples

from simtwin.chaos.document import Report
from simtwin.edge.environment import CLEARED
from simtwin.verdicts.verdict import Verdict

#: It asks until it is answered, so often at most, waits a little between, tells what it met, and
#: fails where it was never answered.
ASKING = """
import json, os, sys, time, urllib.error, urllib.request
most, wait = int(sys.argv[1]), float(sys.argv[2])
for _ in range(most):
    request = urllib.request.Request(
        os.environ["ANTHROPIC_BASE_URL"] + "/v1/messages", sys.argv[3].encode(),
        {"x-api-key": os.environ["ANTHROPIC_API_KEY"], "anthropic-version": "2023-06-01",
         "content-type": "application/json"})
    try:
        with urllib.request.urlopen(request) as answer:
            print(answer.status, answer.headers["request-id"], flush=True)
            break
    except urllib.error.HTTPError as error:
        print(error.code, error.headers["request-id"], flush=True)
    except OSError as error:
        print("no answer", flush=True)
    time.sleep(wait)
else:
    sys.exit("never answered")
"""
#: Longer than what counts as at once (50 ms), and no longer than a test should take.
PATIENT = "0.06"


def asking(most: int, wait: str = PATIENT) -> list[str]:
    return ["--", sys.executable, "-c", ASKING, str(most), wait, json.dumps(ASKED)]


#: The README has the seconds of one run, and how many rules were exercised in these.
OF_ONE_RUN = re.compile(r"(?<=after )[0-9.]+(?= s)|(?<=in the )[0-9]+(?= of 28)")


def shown(name: str) -> list[Any]:
    """The words of the command line that the README runs a client by, and what that prints."""
    lines = README.read_text().splitlines()
    at = next(n for n, line in enumerate(lines) if line.endswith(f"-- python {name}"))
    printed = list(takewhile(bool, lines[at + 1 :]))
    return [shlex.split(lines[at].removeprefix("    $ ")), *(line[4:] for line in printed)]


def read(file: Path) -> Report:
    return msgspec.json.decode(file.read_bytes(), type=Report)


@pytest.mark.parametrize(
    ("options", "command", "status", "says"),
    [
        (["--script", "529; ok"], asking(2), 0, "simtwin chaos: good"),
        # It gave up, and said so.
        (["--script", "529"], asking(1), 0, "failed loudly, with status 1"),
        (["--script", "429(retry_after=9); ok"], asking(2), 1, "finding that counts"),
        (["--script", "529; ok", "--fail-on", "warning"], asking(2, "0"), 1, "V5"),
        (["--script", "529"], ["--", "./no such program"], 2, "cannot be run: ./no such program"),
        ([], ["--", sys.executable, "-c", "exit(5)"], 3, "status 5, although no fault came"),
        (["--script", "529", "--expect-success"], asking(1), 3, "ended with status 1"),
        (["--script", "529; 529; ok"], asking(1), 4, "1 of the 3 items of the script were met"),
        # A JSON answer has one event, so its tenth is never there.
        (["--script", "truncate(after_events=9)"], asking(1), 4, "did not come to its place"),
    ],
)
def test_every_exit_status_has_its_reason(
    *,
    options: list[str],
    command: list[str],
    status: int,
    says: str,
    simtwin_script: Callable[..., int],
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert simtwin_script("chaos", "run", "--seed", "7", *options, *command) == status
    told = capfd.readouterr().err
    assert says in told
    # However it ends.
    assert "seed 7, to have it again: simtwin replay st1." in told


def test_a_profile_of_which_a_rule_had_to_fire_and_did_not(
    tmp_path: Path, simtwin_script: Callable[..., int], capfd: pytest.CaptureFixture[str]
) -> None:
    profile = tmp_path / "mine.toml"
    profile.write_text(
        'summary = "s"\ngood_client = "g"\n'
        '[[rules]]\nname = "third"\nwhen = { nth = 3 }\nrefuse = { status = 529 }\n'
        '[[rules]]\nname = "rare"\nwhen = { chance = 0 }\nrefuse = { status = 529 }\n'
    )

    assert simtwin_script("chaos", "run", "--profile", str(profile), *asking(1)) == 4

    told = capfd.readouterr().err
    assert "had to come and did not: rule third (refuse) never fired" in told
    assert "note: rule rare (refuse) never fired" in told


@pytest.mark.parametrize(("name", "status"), [("bad_client.py", 1), ("good_client.py", 0)])
def test_the_clients_of_the_readme_get_the_verdicts_that_are_printed_there(
    name: str,
    status: int,
    tmp_path: Path,
    simtwin_script: Callable[..., int],
    capfd: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / name).write_text(examples()[name])
    line, *printed = shown(name)
    words = [{"python": sys.executable, name: str(tmp_path / name)}.get(w, w) for w in line]

    assert simtwin_script(*words[1:]) == status

    told = [OF_ONE_RUN.sub("…", each) for each in capfd.readouterr().err.splitlines()]
    for expected in printed:
        assert OF_ONE_RUN.sub("…", expected) in told


def test_a_profile_of_connections_that_are_met_and_that_are_not(
    tmp_path: Path, simtwin_script: Callable[..., int], capfd: pytest.CaptureFixture[str]
) -> None:
    profile = tmp_path / "doors.toml"
    profile.write_text(
        'summary = "s"\ngood_client = "g"\n'
        '[[connections]]\nname = "dead"\nwhen = { first = 1 }\nclose = { reset = true }\n'
        '[[connections]]\nname = "shut"\nwhen = { window = [900, 901] }\nrefuse = {}\n'
        '[[connections]]\nname = "late"\nmust_fire = true\nwhen = { window = [900, 901] }\n'
        "black_hole = {}\n"
    )

    # Each run begins as if there had been none before it.
    options = ["--runs", "2", "--profile", str(profile)]
    assert simtwin_script("chaos", "run", *options, *asking(2)) == 4

    out, told = capfd.readouterr()
    assert [line.split()[0] for line in out.splitlines()] == ["no", "200", "no", "200"]
    late = "had to come and did not: connection rule late (black_hole) never fired: it looked at 2"
    assert told.count(late) == 2
    assert told.count("note: connection rule shut (refuse) never fired: the run was over") == 2
    assert "connection rule dead" not in told


def test_the_command_finds_the_twin_and_no_proxy_in_its_environment(
    simtwin_script: Callable[..., int],
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in CLEARED:
        monkeypatch.setenv(name, "of somebody else")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    tell = "import json, os; print(json.dumps(dict(os.environ)))"

    assert simtwin_script("chaos", "run", "--seed", "9", "--", sys.executable, "-c", tell) == 0

    found: dict[str, str] = json.loads(capfd.readouterr().out)
    base_url = found["ANTHROPIC_BASE_URL"]
    assert base_url.endswith("/_lane/seed-9")
    assert {found[name] for name in ("ANTHROPIC_API_BASE", "ANTHROPIC_API_URL")} == {base_url}
    assert {found[name] for name in ("OPENAI_BASE_URL", "OPENAI_API_BASE")} == {f"{base_url}/v1"}
    assert found["ANTHROPIC_API_KEY"].startswith("sk-ant-twin-")
    assert {"127.0.0.1", "localhost"} <= set(found["NO_PROXY"].split(","))
    assert not set(CLEARED) & set(found)


def test_runs_have_each_their_own_seed_lane_and_script_and_the_printed_line_repeats_them(
    tmp_path: Path, simtwin_script: Callable[..., int], capfd: pytest.CaptureFixture[str]
) -> None:
    profile = tmp_path / "coin.toml"
    profile.write_text(
        'summary = "s"\ngood_client = "g"\n'
        '[[rules]]\nname = "late"\nlatency = { seconds = 0.001, jitter = 0.9 }\n'
    )
    file = tmp_path / "report.json"
    options = ["--runs", "2", "--seed", "3", "--profile", str(profile), "--report-json", str(file)]

    assert simtwin_script("chaos", "run", *options, *asking(1)) == 0
    first, second = capfd.readouterr().out.splitlines()
    runs = read(file).runs
    assert [run.requests for run in runs] == [1, 1]
    assert len({run.lane for run in runs}) == 2
    assert first != second
    for run, met in zip(runs, (first, second), strict=True):
        assert simtwin_script(*shlex.split(run.replay)[1:]) == 0
        assert capfd.readouterr().out.splitlines() == [met]
    # A run is the same for the same seed, wherever it stood.
    alone = ["--seed", str(runs[1].seed), "--profile", str(profile)]
    assert simtwin_script("chaos", "run", *alone, *asking(1)) == 0
    assert capfd.readouterr().out.splitlines() == [second]


def test_every_form_of_the_report_is_written_and_the_step_has_its_summary(
    tmp_path: Path, simtwin_script: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("of another tool\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    files = {
        form: tmp_path / f"report.{form}" for form in ("report-json", "junit", "markdown", "html")
    }
    options = [each for form, file in files.items() for each in (f"--{form}", str(file))]

    assert simtwin_script("chaos", "run", "--script", "529; ok", *options, *asking(2)) == 0

    xml = JUnitXml.fromstring(files["junit"].read_bytes())
    assert [suite.failures for suite in xml] == [0]
    assert files["html"].read_text().startswith("<!doctype html>")
    assert read(files["report-json"]).result == "good"
    assert summary.read_text() == "of another tool\n" + files["markdown"].read_text()


#: It reads a stream, finds out whether that was cut, and tells what it makes of it.
TELLING = """
import sys, uuid

call = uuid.uuid4().hex
request = urllib.request.Request(
    os.environ["ANTHROPIC_BASE_URL"] + "/v1/messages", sys.argv[1].encode(),
    {"x-api-key": os.environ["ANTHROPIC_API_KEY"], "anthropic-version": "2023-06-01",
     "content-type": "application/json", "x-simtwin-call": call})
with urllib.request.urlopen(request) as answer:
    whole = b"message_stop" in answer.read()
tell(call, "returned" if whole else sys.argv[2])
"""


@pytest.mark.parametrize(("outcome", "status"), [("raised", 0), ("returned", 1)])
def test_what_the_command_tells_is_judged_and_so_is_the_journal_that_is_kept(
    outcome: str,
    status: int,
    tmp_path: Path,
    simtwin_script: Callable[..., int],
    capfd: pytest.CaptureFixture[str],
) -> None:
    report, journal = tmp_path / "report.json", tmp_path / "journal.jsonl"
    options = ["--script", "truncate(after_events=6)", "--report-json", str(report)]
    code = examples()["telling.py"] + TELLING
    body = json.dumps({**ASKED, "stream": True})
    command = ["--", sys.executable, "-c", code, body, outcome]

    assert simtwin_script("chaos", "run", *options, "--journal", str(journal), *command) == status
    capfd.readouterr()
    assert (
        simtwin_script("judge", "--json", "--lane", read(report).runs[0].lane, str(journal))
        == status
    )

    [run] = read(report).runs
    verdict = msgspec.json.decode(capfd.readouterr().out, type=Verdict)
    assert run.outcomes == verdict.outcomes == 1
    assert (verdict.unmatched, verdict.dropped) == (0, 0)
    assert {each.rule: each.value for each in run.rules} == {
        each.id: each.value for each in verdict.rules
    }
    assert [each.text for each in run.findings] == [
        found.text for each in verdict.rules for found in each.findings
    ]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--script", "529; bogus"], "--script: "),
        (["--profile", "nope"], "--profile"),
        (["--pace", "soon"], "--pace: "),
        (["--junit", "no/such/folder/x.xml"], "--junit: there is no folder no/such/folder"),
        (["--journal", "no/such/folder/x.jsonl"], "--journal: no/such/folder/x.jsonl cannot be"),
        (["--baseline", "nope.json"], "--baseline: nope.json cannot be read"),
    ],
)
def test_a_mistake_is_one_line_and_nothing_is_run(
    options: list[str],
    says: str,
    simtwin_script: Callable[..., int],
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert simtwin_script("chaos", "run", *options, "--", sys.executable, "-c", "print('ran')") == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith(f"simtwin: {says}")


#: It says that it is there, waits for a signal, and ends as the signal's own way is.
WAITING = "import time; print('waiting', flush=True); time.sleep(60)"


def test_a_signal_goes_on_to_the_command_and_no_further_run_begins() -> None:
    command = ("chaos", "run", "--runs", "2", "--seed", "7", "--", sys.executable, "-c", WAITING)
    with in_its_own(*command) as process:
        assert next_line(process) == "waiting\n"
        status, out, errors = told_to_stop(process)

    assert (status, out) == (128 + signal.SIGTERM, "")
    assert "stopped by signal 15" in errors
