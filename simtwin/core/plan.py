"""A response before it happens.

A plan is a lazy sequence of steps. Nothing here does I/O or reads a clock: a `Wait` says how long,
and whoever performs the plan does the waiting. A fault is a function from plan to plan, so an early
529, a slow trickle, a stall and a reset in mid-stream are all just plans.

    Head ─► Wait ─► Chunk ─► Chunk ─► … ─► End        an answer
    Head ─► Chunk ─► Wait(inf)                         one that goes silent
    Head ─► Chunk ─► Hangup(reset=True)                one that is cut off

The law of a plan: at most one `Head`, and before any `Chunk` or `End`; nothing after `End` or
`Hangup`. `Mark`, `Flush`, `Trickle`, `Rest`, `GoAway` and `Arrival` may stand anywhere before those
and send nothing of the answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from random import Random

import attrs

from simtwin.core.framing import Framing
from simtwin.core.http2 import INTERNAL_ERROR, NO_ERROR


@attrs.frozen
class Head:
    """The status line and headers. Header names are lower case; values are latin-1 text.

    `framing` is how the answer is written; None leaves that, and the headers that tell of it, to
    the server.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    framing: Framing | None = None

    def header(self, name: str) -> str | None:
        """The first value under `name` (lower case), or None."""
        return next((value for key, value in self.headers if key == name), None)

    @property
    def streams(self) -> bool:
        """Whether the body is a stream of server-sent events."""
        return (self.header("content-type") or "").startswith("text/event-stream")

    def without(self, *names: str) -> Head:
        """The same head without the headers of these names."""
        return attrs.evolve(self, headers=tuple(h for h in self.headers if h[0] not in names))

    def framed(self) -> Head:
        """The same head with the framing that the server would choose, spelled out."""
        if self.framing is not None:
            return self
        if self.header("content-length") is not None:
            return attrs.evolve(self, framing=Framing())
        chunked = (*self.without("transfer-encoding").headers, ("transfer-encoding", "chunked"))
        return attrs.evolve(self, headers=chunked, framing=Framing(chunked=True))

    def unframed(self) -> Head | None:
        """The same head without a framing, where that is no other than the server's; else None."""
        if self.framing is None:
            return self
        coded = [value for name, value in self.headers if name == "transfer-encoding"]
        if self.framing == Framing() and not coded:
            return attrs.evolve(self, framing=None)
        if self.framing == Framing(chunked=True) and coded == ["chunked"]:
            return attrs.evolve(self.without("transfer-encoding"), framing=None)
        return None

    @property
    def written(self) -> bytes:
        """The bytes of the head, as its own framing or else the server's makes them."""
        head = self.framed()
        assert head.framing is not None, "a framed head has a framing"  # noqa: S101
        return head.framing.head(head.status, head.headers)


@attrs.frozen
class Wait:
    """Do nothing for `seconds`; `math.inf` is a hang."""

    seconds: float


@attrs.frozen
class Chunk:
    """One frame of the body: a server-sent event, or a whole JSON body.

    `event` is the name of the server-sent event, None for a JSON body. `tokens` is how many output
    tokens this frame brings. `ends` is False for the first piece of a frame that a fault cut in
    two; the frame, with its tokens, counts as sent once its last piece is.
    """

    data: bytes
    event: str | None = None
    tokens: int = 0
    ends: bool = True


@attrs.frozen
class Hangup:
    """The connection ends here: FIN, or RST where `reset`.

    With `flush`, what was written before is left to reach the peer's kernel first; a reset throws
    away whatever is still queued. After a FIN the twin goes on taking what the peer sends for
    `half_open_seconds`, if the peer does not close before; None is the usual moment. Under TLS,
    `notify` says goodbye in it (`close_notify`) before a FIN; a reset never does.

    In HTTP/2, where other requests share the connection, it is the stream that ends, by RST_STREAM
    with the code `h2_error`.
    """

    reset: bool = False
    flush: bool = True
    half_open_seconds: float | None = None
    notify: bool = False
    h2_error: int = INTERNAL_ERROR


@attrs.frozen
class End:
    """The body is complete, and the framing says so.

    With `hangup` the connection ends too, `seconds` later, and serves nothing in between.
    """

    hangup: Hangup | None = None
    seconds: float = 0.0


@attrs.frozen
class Raw:
    """Bytes past HTTP's framing, for faults that break it."""

    data: bytes


@attrs.frozen
class Flush:
    """What came before leaves now, in a write of its own."""


@attrs.frozen
class Trickle:
    """From here on what leaves does so in pieces, heads and framing included.

    Args:
        bytes: the size of a piece; 0 is in one piece, as without a drip.
        seconds: how long after one piece the next one leaves.
        jitter: the share of its size by which a piece may be longer or shorter.
        seed: decides that chance.
    """

    bytes: int = 0
    seconds: float = 0.0
    jitter: float = 0.0
    seed: int = 0

    def sizes(self) -> Iterator[int]:
        """The size of each piece in turn, without end; at least one byte."""
        rng = Random(self.seed)
        while True:
            yield max(1, round(self.bytes * (1 + self.jitter * rng.uniform(-1, 1))))


@attrs.frozen
class Rest:
    """How the connection ends once this answer is over and it is kept for more.

    Args:
        seconds: it ends after so long without a request; None: as soon as the next one begins.
        reset: by RST, rather than by FIN.
    """

    seconds: float | None = None
    reset: bool = False


@attrs.frozen
class GoAway:
    """The client is to send its further requests on another connection (GOAWAY).

    Args:
        processed: whether this request is among those that are answered; else nothing follows, and
            the client is told that it may ask again.
        error: the code, see `core.http2`.
    """

    processed: bool = True
    error: int = NO_ERROR


@attrs.frozen
class Mark:
    """A fault takes effect here. Sends nothing; where faults are composed `name` says which."""

    name: str = ""


@attrs.frozen
class Arrival:
    """What comes next has yet to arrive: the plan is of an answer that somebody else gives.

    Whoever performs the plan awaits `more`, and only then asks for the next step. So a fault passes
    it on as soon as it meets it, whatever else it holds back.
    """

    more: Callable[[], Awaitable[None]]


@attrs.frozen
class Verbatim:
    """Bytes that are `steps` as they were written by somebody else, framing included.

    They leave as they are, at once, in the place of the steps, which are only counted. It is for
    answers that nothing makes worse: no fault meets one.
    """

    data: bytes
    steps: tuple[Head | Chunk, ...] = ()


#: What a place calls the end of a stream, where the name of an event would stand.
END = "end"

Step = (
    Head
    | Wait
    | Chunk
    | End
    | Hangup
    | Raw
    | Mark
    | Flush
    | Trickle
    | Rest
    | GoAway
    | Arrival
    | Verbatim
)
Plan = Iterable[Step]


def arrivals(plan: Plan) -> Plan:
    """What `plan` waits for, and nothing of what then comes; lazy."""
    return (step for step in plan if isinstance(step, Arrival))


def slowed(plan: Plan, factor: float) -> Plan:
    """`plan` with every wait that many times as long; lazy."""
    if factor == 1:
        return plan
    return (Wait(step.seconds * factor) if isinstance(step, Wait) else step for step in plan)
