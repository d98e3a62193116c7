"""What an exploration found, as a document: the report as JSON, and what a state file keeps.

`version` goes up whenever a reader of an older one could be wrong.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from simtwin.chaos.explore.requests import Name, Request
from simtwin.core.fault import Kinds, as_settings
from simtwin.core.script import parse as parse_script

VERSION: Literal[1] = 1

#: What a cell comes to: as `trial.ending` has it; or the fault did not come.
CellOutcome = Literal["survived", "loud", "silent", "hung", "not_met"]
OUTCOMES: tuple[CellOutcome, ...] = ("survived", "loud", "silent", "hung", "not_met")
#: From the least to the most: who fails silently does harm that nobody notices.
FailOn = Literal["loud", "hung", "silent"]
Result = Literal["good", "found", "not_met", "clean_failed", "not_started", "stopped"]


class Placed(msgspec.Struct, frozen=True, order=True):
    """A fault at a request.

    Args:
        request: which one.
        fault: what it is called.
        item: what the request meets, as an item of a script.
    """

    request: Name
    fault: str
    item: str


#: One fault, or two: the second at a request that the first made the client send.
Cell = tuple[Placed, ...]


class CellDoc(msgspec.Struct, frozen=True, kw_only=True):
    """A run under the faults of a cell.

    Args:
        faults: them.
        outcome: what it comes to; `why`, in a sentence.
        status: the command's exit status, None where it was ended.
        seconds: how long it took.
        requests: how many it sent.
        extra: those that the clean run has not.
        token: what it met, as a word; `replay`, the command line that meets that again. None where
            the word would be too long.
    """

    faults: Cell
    outcome: CellOutcome
    why: str
    status: int | None
    seconds: float
    requests: int
    extra: tuple[Request, ...] = ()
    token: str | None = None
    replay: str | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for: of another command, seed or set of faults a state is of no use."""

    command: tuple[str, ...]
    seed: int
    faults: tuple[str, ...]
    any_order: bool


class State(msgspec.Struct, frozen=True, kw_only=True):
    """How far an exploration is.

    Args:
        requests: those of the clean run.
        cells: the runs that are over.
    """

    version: int
    asked: Asked
    requests: tuple[Request, ...]
    cells: tuple[CellDoc, ...]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was found.

    Args:
        simtwin: the version of simtwin.
        asked: what was asked for.
        fail_on: the least that makes it a failure.
        requests: those of the clean run, in the order of arrival.
        clean_seconds: how long the slower clean run took.
        hang_seconds: how long every other run was given.
        free_lines: in how many places the output of the clean runs differs.
        planned: how many cells of one fault there are, and `pairs_planned`, of two.
        cells: the runs, in the order of the requests and faults.
        saturated: how many pairs were left out since those like them had shown nothing new.
        left: how many cells were left out since the budget was used up; `not_run`, those of one
            fault among them.
        result: what it comes to, and the exit `status` that says so; `why`, in sentences.
    """

    version: Literal[1]
    simtwin: str
    asked: Asked
    fail_on: FailOn
    requests: tuple[Request, ...]
    clean_seconds: float
    hang_seconds: float
    free_lines: int
    planned: int
    pairs_planned: int
    cells: tuple[CellDoc, ...]
    saturated: int
    left: int
    not_run: tuple[Placed, ...]
    result: Result
    status: int
    why: tuple[str, ...]

    @property
    def singles(self) -> tuple[CellDoc, ...]:
        """The cells of one fault."""
        return tuple(each for each in self.cells if len(each.faults) == 1)

    @property
    def pairs(self) -> tuple[CellDoc, ...]:
        """The cells of two."""
        return tuple(each for each in self.cells if len(each.faults) > 1)

    @property
    def coverage(self) -> float:
        """The share of the cells of one fault that were run and met their fault."""
        met = sum(each.outcome != "not_met" for each in self.singles)
        return met / self.planned if self.planned else 0.0


def rules(cell: Cell, kinds: Kinds) -> list[dict[str, Any]]:
    """The rules by which the requests of a cell meet its faults, as settings have them."""
    return [
        {
            "name": f"fault-{number}-{at}",
            "match": {"digest": placed.request.digest},
            "when": {"nth": placed.request.occurrence},
            fired.kind: as_settings(fired.fault),
        }
        for number, placed in enumerate(cell, 1)
        for at, fired in enumerate(parse_script(placed.item, kinds).items[0].faults, 1)
    ]


def encoded(doc: Report | State) -> bytes:
    """A document as JSON, for people as well."""
    return msgspec.json.format(msgspec.json.encode(doc), indent=1) + b"\n"
