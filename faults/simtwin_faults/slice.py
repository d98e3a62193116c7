"""Cut the frames of an answer into pieces that come one by one."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import ClassVar, Literal

import attrs
from attrs.validators import in_

from simtwin.core.plan import Chunk, Flush, Mark, Plan, Step, Wait
from simtwin_faults.bounds import Number, from_zero, share

Inside = Literal["frame", "character"]

_bytes = Number(
    "a whole number from 1 to 1000000", lambda value: 1 <= value <= 1_000_000, whole=True
)


@attrs.frozen
class Slice:
    """Write every frame of the body in pieces of `bytes` bytes, each in a chunk of its own.

    Nothing is missing and nothing added, so no client should notice; one that takes what it reads at
    once for an event, or for whole characters, does.

    Args:
        bytes: the size of a piece.
        jitter: the share of its size, 0 to 1, by which a piece may be longer or shorter.
        seconds: how long after one piece the next one leaves (s).
        inside: where pieces may end: anywhere in a `frame`, or only inside a `character` that has
            several bytes.
    """

    replaces: ClassVar[bool] = False

    bytes: int = attrs.field(default=1, validator=_bytes)
    jitter: float = attrs.field(default=0.0, validator=share)
    seconds: float = attrs.field(default=0.0, validator=from_zero)
    inside: Inside = attrs.field(default="frame", validator=in_(("frame", "character")))

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:
        marked = False
        for step in plan:
            if not isinstance(step, Chunk):
                yield step
                continue
            start = 0
            for end in _cuts(step.data, self.bytes, self.jitter, rng, inside=self.inside):
                if not marked:
                    marked = True
                    yield Mark()
                yield attrs.evolve(step, data=step.data[start:end], tokens=0, ends=False)
                yield Flush()
                if self.seconds:
                    yield Wait(self.seconds)
                start = end
            yield step if start == 0 else attrs.evolve(step, data=step.data[start:])
            if start:
                yield Flush()


def _cuts(data: bytes, size: int, jitter: float, rng: Random, *, inside: Inside) -> Iterator[int]:
    """Where the pieces of a frame end, but for the last one."""
    at = 0
    while True:
        at += max(1, round(size * (1 + jitter * rng.uniform(-1, 1))))
        if inside == "character":
            while at < len(data) and not 0x80 <= data[at] < 0xC0:
                at += 1
        if at >= len(data):
            return
        yield at
