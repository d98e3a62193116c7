"""What an exploration is doing, told while it does it, on stderr.

On a terminal there is a bar with what came out so far, and a line for each cell that is bad.
Elsewhere there are those lines, and one every half minute that says how far it is.
"""

from __future__ import annotations

from collections import Counter
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.text import Text

from simtwin.chaos.explore.document import CellDoc, FailOn
from simtwin.chaos.explore.exploration import Exploration
from simtwin.chaos.explore.forms.words import cell_in_words, outcomes
from simtwin.chaos.explore.judged import counts
from simtwin.chaos.progress import BEAT_SECONDS
from simtwin.chaos.report.plain import plain
from simtwin.chaos.trial.observed import Observed


class Progress:
    """Tells of an exploration.

    Args:
        console: where.
        fail_on: the least that is told of at once.
    """

    def __init__(self, console: Console, fail_on: FailOn) -> None:
        self._console = console
        self._fail_on = fail_on
        self._told: Counter[str] = Counter()
        self._said: set[object] = set()
        self._beat: float | None = None
        self._bar = Bar(
            TextColumn("simtwin:"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("", total=None)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def clean(self, run: Observed) -> None:
        """A clean run is over."""
        status = "ended" if run.ran.status is None else f"exit status {run.ran.status}"
        self._say(f"clean run: {len(run.entries):,} requests in {run.seconds:.1f} s, {status}")

    def begun(self, found: Exploration) -> None:
        """The cells come next."""
        done = len(found.cells)
        before = f", {done:,} of them done before" if done else ""
        self._say(f"{len(found.singles):,} cells of one fault{before}")
        self._told.update(each.outcome for each in found.cells)
        self._step(found)

    def ended(self, doc: CellDoc, found: Exploration, now: float) -> None:
        """A cell is over at `now` (s)."""
        self._told[doc.outcome] += 1
        # What one second fault does after one first fault it mostly does after every other.
        at = doc.faults[-1], doc.outcome
        if at not in self._said and (counts(doc, self._fail_on) or doc.outcome == "not_met"):
            self._said.add(at)
            self._say(cell_in_words(doc, None), "red")
        self._step(found)
        if self._beat is None:
            self._beat = now + BEAT_SECONDS
        if not self._console.is_terminal and now >= self._beat:
            self._beat = now + BEAT_SECONDS
            self._say(f"going on: {self._told.total():,} cells, {found.left:,} to go")

    def _step(self, found: Exploration) -> None:
        done = self._told.total()
        self._bar.update(
            self._task,
            completed=done,
            total=done + found.left,
            description=outcomes(self._told),
        )

    def _say(self, text: str, style: str = "") -> None:
        said = Text("simtwin: ").append(plain(text), style or None)
        self._bar.console.print(said, soft_wrap=True, highlight=False)
