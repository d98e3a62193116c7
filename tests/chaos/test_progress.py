"""What is told while a run goes on: a line a fault on a terminal, a sign of life elsewhere."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from typing import Any, cast

import msgspec
import pytest
import trio
from made_up import fired, made
from reported import EARLY
from rich.console import Console

from simtwin.chaos.progress import BEAT_SECONDS, MOST_LINES, Progress
from simtwin.chaos.report.told import console
from simtwin.core.entry import Entry
from simtwin.core.scope import OfKey
from simtwin.edge.twin import Twin

FAULT: dict[str, Any] = {"fired": fired("refuse", status=529), "endpoint": "messages"}


class Recorded:
    """A twin of which nothing is known but its journal and its clock."""

    def __init__(self, *entries: Entry) -> None:
        self._entries = entries

    def now(self) -> float:
        return trio.current_time()

    def journal(self, _: OfKey, *, lane: str, after: int, limit: int) -> Iterator[bytes]:
        return (msgspec.json.encode(each) for each in self._entries if each.id > after)


async def told(*entries: Entry, seconds: float, is_terminal: bool) -> list[str]:
    """The lines of so many seconds."""
    said = io.StringIO()
    progress = Progress(Console(file=said, width=200, force_terminal=is_terminal), runs=1)
    with trio.move_on_after(seconds):
        await progress.follow(cast("Twin", Recorded(*entries)), OfKey("t", "k"), "lane")
    return said.getvalue().splitlines()


async def test_on_a_terminal_each_request_that_meets_a_fault_is_a_line(autojump_clock: Any) -> None:
    calm, fault = made(1, 0, endpoint="messages"), made(2, 1, **FAULT)

    [line] = await told(calm, fault, seconds=100, is_terminal=True)

    assert "simtwin: " in line
    assert "request 2, messages: refuse, 529" in line


async def test_a_storm_is_told_up_to_a_line_that_says_so(autojump_clock: Any) -> None:
    storm = [made(n, n, **FAULT) for n in range(1, 2 * MOST_LINES)]

    lines = await told(*storm, seconds=10, is_terminal=True)

    assert len(lines) == MOST_LINES + 1
    assert "further ones are counted and not told" in lines[-1]


async def test_elsewhere_a_plain_line_every_half_minute_says_that_it_goes_on(
    autojump_clock: Any,
) -> None:
    lines = await told(made(1, 0, **FAULT), seconds=2.5 * BEAT_SECONDS, is_terminal=False)

    assert lines == ["simtwin: going on: 1 request, 1 with faults"] * 2


def test_a_run_begins_and_ends_with_a_line_in_either_place() -> None:
    said = io.StringIO()
    progress = Progress(Console(file=said, width=200), runs=3)

    progress.begun(1, 7, "overloaded")
    progress.ended(EARLY)

    assert said.getvalue().splitlines() == [
        "simtwin: run 1 of 3, seed 7: overloaded",
        "simtwin: run 1: 1 finding that counts (2 requests, 1 with faults, 2.0 s)",
    ]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("variable", "is_terminal"), [(None, True), ("", True), ("false", True), ("true", False)]
)
def test_a_terminal_in_ci_is_none(
    variable: str | None, is_terminal: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CI", "FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    if variable is not None:
        monkeypatch.setenv("CI", variable)
    monkeypatch.setattr(sys, "stderr", Terminal())

    assert console().is_terminal is is_terminal
