"""`simtwin chaos shrink`: the least under which a real command fails, and a test of it that runs."""

from __future__ import annotations

import shlex
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simtwin.core.fates import document, fate
from simtwin.core.replay_token import pack
from simtwin.testing.tokens import fates_of
from simtwin_faults import KINDS

pytest_plugins = ("pytester",)

CLIENT = str(Path(__file__).with_name("asking_client.py"))
QUESTIONS = [f"Question {number}?" for number in range(12)]
CARELESS = [sys.executable, "-S", CLIENT, "stream,careless", *QUESTIONS]

Fault = tuple[str, dict[str, Any]]
#: What every client survives.
LATE: Fault = ("latency", {"seconds": 0.001})
SLOW: Fault = ("stall", {"seconds": 0.001, "after_events": 2})
CUT: Fault = ("truncate", {"after_events": 5})


def token(*faults: Fault) -> str:
    of = {
        ordinal: fate(ordinal, [("script", kind, settings)], charge=False)
        for ordinal, (kind, settings) in enumerate(faults)
    }
    packed = pack(document(7, {}, {"1/1": {"": of}}))
    assert packed is not None
    return packed


#: Twelve faults, the last of which meets the call that takes a cut for the end.
TWELVE = token(*[LATE, SLOW] * 5, LATE, CUT)


def test_of_twelve_faults_the_one_that_matters_is_left_and_its_test_runs(
    simtwin_script: Callable[..., int],
    capfd: pytest.CaptureFixture[str],
    pytester: pytest.Pytester,
) -> None:
    assert simtwin_script("chaos", "shrink", TWELVE, "--", *CARELESS) == 0
    out, err = capfd.readouterr()

    assert out.startswith("of 12 faults 1 left, after ")
    assert "failed silently" in out
    assert "  ok*11; truncate\n" in out
    assert "simtwin: 3 runs, 12 faults left" in err
    # The line that has it again tells that one fault.
    (replay,) = [line for line in out.splitlines() if line.startswith("  simtwin replay st1.")]
    (lanes,) = fates_of(shlex.split(replay)[2], KINDS).of.values()
    (left,) = lanes.values()
    assert list(left) == [11]
    assert [fired.kind for fired in left[11].fired] == ["truncate"]

    # As long as the command has its flaw the test fails, and for that reason; then it passes.
    test = textwrap.dedent(out.split("as a test:\n\n")[1].split("\nto have it again")[0])
    pytester.makepyfile(test_flawed=test, test_mended=test.replace("stream,careless", "stream"))
    result = pytester.runpytest_inprocess("-q", "-p", "no:randomly", "-n0")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*FAILED test_flawed.py*assert '*' in *"])


def test_a_token_under_which_the_command_does_not_fail_is_refused(
    simtwin_script: Callable[..., int], capfd: pytest.CaptureFixture[str]
) -> None:
    careful = [sys.executable, "-S", CLIENT, "plain", "One?"]

    assert simtwin_script("chaos", "shrink", token(LATE), "--", *careful) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert "simtwin: TOKEN: the command does not fail: it printed what the clean runs print" in err


def test_a_failure_that_does_not_come_each_time_is_told_so(
    tmp_path: Path, simtwin_script: Callable[..., int], capfd: pytest.CaptureFixture[str]
) -> None:
    """It asks once and fails where it is refused, until a file has as many lines."""
    flaky = tmp_path / "flaky.py"
    flaky.write_text(
        f"import subprocess, sys\n"
        f"asked = subprocess.run([sys.executable, '-S', {CLIENT!r}, 'plain', 'One?'],"
        f" capture_output=True)\n"
        f"with open({str(tmp_path / 'runs')!r}, 'a+') as file:\n"
        f"    file.write('x')\n"
        f"    sys.exit(asked.returncode if file.tell() < 6 else 0)\n"
    )
    # It asks again once, so it takes two; with one of them it does not fail.
    given = token(("refuse", {"status": 500}), ("refuse", {"status": 500}))
    status = simtwin_script("chaos", "shrink", given, "--", sys.executable, "-S", str(flaky))
    out = capfd.readouterr().out

    assert status == 1
    assert "failed with exit status 1" in out
    assert "it does not hold: of 2 runs to confirm it 0 failed so" in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["st1.bogus", "--", "true"], "TOKEN: this replay token is damaged"),
        (["@no/such/file", "--", "true"], "@no/such/file cannot be read"),
        (["--until", "bogus", TWELVE, "--", "true"], "--until: there is no 'bogus'"),
        ([TWELVE, "--", "./no such program"], "the command cannot be run: ./no such program"),
        ([TWELVE, "--", "false"], "TOKEN: the command fails without any fault"),
    ],
)
def test_a_mistake_is_one_line(
    arguments: list[str],
    says: str,
    simtwin_script: Callable[..., int],
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert simtwin_script("chaos", "shrink", *arguments) == 2
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith(f"simtwin: {says}")
