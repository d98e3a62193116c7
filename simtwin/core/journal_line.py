"""What a line of a journal tells: a request, what was told of a call, or what is missing.

Most lines are requests, as people expect of a journal; the two others have fields that no request
has, and an `id` by which they stand among them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from simtwin.core.entry import Entry
from simtwin.core.outcome import ToldOutcome


class Dropped(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Requests that a journal had no room for.

    Args:
        id: that of the last of them.
        tenant: whose they were.
        dropped: how many.
        lane: of which lane it is told, None for all.
    """

    id: int
    tenant: str
    dropped: int
    lane: str | None = None


Line = Entry | ToldOutcome | Dropped


def read(line: bytes) -> Line:
    """What a line tells.

    Raises:
        msgspec.DecodeError: it is of no journal.
        UnicodeDecodeError: it is no text.
        RecursionError: it is nested too deeply.
    """
    try:
        return _entry(line)
    except msgspec.ValidationError:
        for decode in _OTHERS:
            try:
                told: Line = decode(line)
            except msgspec.ValidationError:
                continue
            return told
        raise


_entry = msgspec.json.Decoder(Entry).decode
_OTHERS: tuple[Callable[[bytes], Any], ...] = (
    msgspec.json.Decoder(ToldOutcome).decode,
    msgspec.json.Decoder(Dropped).decode,
)
