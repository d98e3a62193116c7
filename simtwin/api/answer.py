"""A reply as a plan: when the head is due, and each part of the body after it.

Both forms wait for the first token before the head. A JSON answer then waits for all the rest; a
stream sends its first events and waits before each delta for the tokens in it. Bodies are made as
the plan is read, in the task that performs it.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import msgspec

from simtwin.api.pacing import Pace
from simtwin.api.reply.events import frames
from simtwin.api.reply.message import Ids, message
from simtwin.api.reply.reply import Reply
from simtwin.core.bucket import NS
from simtwin.core.plan import Chunk, End, Head, Step, Wait
from simtwin.core.pools import Curve

__all__ = ["Ids", "curve", "json_answer", "sse_answer"]

_encode = msgspec.json.Encoder().encode


def json_answer(reply: Reply, pace: Pace, head: Head, ids: Ids) -> Iterator[Step]:
    """The reply as one JSON message, under `head`."""
    if pace.waits:
        yield Wait(pace.ttft + pace.seconds(reply.output_tokens))
    yield head
    yield Chunk(_encode(message(reply, ids)), tokens=reply.output_tokens)
    yield End()


def sse_answer(reply: Reply, pace: Pace, head: Head, ids: Ids, rng: Random) -> Iterator[Step]:
    """The reply as a stream of events, under `head`; `rng` is for what carries no meaning."""
    if pace.waits:
        yield Wait(pace.ttft)
    yield head
    for chunk in frames(reply, ids, rng):
        if chunk.tokens and pace.waits:
            yield Wait(pace.seconds(chunk.tokens))
        yield chunk
    yield End()


def curve(reply: Reply, pace: Pace, now: int) -> Curve:
    """How the reply's tokens will be produced by a plan that begins at `now` (ns)."""
    start = now + round(pace.ttft * NS)
    return Curve(start, start + round(pace.seconds(reply.output_tokens) * NS), reply.output_tokens)
