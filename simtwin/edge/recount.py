"""What requests met, counted from the lines of a journal, so that another run can meet the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any

import msgspec
import trio

from simtwin.core.board import Board
from simtwin.core.fates import Fates, document
from simtwin.core.recount import Recount
from simtwin.core.replay_token import pack
from simtwin.core.scope import OfLane, Scope
from simtwin.store.records import AccountRecord

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
    """The fates in lines of a journal, of the keys that are wanted, by the ids of keys.

    It is counted in steps, and others have their turn in between.
    """
    recount = Recount()
    rest = iter(list(lines))
    while some := list(islice(rest, _AT_ONCE)):
        for line in some:
            entry = _decode(line)
            if wanted(entry.key):
                recount.add(entry.key, entry)
        await trio.lowlevel.checkpoint()
    return recount


def replayable(
    recount: Recount,
    accounts: Mapping[str, AccountRecord],
    board: Board,
    scope: Scope,
    *,
    told: Fates | None,
    dropped: int,
) -> dict[str, Any]:
    """What was counted, with the settings that it came of, as `simtwin replay` takes it.

    Args:
        recount: what requests met.
        accounts: those that it is of, by the ids of keys.
        board: the settings.
        scope: where the requests were counted.
        told: the fates that they met in the place of what is set, None for none.
        dropped: how many requests the journal had no room for.
    """
    found = recount.met
    in_force = [
        board.in_force(OfLane(accounts[name].tenant_id, name, lane))
        for name, lanes in found.items()
        for lane in lanes
    ] or [board.in_force(scope)]
    seeds = list(dict.fromkeys(each.seed for each in in_force))
    profiles = {
        name: board.vocabulary.profiles[name].text
        for each in in_force
        for name in each.doc["profiles"] or ()
    }
    scopes = {
        name: accounts[name].scope if told is None else told.scope(accounts[name].scope)
        for name in found
    }
    of = {scopes[name]: lanes for name, lanes in found.items()}
    doc = document(seeds[0] if told is None else told.seed, profiles, of)
    return {
        "token": pack(doc),
        "requests": recount.requests,
        "dropped": dropped,
        "seeds": len(seeds),
        "keys": {scopes[name]: name for name in found},
        "replay": doc,
    }


_decode = msgspec.json.Decoder(_Entry).decode
