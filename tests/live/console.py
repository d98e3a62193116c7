"""The console script, in the process of the test or in one of its own.

In the test's most of a start is imports that are there already; one of its own can be sent signals.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from live.served import SIMTWIN, START_SECONDS, surroundings

from simtwin import cli


def in_this_process(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """What runs it with arguments, and gives back its exit status."""
    for name in ("SIMTWIN_SEED", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["simtwin", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        status = ended.value.code or 0
        assert isinstance(status, int)
        return status

    return run


@contextmanager
def in_its_own(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The process that runs it with arguments; what it says goes into pipes."""
    with subprocess.Popen(
        [SIMTWIN, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=surroundings({}),
        text=True,
    ) as process:
        yield process


def next_line(process: subprocess.Popen[str]) -> str:
    """The next line that it writes to stdout."""
    assert process.stdout is not None
    return process.stdout.readline()


def told_to_stop(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Send it SIGTERM: its exit status, and what it still writes to stdout and stderr."""
    process.send_signal(signal.SIGTERM)
    out, errors = process.communicate(timeout=START_SECONDS)
    return process.returncode, out, errors
