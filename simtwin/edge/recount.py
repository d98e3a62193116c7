"""What requests met, read from the journal: the fates that a replay token is made of.

What chance decided is exact by then: which faults, with which settings, on which request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any

import msgspec
import trio

from simtwin.core.fates import fate

#: Entries read before other tasks have their turn: about a millisecond.
_AT_ONCE = 200

#: Fates as they are listed, by key, lane and ordinal.
Met = Mapping[str, Mapping[str, Mapping[int, list[Any]]]]


class _Fired(msgspec.Struct):
    rule: str
    kind: str
    settings: dict[str, Any]
    charge: bool = False


class _Entry(msgspec.Struct):
    """The part of an entry that its fate is in."""

    key: str
    lane: str | None
    ordinal: int | None
    fired: tuple[_Fired, ...]


async def met(lines: Iterable[bytes], wanted: Callable[[str], bool]) -> tuple[Met, int]:
    """The fates in lines of a journal, of the keys that are wanted, and how many requests there were.

    A request that met nothing is not listed, but its lane is. Of a lane that was dropped and made
    again the later fates are those that are kept.
    """
    found: dict[str, dict[str, dict[int, list[Any]]]] = {}
    requests = 0
    rest = iter(list(lines))
    while some := list(islice(rest, _AT_ONCE)):
        for line in some:
            entry = _decode(line)
            if entry.ordinal is None or not wanted(entry.key):
                continue
            requests += 1
            lane = found.setdefault(entry.key, {}).setdefault(entry.lane or "", {})
            lane.pop(entry.ordinal, None)
            if entry.fired:
                faults = [(each.rule, each.kind, each.settings) for each in entry.fired]
                charge = any(each.charge for each in entry.fired)
                lane[entry.ordinal] = fate(entry.ordinal, faults, charge=charge)
        await trio.lowlevel.checkpoint()
    return found, requests


_decode = msgspec.json.Decoder(_Entry).decode
