"""The console script, in the process of the test: most of a start is imports that are there already."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

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
