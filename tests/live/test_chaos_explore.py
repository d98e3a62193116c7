"""`simtwin chaos explore`: every fault at every request of a real command, on a real port.

The command is a plain client that starts in a twentieth of a second, and the faults are few.
"""

from __future__ import annotations

import shlex
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from live.console import in_its_own, told_to_stop
from live.held import let_go

from simtwin.chaos.explore.document import Report
from simtwin.chaos.explore.forms.words import numbered

CLIENT = str(Path(__file__).with_name("asking_client.py"))


def asking(mode: str, *questions: str) -> list[str]:
    return ["--", sys.executable, "-S", CLIENT, mode, *questions]


@pytest.fixture
def explore(simtwin_script: Callable[..., int], tmp_path: Path) -> Callable[..., Report]:
    """An exploration by the console script, in this process."""

    def run(*arguments: str, status: int) -> Report:
        file = tmp_path / "report.json"
        options = ["--seed", "7", "--json", str(file), *arguments]
        assert simtwin_script("chaos", "explore", *options) == status
        return msgspec.json.decode(file.read_bytes(), type=Report)

    return run


def cells(report: Report) -> dict[tuple[str, str], str]:
    """The outcomes of single faults, by the number of the request and the fault."""
    numbers = numbered(report)
    return {
        (numbers[cell.faults[0].request], cell.faults[0].fault): cell.outcome
        for cell in report.singles
    }


def test_a_cut_that_the_third_call_takes_for_success_is_found_and_named(
    explore: Callable[..., Report],
    simtwin_script: Callable[..., int],
    capfd: pytest.CaptureFixture[str],
) -> None:
    faults = ["--faults", "529,truncate-middle", "--no-pairs"]
    report = explore(*faults, *asking("stream,careless", "One?", "Two?", "Three?"), status=1)
    out = capfd.readouterr().out

    assert {cell for cell, outcome in cells(report).items() if outcome != "survived"} == {
        ("#3", "truncate-middle")
    }
    assert len(cells(report)) == 3 * 2
    assert report.coverage == 1
    (silent,) = [cell for cell in report.cells if cell.outcome == "silent"]
    assert "failed silently: truncate-middle (truncate(after_events=" in out
    assert silent.replay is not None
    assert silent.replay in out
    # The line that is printed has it again: three lines, and the last of them cut short.
    assert simtwin_script(*shlex.split(silent.replay)[1:]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert len(lines) == 3
    assert f"line 3 is {lines[2]!r}" in silent.why


def test_a_fault_on_the_retry_is_tried_where_there_is_a_retry(
    explore: Callable[..., Report],
) -> None:
    report = explore("--faults", "529", *asking("plain", "One?"), status=0)

    assert [(len(cell.faults), cell.outcome) for cell in report.cells] == [
        (1, "survived"),
        (2, "loud"),
    ]
    first, second = report.pairs[0].faults
    assert (first.request.digest, first.request.occurrence + 1) == (
        second.request.digest,
        second.request.occurrence,
    )


def test_a_fault_meets_the_same_request_of_a_client_whose_order_varies(
    explore: Callable[..., Report],
) -> None:
    questions = ["One?", "Two?", "Three?", "Four?"]
    command = asking("threads", *questions)
    faults = ["--fault", "400", "--faults", "", "--any-order", "--no-pairs"]
    report = explore(*faults, *command, status=0)
    again = explore(*faults, *command, status=0)

    assert {cell.outcome for cell in report.cells} == {"survived"}
    assert {cell.faults[0].request for cell in report.cells} == {
        cell.faults[0].request for cell in again.cells
    }
    assert len(report.cells) == len(questions)


def test_what_is_not_over_in_time_is_hung_and_ended_with_all_that_it_started(
    explore: Callable[..., Report], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = tmp_path / "held"
    held.touch()
    monkeypatch.setenv("HELD", str(held))
    options = ["--faults", "hang", "--hang-seconds", "0.5", "--no-pairs"]
    report = explore(*options, *asking("late", "One?"), status=1)

    assert [cell.outcome for cell in report.cells] == ["hung"]
    assert "not over after 0.5 s" in report.cells[0].why
    # Nobody is left of any run, clean or not.
    assert let_go(held)


def test_an_exploration_goes_on_from_where_it_was(
    explore: Callable[..., Report], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "state"
    options = ["--faults", "529,500", "--state", str(state), "--no-pairs", "--jobs", "1"]
    command = asking("plain", "One?", "Two?")
    part = explore("--max-runs", "4", *options, *command, status=0)
    capfd.readouterr()
    rest = explore(*options, *command, status=0)

    assert (len(part.cells), part.left) == (2, 2)
    assert (len(rest.cells), rest.left) == (4, 0)
    assert rest.cells[:2] == part.cells
    assert "4 cells of one fault, 2 of them done before" in capfd.readouterr().err
    assert list(tmp_path.glob("state*")) == [state]


@pytest.mark.parametrize(
    ("command", "status", "says"),
    [
        (asking("fails", "One?"), 3, "the clean run fails: exit status 1"),
        (asking("drifts", "One?"), 3, "in request 1 messages[0].content is"),
        (asking("plain"), 3, "no request came in"),
        (["--", "./no such program"], 2, "cannot be run: ./no such program"),
    ],
)
def test_without_a_clean_run_there_is_nothing_to_compare_with(
    command: list[str],
    status: int,
    says: str,
    explore: Callable[..., Report],
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert explore(*command, status=status).cells == ()
    assert says in capfd.readouterr().out


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--faults", "bogus"], "--fault: there is no 'bogus'"),
        (["--fault", "529; ok"], "--fault: one item of a script is wanted"),
        (["--html", "no/such/folder/x"], "--html: there is no folder no/such/folder"),
        (["--state", "/"], "--state: / is a folder"),
    ],
)
def test_a_mistake_is_one_line_and_nothing_is_run(
    options: list[str],
    says: str,
    simtwin_script: Callable[..., int],
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert simtwin_script("chaos", "explore", *options, "--", "false") == 2
    out, err = capfd.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith(f"simtwin: {says}")


def test_a_signal_ends_the_runs_and_what_was_found_is_told(tmp_path: Path) -> None:
    state = tmp_path / "state"
    command = ("chaos", "explore", "--faults", "hang", "--state", str(state))
    with in_its_own(*command, *asking("plain", "One?")) as process:
        assert process.stderr is not None
        while "cells of one fault" not in process.stderr.readline():
            pass
        status, out, _ = told_to_stop(process)

    assert status == 128 + signal.SIGTERM
    assert "stopped by signal 15" in out
    # What was under way is to be done again.
    assert msgspec.json.decode(state.read_bytes())["cells"] == []
