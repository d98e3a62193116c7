"""What a shrinking does, on stderr, and what came of it, on stdout."""

from __future__ import annotations

from typing import Self

import click
import msgspec
from rich.console import Console
from rich.status import Status
from rich.text import Text

from simtwin.chaos.report.plain import legible, plain
from simtwin.chaos.shrink.run import Shrunk
from simtwin.chaos.shrink.schedule import Schedule, size

_SIGNALLED = 128


class Progress:
    """Tells of a shrinking: on a terminal in one line that changes, elsewhere of each step."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status = Status("simtwin: the clean runs", console=console)
        self._least: tuple[float, ...] | None = None

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._status.stop()

    def tried(self, runs: int, best: Schedule) -> None:
        """One more was tried; the smallest so far."""
        said = f"simtwin: {runs:,} runs, {best.faults:,} faults left"
        if self._console.is_terminal:
            self._status.update(Text(said))
        elif size(best) != self._least:
            self._console.print(Text(said), soft_wrap=True)
        self._least = size(best)


def tell(found: Shrunk) -> None:
    """Print what came of it: it is there to be copied, so nothing is folded."""
    for line in _lines(found):
        click.echo(legible(line))


def status(found: Shrunk) -> int:
    """The exit status."""
    if found.stopped_by is not None:
        return _SIGNALLED + found.stopped_by
    return 0 if found.holds else 1


def _lines(found: Shrunk) -> list[str]:
    before, after = found.before.faults, found.after.faults
    lines = [f"of {before:,} faults {after:,} left, after {found.runs:,} runs: {found.way.words}"]
    if not found.complete:
        lines.append("there was no time or no run left to try all: it may be smaller yet")
    if found.stopped_by is not None:
        lines.append(f"stopped by signal {found.stopped_by}, before it was confirmed")
    elif not found.holds:
        lines.append(
            f"it does not hold: of {found.confirmed:,} runs to confirm it {found.held:,} failed so;"
            " the command is flaky under it"
        )
    if found.said.script is not None:
        lines += ["", "as a script:", "", f"  {found.said.script}"]
    else:
        rules = msgspec.json.encode(found.said.rules).decode()
        lines += ["", "as rules, since no script can say it:", "", f"  {rules}"]
    if found.after.profiles:
        names = plain(", ".join(found.after.profiles))
        lines.append(f"  with the profiles {names}, which the token has")
    lines += ["", "as a test:", "", *(f"  {line}".rstrip() for line in found.test.splitlines())]
    return [*lines, "", "to have it again:", "", f"  {found.replay}"]
