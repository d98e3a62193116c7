"""What a run is doing, told while it does it: on stderr, since stdout is the command's own.

On a terminal every request that meets something is a line as it ends; a bar that is redrawn would
fight with what the command writes there. In CI, also where that lends it a terminal, and wherever
there is none, a line says every half minute that it goes on.
"""

from __future__ import annotations

import msgspec
import trio
from rich.console import Console
from rich.text import Text

from simtwin.chaos.document import RunDoc
from simtwin.core.entry import FiredEntry
from simtwin.core.scope import OfKey
from simtwin.edge.twin import Twin
from simtwin.verdicts.figures import counted

_LOOK_SECONDS = 0.25
#: A CI service takes a job that says nothing for ten minutes for dead.
BEAT_SECONDS = 30.0
_PAGE = 1_000
#: A retry storm of thousands is told by its number.
MOST_LINES = 200

_STYLES = {"good": "green", "command_failed": "yellow", "not_exercised": "yellow"}


class _Seen(msgspec.Struct):
    """Of an entry of the journal, what is told of it while the run goes on."""

    id: int
    endpoint: str
    status: int | None
    ended: str | None
    fired: tuple[FiredEntry, ...]


class Progress:
    """Tells of runs on a console."""

    def __init__(self, console: Console, runs: int) -> None:
        self._console = console
        self._runs = runs
        self._requests = self._faulted = self._lines = 0

    def begun(self, number: int, seed: int, what: str) -> None:
        """A run begins."""
        self._requests = self._faulted = self._lines = 0
        of = f"run {number} of {self._runs}, " if self._runs > 1 else ""
        self._say(Text(f"{of}seed {seed}: {what}"))

    def ended(self, run: RunDoc) -> None:
        """A run is over."""
        of = f"run {run.number}: " if self._runs > 1 else ""
        told = f"{of}{'; '.join(run.why) or 'good'}"
        requests = counted(run.requests, "request")
        met = f" ({requests}, {run.faulted:,} with faults, {run.seconds:.1f} s)"
        self._say(Text.assemble((told, _STYLES.get(run.result, "red")), met))

    async def follow(self, twin: Twin, key: OfKey, lane: str) -> None:
        """Tell of what a lane meets, until cancelled."""
        after, beat = 0, twin.now() + BEAT_SECONDS
        while True:
            await trio.sleep(_LOOK_SECONDS)
            for line in list(twin.journal(key, lane=lane, after=after, limit=_PAGE)):
                seen = _decode(line)
                after = seen.id
                self._met(seen)
            if not self._console.is_terminal and twin.now() >= beat:
                beat += BEAT_SECONDS
                told = counted(self._requests, "request")
                self._say(Text(f"going on: {told}, {self._faulted:,} with faults"))

    def _met(self, seen: _Seen) -> None:
        self._requests += 1
        kinds = [each.kind for each in seen.fired if each.outcome == "reached"]
        self._faulted += bool(kinds)
        if not kinds or not self._console.is_terminal:
            return
        self._lines += 1
        if self._lines > MOST_LINES:
            return
        answered = "no answer" if seen.status is None else str(seen.status)
        left = ", the client left" if seen.ended == "left" else ""
        told = f"request {self._requests}, {seen.endpoint}: {' + '.join(kinds)}, {answered}{left}"
        self._say(Text(told, "dim"))
        if self._lines == MOST_LINES:
            self._say(Text("further ones are counted and not told", "dim"))

    def _say(self, text: Text) -> None:
        self._console.print(Text("simtwin: ").append_text(text), soft_wrap=True, highlight=False)


_decode = msgspec.json.Decoder(_Seen).decode
