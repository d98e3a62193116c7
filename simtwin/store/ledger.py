"""Records in order of arrival, bounded for each owner and in all; the oldest go first."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from typing import Generic, NamedTuple, TypeVar

import attrs

R = TypeVar("R")


@attrs.frozen
class Bound:
    """The most that is kept: how many records, and how many bytes of them."""

    count: int
    size: int


class _Kept(NamedTuple, Generic[R]):
    number: int
    owner: str
    size: int
    record: R


class _Shelf(Generic[R]):
    __slots__ = ("kept", "size")

    def __init__(self) -> None:
        self.kept: deque[_Kept[R]] = deque()
        self.size = 0


class Ledger(Generic[R]):
    """Every operation takes constant time, however many owners there are.

    Args:
        each: the bound for one owner, so that a noisy one pushes out its own records.
        in_all: the bound for all owners together.
    """

    def __init__(self, each: Bound, in_all: Bound) -> None:
        self._each = each
        self._in_all = in_all
        self._all: OrderedDict[int, _Kept[R]] = OrderedDict()
        self._shelves: dict[str, _Shelf[R]] = {}
        self._size = 0
        self._number = 0

    def add(self, owner: str, record: R, size: int) -> None:
        """Keep a record of `size` bytes under the next number."""
        self._number += 1
        kept = _Kept(self._number, owner, size, record)
        shelf = self._shelves.get(owner)
        if shelf is None:
            shelf = self._shelves[owner] = _Shelf()
        shelf.kept.append(kept)
        shelf.size += size
        self._all[kept.number] = kept
        self._size += size
        while len(shelf.kept) > self._each.count or shelf.size > self._each.size:
            self._drop(shelf.kept[0])
        while len(self._all) > self._in_all.count or self._size > self._in_all.size:
            self._drop(next(iter(self._all.values())))

    def newest(self, owner: str | None) -> Iterator[tuple[int, R]]:
        """The numbered records of an owner, or of all where it is None, newest first."""
        if owner is None:
            entries = reversed(self._all.values())
        else:
            shelf = self._shelves.get(owner)
            entries = iter(()) if shelf is None else reversed(shelf.kept)
        return ((kept.number, kept.record) for kept in entries)

    def _drop(self, oldest: _Kept[R]) -> None:
        """Forget a record that is the oldest of its owner, as the oldest of all is too."""
        shelf = self._shelves[oldest.owner]
        shelf.kept.popleft()
        shelf.size -= oldest.size
        if not shelf.kept:
            del self._shelves[oldest.owner]
        del self._all[oldest.number]
        self._size -= oldest.size
