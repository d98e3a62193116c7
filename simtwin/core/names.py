"""Names of which no two are the same."""

from __future__ import annotations

from collections.abc import Iterable


class Names:
    """Gives names out, each once.

    Args:
        reserved: names that will be claimed, so none of them is ever made up for somebody else.
            What is made up then depends on the names before it and not on the order of claims.
    """

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self._avoided = set(reserved)
        self._given: set[str] = set()
        self._numbers: dict[str, int] = {}

    def claim(self, name: str) -> bool:
        """Take `name` as it is; False where it is given already."""
        if name in self._given:
            return False
        self._given.add(name)
        self._avoided.add(name)
        return True

    def fresh(self, name: str) -> str:
        """`name` where it is free, else `name-2`, `name-3` and so on."""
        made = name
        # Counting goes on where it stopped: a thousand rules of one kind stay linear.
        number = self._numbers.get(name, 2)
        while made in self._avoided:
            made = f"{name}-{number}"
            number += 1
        self._numbers[name] = number
        self.claim(made)
        return made
