"""What requests met, read from entries of a journal: the fates that a replay token is made of.

What chance decided is exact by then: which faults, with which settings, on which request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from simtwin.core.fates import fate


class FiredOn(Protocol):
    """A fault that fired, as far as it is told again."""

    @property
    def rule(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def settings(self) -> Mapping[str, Any]: ...
    @property
    def charge(self) -> bool: ...


class Seen(Protocol):
    """An entry of the journal, or the part of one that its fate is in."""

    @property
    def lane(self) -> str | None: ...
    @property
    def ordinal(self) -> int | None: ...
    @property
    def fired(self) -> Sequence[FiredOn]: ...


class Recount:
    """Fates as they are listed, by key, lane and ordinal, of entries that are added in their order.

    A request that met nothing is not listed, but its lane is. Of a lane that was dropped and made
    again the later fates are those that are kept.

    Attributes:
        met: the fates; what a key is called is the adder's to say.
        requests: how many requests had one.
    """

    def __init__(self) -> None:
        self.met: dict[str, dict[str, dict[int, list[Any]]]] = {}
        self.requests = 0

    def add(self, key: str, entry: Seen) -> None:
        """Note what a request of a key met; nothing of one that came to no lane."""
        if entry.ordinal is None:
            return
        self.requests += 1
        lane = self.met.setdefault(key, {}).setdefault(entry.lane or "", {})
        # That of a request of the same number, before the lane began anew.
        lane.pop(entry.ordinal, None)
        if entry.fired:
            faults = [(each.rule, each.kind, each.settings) for each in entry.fired]
            charge = any(each.charge for each in entry.fired)
            lane[entry.ordinal] = fate(entry.ordinal, faults, charge=charge)
