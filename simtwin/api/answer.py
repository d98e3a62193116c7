"""A reply as a plan: when the head is due, and each part of the body after it.

Both forms wait for the first token before the head. A JSON answer then waits for all the rest; a
stream sends its first events and waits before each delta for the tokens in it. Bodies are made as
the plan is read, in the task that performs it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import attrs
import msgspec

from simtwin.api.pacing import Pace
from simtwin.api.reply.form.events import frames
from simtwin.api.reply.message import Ids, message
from simtwin.api.reply.reply import Reply
from simtwin.api.sse import PING
from simtwin.core.bucket import NS
from simtwin.core.plan import Chunk, End, Head, Step, Wait
from simtwin.core.pools import Curve

__all__ = ["Form", "Ids", "curve", "json_answer", "message_json", "sse_answer"]

#: How long a stream is silent before it pings; that it does is documented, how soon is assumed.
PING_SECONDS = 10.0

_PING = Chunk(PING, "ping")
_encode = msgspec.json.Encoder().encode


def message_json(reply: Reply, ids: Ids) -> bytes:
    """The reply as one JSON message."""
    return _encode(message(reply, ids))


@attrs.frozen
class Form:
    """How a reply is written.

    Args:
        whole: as one JSON document.
        frames: as the events of a stream, whose tokens add up to its output tokens.
        ping: a sign of life in a long silence, None where there is none.
    """

    whole: Callable[[Reply, Ids], dict[str, Any]]
    frames: Callable[[Reply, Ids, Random], Iterator[Chunk]]
    ping: Chunk | None

    def json(self, reply: Reply, ids: Ids) -> bytes:
        """The reply as one JSON document, encoded."""
        return _encode(self.whole(reply, ids))


#: As a message.
MESSAGE = Form(message, frames, _PING)


def json_answer(reply: Reply, pace: Pace, head: Head, body: Callable[[], bytes]) -> Iterator[Step]:
    """The reply as one JSON document, under `head`; `body` makes the document once it is due."""
    if pace.waits:
        yield Wait(pace.ttft + pace.seconds(reply.output_tokens))
    yield head
    yield Chunk(body(), tokens=reply.output_tokens)
    yield End()


def sse_answer(
    reply: Reply, pace: Pace, head: Head, ids: Ids, rng: Random, *, form: Form = MESSAGE
) -> Iterator[Step]:
    """The reply as a stream of events, under `head`; `rng` is for what carries no meaning."""
    if pace.waits:
        yield Wait(pace.ttft)
    yield head
    chunks = form.frames(reply, ids, rng)
    gap = pace.gaps(reply.output_tokens, rng)
    for chunk in chunks:
        if chunk.tokens and pace.waits:
            yield from _waiting(gap(chunk.tokens), form.ping)
        yield chunk
    yield End()


def _waiting(seconds: float, ping: Chunk | None) -> Iterator[Step]:
    """A wait, with a ping now and then where it is long."""
    while ping is not None and seconds > PING_SECONDS:
        yield Wait(PING_SECONDS)
        yield ping
        seconds -= PING_SECONDS
    yield Wait(seconds)


def curve(reply: Reply, pace: Pace, now: int) -> Curve:
    """How the reply's tokens will be produced by a plan that begins at `now` (ns)."""
    start = now + round(pace.ttft * NS)
    return Curve(start, start + round(pace.seconds(reply.output_tokens) * NS), reply.output_tokens)
