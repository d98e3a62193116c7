"""Let an answer out in small pieces, its head included."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import ClassVar, Literal

import attrs
from attrs.validators import in_

from simtwin.core.cursor import Cursor, Place
from simtwin.core.plan import Mark, Plan, Step, Trickle
from simtwin_faults.bounds import Number, from_zero, share
from simtwin_faults.placed import Placed

Part = Literal["all", "head", "body"]

_bytes = Number(
    "a whole number from 1 to 1000000", lambda value: 1 <= value <= 1_000_000, whole=True
)


@attrs.frozen(kw_only=True)
class Drip(Placed):
    """Write the answer in pieces of `bytes` bytes, `seconds` apart, as they lie on the wire.

    A piece ends wherever it does: in the status line, in the size of a chunk, in a character. With
    a place, only the body drips, from there on.

    Args:
        bytes: the size of a piece.
        seconds: how long after one piece the next one leaves (s); 0 only cuts.
        jitter: the share of its size, 0 to 1, by which a piece may be longer or shorter.
        part: what drips: `head`, `body` or `all`.
    """

    replaces: ClassVar[bool] = False

    bytes: int = attrs.field(default=1, validator=_bytes)
    seconds: float = attrs.field(default=0.0, validator=from_zero)
    jitter: float = attrs.field(default=0.0, validator=share)
    part: Part = attrs.field(default="all", validator=in_(("all", "head", "body")))

    def __attrs_post_init__(self) -> None:
        if self.place != Place() and self.part == "head":
            raise ValueError("part = head has no place in the body")

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:
        drip = Trickle(self.bytes, self.seconds, self.jitter, rng.getrandbits(32))
        cursor = Cursor(plan)
        if self.part == "body" or self.place != Place():
            if (yield from cursor.reach(self.place)):
                yield drip
        elif (yield from cursor.head()) is not None:
            yield Mark()
            yield drip
            yield next(cursor)
            if self.part == "head":
                yield Trickle()
        yield from cursor
