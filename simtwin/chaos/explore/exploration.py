"""Which runs there are to do, and when there is nothing more to learn. Pure.

First every chosen fault at every request of the clean run. Then pairs, where they can matter: where
the first fault alone was survived or failed loudly, and made the client send a request that the
clean run has not, which meets the second one. Pairs go round: each first fault comes with one second
before any comes with the next. The pairs of one such request are saturated, and the rest of them
are left out, once so many runs in a row showed no new kind of outcome: what it came to, and which
further requests the client sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from simtwin.chaos.explore.choices import Choice
from simtwin.chaos.explore.document import Cell, CellDoc, Placed
from simtwin.chaos.explore.requests import Name, Request

#: More than the default set has, so that each first fault was seen with a second one at least.
SATURATION = 20


@attrs.define
class _Row:
    """The pairs whose second fault is at one request."""

    cells: tuple[Cell, ...]
    kinds: set[object] = attrs.field(factory=set)
    in_a_row: int = 0


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
        self._rows: dict[Cell, _Row] | None = None
        self.singles = tuple(cell for each in requests for cell in self._at(each))

    def restore(self, cells: Iterable[CellDoc]) -> None:
        """Take runs of an earlier time for done."""
        listed = list(cells)
        for doc in (each for each in listed if len(each.faults) == 1):
            if doc.faults in self.singles:
                self._begun.add(doc.faults)
                self.done(doc)
        for doc in (each for each in listed if len(each.faults) > 1):
            if self._row(doc.faults) is not None:
                self._begun.add(doc.faults)
                self.done(doc)

    def next(self) -> Cell | None:
        """The next run to do, which is then under way; None where there is none at present."""
        cell = next(self._left(), None)
        if cell is not None:
            self._begun.add(cell)
        return cell

    @property
    def finished(self) -> bool:
        """Whether nothing is under way, and nothing left to do."""
        return len(self._begun) == len(self._done) and next(self._left(), None) is None

    def done(self, doc: CellDoc) -> None:
        """A run is over."""
        self._done[doc.faults] = doc
        row = self._row(doc.faults)
        if row is not None:
            kind = (doc.outcome, doc.status, tuple(each.name for each in doc.extra))
            row.in_a_row = 0 if kind not in row.kinds else row.in_a_row + 1
            row.kinds.add(kind)

    @property
    def cells(self) -> tuple[CellDoc, ...]:
        """The runs that are over, in the order in which they were to be done."""
        order = [*self.singles, *self._pairs()]
        return tuple(self._done[cell] for cell in order if cell in self._done)

    @property
    def pairs_planned(self) -> int:
        """How many pairs there are, as far as it is known."""
        return sum(len(row.cells) for row in self._all_rows)

    @property
    def saturated(self) -> int:
        """How many pairs are left out since they would show nothing new."""
        return sum(
            sum(cell not in self._begun for cell in row.cells)
            for row in self._all_rows
            if row.in_a_row >= self._saturation
        )

    @property
    def left(self) -> int:
        """How many cells are left to do."""
        return sum(1 for _ in self._left())

    @property
    def not_run(self) -> tuple[Placed, ...]:
        """The faults that no run was done for."""
        return tuple(cell[0] for cell in self.singles if cell not in self._done)

    def _at(self, request: Request) -> Iterator[Cell]:
        for choice in self._choices:
            item = choice.item(request)
            if item is not None:
                yield (Placed(request.name, choice.name, item),)

    def _left(self) -> Iterator[Cell]:
        yield from (cell for cell in self.singles if cell not in self._begun)
        for cell in self._pairs():
            row = self._row(cell)
            if cell not in self._begun and row is not None and row.in_a_row < self._saturation:
                yield cell

    def _row(self, cell: Cell) -> _Row | None:
        return None if len(cell) == 1 else self._row_of.get(cell)

    @property
    def _row_of(self) -> Mapping[Cell, _Row]:
        """The row of each pair, in rows; known once every single fault was tried."""
        if self._rows is not None:
            return self._rows
        if not self._wants_pairs or not all(cell in self._done for cell in self.singles):
            return {}
        firsts: dict[Name, list[tuple[Placed, tuple[Cell, ...]]]] = {}
        for cell in self.singles:
            doc = self._done[cell]
            if doc.outcome in ("survived", "loud"):
                for extra in doc.extra:
                    found = firsts.setdefault(extra.name, [])
                    found.append((cell[0], tuple(self._at(extra))))
        rows = [_Row(tuple(_round(each))) for each in firsts.values()]
        self._rows = {cell: row for row in rows for cell in row.cells}
        return self._rows

    @property
    def _all_rows(self) -> list[_Row]:
        return list({id(row): row for row in self._row_of.values()}.values())

    def _pairs(self) -> Iterator[Cell]:
        """All pairs: a part of each row in turn, so that a budget reaches all of them."""
        rows = [iter(row.cells) for row in self._all_rows]
        while rows:
            for row in list(rows):
                cell = next(row, None)
                if cell is None:
                    rows.remove(row)
                else:
                    yield cell


def _round(firsts: Sequence[tuple[Placed, tuple[Cell, ...]]]) -> Iterator[Cell]:
    """The pairs of one request: every first fault with a second, and then with the next."""
    for step in range(max(len(seconds) for _, seconds in firsts)):
        for at, (first, seconds) in enumerate(firsts):
            if step < len(seconds):
                yield (first, *seconds[(at + step) % len(seconds)])
