"""What an organization has made of the long tail: things, on a shelf for each collection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs
import msgspec

#: A busy test suite makes some hundreds; at this many a new one still costs under a millisecond.
MOST_THINGS = 10_000
#: As much as the journal keeps of one organization.
MOST_BYTES = 16 * 1024 * 1024

_encode = msgspec.json.Encoder().encode


class FullError(Exception):
    """There is no room for one more thing."""


@attrs.frozen
class Thing:
    """Something that was made.

    Args:
        number: how many were made before it, which is the order of lists.
        id: what it is called in paths.
        doc: what is known of it; answers show what their own schema has of that.
        at: from when on it is there (unix time in seconds): events may be due later.
        archived: whether it was put away.
        size: about how many bytes it takes.
    """

    number: int
    id: str
    doc: Mapping[str, Any]
    at: float
    archived: bool = False
    size: int = 0


Shelf = Mapping[str, Thing]
_EMPTY: Shelf = {}


@attrs.frozen
class Shelves:
    """Every shelf by the path of its collection, and how much there is on all of them.

    A value: what changes it gives the changed one.
    """

    by_path: Mapping[str, Shelf] = attrs.field(factory=dict)
    made: int = 0
    count: int = 0
    size: int = 0

    def shelf(self, path: str) -> Shelf:
        """The things of one collection, by their ids, in the order in which they were made."""
        return self.by_path.get(path, _EMPTY)

    def put(self, path: str, thing: Thing) -> Shelves:
        """With a thing on a shelf, in the place of one of the same id.

        Raises:
            FullError: there is no room for it.
        """
        shelf = self.shelf(path)
        before = shelf.get(thing.id)
        size = len(_encode(thing.doc))
        count = self.count + (before is None)
        whole = self.size + size - (0 if before is None else before.size)
        if (before is None and count > MOST_THINGS) or (size > 0 and whole > MOST_BYTES):
            raise FullError
        thing = attrs.evolve(thing, size=size)
        by_path = {**self.by_path, path: {**shelf, thing.id: thing}}
        return Shelves(by_path, max(self.made, thing.number + 1), count, whole)

    def without(self, path: str, id_: str) -> Shelves:
        """Without a thing, and without all that was below it."""
        below = f"{path}/{id_}/"
        gone = [shelf for name, shelf in self.by_path.items() if name.startswith(below)]
        kept = {name: shelf for name, shelf in self.by_path.items() if not name.startswith(below)}
        shelf = {name: thing for name, thing in self.shelf(path).items() if name != id_}
        things = [thing for each in gone for thing in each.values()]
        if id_ in self.shelf(path):
            things.append(self.shelf(path)[id_])
        kept[path] = shelf
        if not shelf:
            del kept[path]
        size = self.size - sum(thing.size for thing in things)
        return Shelves(kept, self.made, self.count - len(things), size)

    def things(self) -> Iterator[tuple[str, Thing]]:
        """Everything there is, with its shelf."""
        for path, shelf in self.by_path.items():
            for thing in shelf.values():
                yield path, thing
