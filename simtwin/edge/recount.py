"""What requests met, counted from the lines of a journal in steps, as others have their turn."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

import msgspec
import trio

from simtwin.core.recount import Recount

#: Entries read before other tasks have their turn: about a millisecond.
_AT_ONCE = 200


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


async def met(lines: Iterable[bytes], wanted: Callable[[str], bool]) -> Recount:
    """The fates in lines of a journal, of the keys that are wanted, by the ids of keys."""
    recount = Recount()
    rest = iter(list(lines))
    while some := list(islice(rest, _AT_ONCE)):
        for line in some:
            entry = _decode(line)
            if wanted(entry.key):
                recount.add(entry.key, entry)
        await trio.lowlevel.checkpoint()
    return recount


_decode = msgspec.json.Decoder(_Entry).decode
