"""A response before it happens.

A plan is a lazy sequence of steps. Nothing here does I/O or reads a clock: a `Wait` says how long,
and whoever performs the plan does the waiting. A fault is a function from plan to plan, so an early
529, a slow trickle, a stall and a reset in mid-stream are all just plans.

    Head ─► Wait ─► Chunk ─► Chunk ─► … ─► End        an answer
    Head ─► Chunk ─► Wait(inf)                         one that goes silent
    Head ─► Chunk ─► Hangup(reset=True)                one that is cut off

The law of a plan: at most one `Head`, and before any `Chunk` or `End`; nothing after `End` or
`Hangup`. `Mark`, `Flush`, `Trickle`, `Rest` and `GoAway` may stand anywhere before those and send
nothing of the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
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


#: What a place calls the end of a stream, where the name of an event would stand.
END = "end"

Step = Head | Wait | Chunk | End | Hangup | Raw | Mark | Flush | Trickle | Rest | GoAway
Plan = Iterable[Step]


def slowed(plan: Plan, factor: float) -> Plan:
    """`plan` with every wait that many times as long; lazy."""
    if factor == 1:
        return plan
    return (Wait(step.seconds * factor) if isinstance(step, Wait) else step for step in plan)


@attrs.frozen
class Place:
    """A place in the body of an answer, given by at most one of four measures.

    Args:
        after_events: that many whole frames have been sent, pings included.
        before_event: the first frame of that name comes next; `end` is the end of a stream.
        at_byte: that many bytes of the body have been sent.
        at_token: that many output tokens have been sent.

    None of them given is the very beginning of the body. A JSON answer has no events and its tokens
    arrive all at once, so only `after_events=0` and `at_byte` name a place in it.
    """

    after_events: int | None = None
    before_event: str | None = None
    at_byte: int | None = None
    at_token: int | None = None

    def __attrs_post_init__(self) -> None:
        given = [name for name, value in attrs.asdict(self).items() if value is not None]
        if len(given) > 1:
            raise ValueError(f"only one place can be given, not {' and '.join(given)}")


class Cursor:
    """A plan that is read up to a place, and then on from there.

    A fault with a place is three lines:

        cursor = Cursor(plan)
        if (yield from cursor.reach(place)):
            yield …
        yield from cursor
    """

    def __init__(self, plan: Plan) -> None:
        self._steps = iter(plan)
        self._held: Step | None = None
        self._streams = False
        self._events = 0
        self._bytes = 0
        self._tokens = 0

    def __iter__(self) -> Iterator[Step]:
        return self

    def __next__(self) -> Step:
        if self._held is not None:
            step, self._held = self._held, None
            return step
        return next(self._steps)

    def head(self) -> Generator[Step, None, Head | None]:
        """Pass on what stands before the head; the head, which is still to be read, or None."""
        for step in self:
            if isinstance(step, Head):
                self._held = step
                return step
            yield step
        return None

    def reach(self, place: Place) -> Generator[Step, None, bool]:
        """Pass steps on until `place` comes next; False where the plan ends before that.

        A place that counts what was sent is reached as soon as that much was, before any wait that
        follows; `before_event` is reached when the frame is due; `at_byte` cuts the frame that it
        lies in. The very end of the body can be reached. On arrival a `Mark` is passed on.
        """
        if not (yield from self._arrive(place)):
            return False
        yield Mark()
        return True

    def frame(
        self, place: Place, fits: Callable[[Chunk], bool] = lambda _: True
    ) -> Generator[Step, None, Chunk | None]:
        """Pass steps on until, at `place` or after it, a whole frame comes next that `fits`.

        On arrival a `Mark` is passed on, and the frame is not: it is what comes of this. None where
        there is no such frame.
        """
        if not (yield from self._arrive(place)):
            return None
        whole = True
        for step in self:
            if isinstance(step, Chunk):
                if whole and step.ends and fits(step):
                    yield Mark()
                    return step
                whole = step.ends
            yield step
        return None

    def _arrive(self, place: Place) -> Generator[Step, None, bool]:
        for step in self:
            match step:
                case Head():
                    self._streams = step.streams
                    yield step
                    if self._here(place, None):
                        return True
                case Chunk():
                    if self._here(place, step):
                        self._held = step
                        return True
                    cut = self._cut(place, step)
                    if cut is not None:
                        first, self._held = cut
                        yield first
                        return True
                    yield step
                    self._count(step)
                    if self._here(place, None):
                        return True
                case End() if self._streams and place.before_event == END:
                    self._held = step
                    return True
                case _:
                    yield step
        return False

    def _here(self, place: Place, upcoming: Chunk | None) -> bool:
        """Whether the place is where the cursor stands; `upcoming` is the frame that comes next."""
        if place.before_event is not None:
            return upcoming is not None and upcoming.event == place.before_event
        if place.at_byte is not None:
            return self._bytes == place.at_byte
        if place.at_token is not None:
            return self._tokens >= place.at_token
        return self._events == (place.after_events or 0)

    def _cut(self, place: Place, chunk: Chunk) -> tuple[Chunk, Chunk] | None:
        if place.at_byte is None or place.at_byte >= self._bytes + len(chunk.data):
            return None
        at = place.at_byte - self._bytes
        first = attrs.evolve(chunk, data=chunk.data[:at], tokens=0, ends=False)
        return first, attrs.evolve(chunk, data=chunk.data[at:])

    def _count(self, chunk: Chunk) -> None:
        self._bytes += len(chunk.data)
        if chunk.event is not None:
            self._events += chunk.ends
            self._tokens += chunk.tokens
