"""What a clean run prints, and whether another run printed that.

Two clean runs say which lines count: those that both have. A line that differs between them (a
time, an id, a port) may be anything; where one has more lines than the other, so may their number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from enum import Enum

import attrs


class Free(Enum):
    """A line that may be anything, or any number of such lines."""

    ONE = "one line"
    SOME = "lines"


Line = str | Free


@attrs.frozen
class Expected:
    """What a run has to print to have gone as the clean ones did.

    Args:
        lines: in order, with what is free among them.
        any_order: whether the order of lines counts for nothing.
    """

    lines: tuple[Line, ...]
    any_order: bool = False

    @property
    def free(self) -> int:
        """In how many places it may be anything."""
        return sum(isinstance(line, Free) for line in self.lines)

    def difference(self, output: bytes) -> str | None:
        """Where an output differs, in a sentence; None where it does not."""
        said = lines_of(output)
        if self.any_order:
            return self._difference_in_any_order(said)
        if _fits(self.lines, said):
            return None
        if self._difference_in_any_order(said) is None:
            return "it printed the same lines in another order (see --any-order)"
        return self._first_difference(said)

    def _difference_in_any_order(self, said: Sequence[str]) -> str | None:
        fixed = Counter(line for line in self.lines if isinstance(line, str))
        others = Counter(said)
        missing = fixed - others
        if missing:
            return f"it did not print {_quoted(next(iter(missing)))}"
        left = (others - fixed).total()
        free = Counter(line for line in self.lines if isinstance(line, Free))
        if left < free[Free.ONE] or (left > free[Free.ONE] and not free[Free.SOME]):
            return f"it printed {len(said):,} lines"
        return None

    def _first_difference(self, said: Sequence[str]) -> str:
        for at, line in enumerate(self.lines):
            if line is Free.SOME:
                break
            if at == len(said):
                return f"it stopped printing after line {at:,}"
            if isinstance(line, str) and line != said[at]:
                return f"line {at + 1:,} is {_quoted(said[at])} and was {_quoted(line)}"
        fixed = sum(isinstance(line, str) for line in self.lines)
        return f"it printed {len(said):,} lines, which are not the {fixed:,} of the clean runs"


def expected(first: bytes, second: bytes, *, any_order: bool = False) -> Expected:
    """What two clean runs have in common.

    Args:
        first: what one printed.
        second: what the other printed.
        any_order: whether the order of lines counts for nothing.
    """
    one, other = lines_of(first), lines_of(second)
    if any_order:
        common = Counter(one) & Counter(other)
        left = len(one) - common.total(), len(other) - common.total()
        fixed: list[Line] = list(common.elements())
        some = [Free.SOME] if left[0] != left[1] else []
        return Expected((*fixed, *[Free.ONE] * min(left), *some), any_order=True)
    return Expected(tuple(_common(one, other)))


def lines_of(output: bytes) -> list[str]:
    """The lines of an output."""
    return output.decode(errors="replace").splitlines()


def _common(one: Sequence[str], other: Sequence[str]) -> Iterator[Line]:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    for tag, start, end, other_start, other_end in matcher.get_opcodes():
        if tag == "equal":
            yield from one[start:end]
        elif end - start == other_end - other_start:
            yield from [Free.ONE] * (end - start)
        else:
            yield Free.SOME


def _fits(lines: Sequence[Line], said: Sequence[str]) -> bool:
    """Whether lines are as expected: a glob over lines, with one place to come back to."""
    at = place = 0
    some: tuple[int, int] | None = None
    while at < len(said):
        if place < len(lines) and (lines[place] is Free.ONE or lines[place] == said[at]):
            at, place = at + 1, place + 1
        elif place < len(lines) and lines[place] is Free.SOME:
            some = place, at
            place += 1
        elif some is not None:
            some = some[0], some[1] + 1
            place, at = some[0] + 1, some[1]
        else:
            return False
    return all(line is Free.SOME for line in lines[place:])


def _quoted(line: str) -> str:
    return repr(line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…")


#: As much of a line as fits beside another on one.
_LONGEST = 60
