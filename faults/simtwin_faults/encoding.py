"""Compress an answer, or only say so."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from random import Random
from typing import ClassVar, Literal

import attrs
from attrs.validators import in_, optional

from simtwin.core.plan import Chunk, End, Head, Mark, Plan, Step
from simtwin_faults.bounds import Number, header_name

Body = Literal["gzip", "deflate", "plain", "garbage"]

_BODIES: tuple[Body, ...] = ("gzip", "deflate", "plain", "garbage")
#: zlib's window bits: with those of the largest window, 16 more are gzip's own head and sum.
_WINDOW = {"gzip": 31, "deflate": 15}

_missing = Number(
    "a whole number from 0 to 1000000", lambda value: 0 <= value <= 1_000_000, whole=True
)


@attrs.frozen
class Encoding:
    """Answer with `content-encoding: name`, and a body that is or is not encoded so.

    Every event of a stream can be read as soon as it is there, unless `flush` is false.

    Args:
        name: what the header says.
        body: how the body is really encoded; by default as `name` says, or not at all where it says
            neither gzip nor deflate. `garbage` is as many random bytes.
        flush: whether a stream is flushed after every event; else events come when the compressor
            has enough of them, most at the end.
        missing_bytes: leave so many bytes out at the end, as if that were all.
    """

    replaces: ClassVar[bool] = False

    name: str = attrs.field(default="gzip", validator=header_name)
    body: Body | None = attrs.field(default=None, validator=optional(in_(_BODIES)))
    flush: bool = True
    missing_bytes: int = attrs.field(default=0, validator=_missing)

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:
        body = self.body or ("gzip" if self.name == "gzip" else "plain")
        if self.body is None and self.name == "deflate":
            body = "deflate"
        encode, finish = _encoder(body, rng)
        held = b""
        streams = finished = False
        for step in plan:
            match step:
                case Head():
                    streams = step.streams
                    yield Mark()
                    yield self._announced(step)
                case Chunk():
                    held += encode(step.data, streams and self.flush)
                    if step.ends and not streams:
                        # The one frame of a body: whoever measures it has to see all of it.
                        finished = True
                        held += finish()
                    ready = max(0, len(held) - self.missing_bytes)
                    yield attrs.evolve(step, data=held[:ready])
                    held = held[ready:]
                case End() if not finished:
                    held += finish()
                    ready = max(0, len(held) - self.missing_bytes)
                    if ready:
                        yield Chunk(held[:ready], ends=False)
                    yield step
                case _:
                    yield step

    def _announced(self, head: Head) -> Head:
        if head.framing is None:
            head = head.without("content-length")
        headers = (*head.without("content-encoding").headers, ("content-encoding", self.name))
        return attrs.evolve(head, headers=headers)


def _encoder(body: str, rng: Random) -> tuple[Callable[[bytes, bool], bytes], Callable[[], bytes]]:
    """What encodes a frame, flushed or not, and what comes at the very end."""
    if body == "plain":
        return (lambda data, _: data), bytes
    if body == "garbage":
        return (lambda data, _: rng.randbytes(len(data))), bytes
    compressor = zlib.compressobj(wbits=_WINDOW[body])

    def encode(data: bytes, flush: bool) -> bytes:  # as the two above
        encoded = compressor.compress(data)
        return encoded + compressor.flush(zlib.Z_SYNC_FLUSH) if flush else encoded

    return encode, compressor.flush
