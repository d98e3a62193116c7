"""Which runs there are to do, and when there is nothing more to learn. Pure.

First every chosen fault at every request of the clean run. Then pairs, where they can matter: where
the first fault alone was survived or failed loudly, and made the client send a request that the
clean run has not, which meets the second one. Pairs go round: each first fault comes with one second
before any comes with the next. The pairs of one such request are saturated, and the rest of them
are left out, once so many runs in a row showed no new kind of outcome: what it came to, and which
further requests the client sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import attrs

from simtwin.chaos.explore.choices import Choice
from simtwin.chaos.explore.document import Cell, CellDoc, Placed
from simtwin.chaos.explore.requests import Name, Request

#: More than the default set has, so that each first fault was seen with a second one at least.
SATURATION = 20


@attrs.define
class _Row:
    """The pairs whose second fault is at one request; once they are saturated they stay so."""

    cells: tuple[Cell, ...]
    begun: int = 0
    kinds: set[object] = attrs.field(factory=set)
    in_a_row: int = 0
    saturated: bool = False

    @property
    def left(self) -> int:
        return len(self.cells) - self.begun


class Exploration:
    """The cells of an exploration, and how far it is.

    Args:
        requests: those of the clean run.
        choices: the faults.
        pairs: whether pairs are tried.
        saturation: after how many runs with nothing new the pairs of a request are left.
    """

    def __init__(
        self,
        requests: Sequence[Request],
        choices: Sequence[Choice],
        *,
        pairs: bool = True,
        saturation: int = SATURATION,
    ) -> None:
        self._choices = tuple(choices)
        self._wants_pairs = pairs
        self._saturation = saturation
        self._done: dict[Cell, CellDoc] = {}
        self._begun: set[Cell] = set()
        self.singles = tuple(cell for each in requests for cell in self._at(each))
        self._rows: list[_Row] = []
        self._row_of: dict[Cell, _Row] = {}
        # Each is looked at once, however many there are.
        self._left: Iterator[Cell] = iter(self.singles)

    def restore(self, cells: Iterable[CellDoc]) -> None:
        """Take runs of an earlier time for done."""
        known = frozenset(self.singles)
        for doc in sorted(cells, key=lambda each: len(each.faults)):
            if doc.faults in known or doc.faults in self._row_of:
                self._begin(doc.faults)
                self.done(doc)

    def next(self) -> Cell | None:
        """The next run to do, which is then under way; None where there is none at present."""
        for cell in self._left:
            row = self._row_of.get(cell)
            if cell not in self._begun and (row is None or not row.saturated):
                self._begin(cell)
                return cell
        return None

    @property
    def finished(self) -> bool:
        """Whether nothing is under way, and nothing left to do."""
        return len(self._begun) == len(self._done) and not self.left

    def done(self, doc: CellDoc) -> None:
        """A run is over."""
        self._done[doc.faults] = doc
        row = self._row_of.get(doc.faults)
        if row is not None:
            kind = (doc.outcome, doc.status, tuple(each.name for each in doc.extra))
            row.in_a_row = 0 if kind not in row.kinds else row.in_a_row + 1
            row.kinds.add(kind)
            row.saturated |= row.in_a_row >= self._saturation
        elif len(self._done) == len(self.singles):
            self._pair()

    @property
    def cells(self) -> tuple[CellDoc, ...]:
        """The runs that are over, in the order in which they were to be done."""
        order = [*self.singles, *_in_turn(self._rows)]
        return tuple(self._done[cell] for cell in order if cell in self._done)

    @property
    def pairs_planned(self) -> int:
        """How many pairs there are, as far as it is known."""
        return len(self._row_of)

    @property
    def saturated(self) -> int:
        """How many pairs are left out since they would show nothing new."""
        return sum(row.left for row in self._rows if row.saturated)

    @property
    def left(self) -> int:
        """How many cells are left to do."""
        singles = len(self.singles) - sum(len(cell) == 1 for cell in self._begun)
        return singles + sum(row.left for row in self._rows if not row.saturated)

    @property
    def not_run(self) -> tuple[Placed, ...]:
        """The faults that no run was done for."""
        return tuple(cell[0] for cell in self.singles if cell not in self._done)

    def _at(self, request: Request) -> Iterator[Cell]:
        for choice in self._choices:
            item = choice.item(request)
            if item is not None:
                yield (Placed(request.name, choice.name, item),)

    def _begin(self, cell: Cell) -> None:
        self._begun.add(cell)
        if cell in self._row_of:
            self._row_of[cell].begun += 1

    def _pair(self) -> None:
        """Every single fault was tried: which pairs there are is known now."""
        if not self._wants_pairs:
            return
        firsts: dict[Name, list[tuple[Placed, tuple[Cell, ...]]]] = {}
        for cell in self.singles:
            doc = self._done[cell]
            if doc.outcome in ("survived", "loud"):
                for extra in doc.extra:
                    found = firsts.setdefault(extra.name, [])
                    found.append((cell[0], tuple(self._at(extra))))
        self._rows = [_Row(tuple(_round(each))) for each in firsts.values()]
        self._row_of = {cell: row for row in self._rows for cell in row.cells}
        self._left = _in_turn(self._rows)


def _in_turn(rows: Iterable[_Row]) -> Iterator[Cell]:
    """All pairs: one of each row in turn, so that a budget reaches all of them."""
    left = [iter(row.cells) for row in rows]
    while left:
        for cells in list(left):
            cell = next(cells, None)
            if cell is None:
                left.remove(cells)
            else:
                yield cell


def _round(firsts: Sequence[tuple[Placed, tuple[Cell, ...]]]) -> Iterator[Cell]:
    """The pairs of one request: every first fault with a second, and then with the next."""
    for step in range(max(len(seconds) for _, seconds in firsts)):
        for at, (first, seconds) in enumerate(firsts):
            if step < len(seconds):
                yield (first, *seconds[(at + step) % len(seconds)])
