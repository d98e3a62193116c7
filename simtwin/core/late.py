"""A table whose values are made when somebody asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

T = TypeVar("T")


class Late(Mapping[str, T]):
    """What there is, by name; each is made once, when it is first looked up.

    To ask for the names, or whether there is one, makes nothing.

    Args:
        makers: what makes each. What one raises is raised by the look-up, and by the next one again.
    """

    def __init__(self, makers: Mapping[str, Callable[[], T]]) -> None:
        self._makers = dict(makers)
        self._made: dict[str, T] = {}

    def __getitem__(self, name: str) -> T:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._makers

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)

    def __repr__(self) -> str:
        return f"Late({', '.join(self._makers)})"


def joined(*tables: Mapping[str, T]) -> Mapping[str, T]:
    """All that is in several tables, of one name the last; nothing of it is made."""
    return Late(
        {
            name: lambda table=table, name=name: table[name]  # type: ignore[misc]  # bound at once
            for table in tables
            for name in table
        }
    )
