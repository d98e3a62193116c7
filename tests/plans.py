"""Plans to try faults on: a short stream, a JSON answer, and strategies for any answer."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from hypothesis import strategies as st

from simtwin.core.plan import Arrival, Chunk, End, Hangup, Head, Mark, Plan, Raw, Step, Wait

_HEADERS = (
    ("date", "Sat, 21 Nov 2026 23:59:58 GMT"),
    ("request-id", "req_011CYEXr8tVywV7AFBGxgYh2"),
    ("anthropic-organization-id", "3b9d8a52-0f0e-4a62-9c0a-51f6d5b1c2aa"),
    ("anthropic-ratelimit-requests-remaining", "49"),
    ("x-simtwin-seed", "7"),
)

STREAM_HEAD = Head(200, (("content-type", "text/event-stream; charset=utf-8"), *_HEADERS))

#: The frames of a short stream: 6 events, 5 output tokens.
START = Chunk(b"event: message_start\ndata: {}\n\n", "message_start")
PING = Chunk(b'event: ping\ndata: {"type": "ping"}\n\n', "ping")
DELTA_1 = Chunk(b'event: content_block_delta\ndata: {"a":1}\n\n', "content_block_delta", 2)
DELTA_2 = Chunk(b'event: content_block_delta\ndata: {"b":2}\n\n', "content_block_delta", 3)
FINISH = Chunk(b"event: message_delta\ndata: {}\n\n", "message_delta")
STOP = Chunk(b"event: message_stop\ndata: {}\n\n", "message_stop")
FRAMES = (START, PING, DELTA_1, DELTA_2, FINISH, STOP)
STREAM: tuple[Step, ...] = (STREAM_HEAD, *FRAMES, End())

BODY = Chunk(b'{"type":"message"}', None, 5)


def json_head(length: int, status: int = 200) -> Head:
    content = (("content-type", "application/json"), ("content-length", str(length)))
    return Head(status, (*content, *_HEADERS))


#: A JSON answer: 18 bytes, 5 output tokens.
JSON: tuple[Step, ...] = (json_head(18), BODY, End())

EVENTS = (
    "message_start",
    "ping",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
)

_waits = st.builds(Wait, st.floats(0, 10))
_frames = st.builds(
    Chunk, st.binary(min_size=1, max_size=30), st.sampled_from(EVENTS), st.integers(0, 9)
)


@st.composite
def streams(draw: st.DrawFn) -> tuple[Step, ...]:
    """Any stream of server-sent events, with waits anywhere, up to its end or up to a hang-up."""
    before = draw(st.lists(_waits, max_size=1))
    body = draw(st.lists(_frames | _waits, max_size=12))
    return (*before, STREAM_HEAD, *body, draw(st.just(End()) | st.builds(Hangup)))


@st.composite
def json_answers(draw: st.DrawFn) -> tuple[Step, ...]:
    """Any JSON answer, of success or error, with or without an announced length."""
    body = draw(st.binary(min_size=1, max_size=60))
    chunk = Chunk(body, None, draw(st.integers(0, 9)))
    head = json_head(len(body), draw(st.sampled_from((200, 400, 529))))
    if draw(st.booleans()):
        head = Head(
            head.status, tuple(pair for pair in head.headers if pair[0] != "content-length")
        )
    waits = st.lists(_waits, max_size=1)
    return (*draw(waits), head, *draw(waits), chunk, End())


def answers() -> st.SearchStrategy[tuple[Step, ...]]:
    return streams() | json_answers()


class Counted:
    """A plan that counts how many of its steps were read."""

    def __init__(self, plan: Iterable[Step]) -> None:
        self._steps = iter(plan)
        self.read = 0

    def __iter__(self) -> Iterator[Step]:
        return self

    def __next__(self) -> Step:
        step = next(self._steps)
        self.read += 1
        return step


class Arriving:
    """A plan each step of which has yet to arrive, and does so once its `Arrival` was passed on."""

    def __init__(self, plan: Iterable[Step]) -> None:
        self._steps = iter(plan)
        self._there: Step | None = None
        self._asked = self._over = False

    def __iter__(self) -> Iterator[Step]:
        return self

    def __next__(self) -> Step:
        if self._over:
            raise StopIteration
        if self._there is not None:
            step, self._there = self._there, None
            return step
        assert not self._asked, "an arrival is passed on before more is asked for"
        self._asked = True
        return Arrival(self._more)

    async def _more(self) -> None:
        """Nobody awaits it: `arrived` knows what it would do."""

    def arrived(self, worse: Iterable[Step]) -> Iterator[Step]:
        """The steps of what a fault makes of this plan, each arrival of which is waited for."""
        for step in worse:
            if isinstance(step, Arrival):
                self._asked, self._there = False, next(self._steps, None)
                self._over = self._there is None
            else:
                yield step


def body(plan: Plan) -> bytes:
    """All that the plan sends after the head."""
    headed = False
    sent = b""
    for step in plan:
        headed = headed or isinstance(step, Head)
        if isinstance(step, Chunk) or (headed and isinstance(step, Raw)):
            sent += step.data
    return sent


def marks(plan: Plan) -> int:
    return sum(isinstance(step, Mark) for step in plan)


def arrivals(plan: Plan) -> list[tuple[float, bytes]]:
    """When each chunk arrives, in seconds after the request, where sending takes no time."""
    now, heard = 0.0, []
    for step in plan:
        if isinstance(step, Wait):
            now += step.seconds
        if isinstance(step, Chunk):
            heard.append((now, step.data))
    return heard


def is_lawful(plan: Plan) -> bool:
    """Whether the steps obey the law that `simtwin.core.plan` opens with."""
    headed = over = False
    for step in plan:
        if over:
            return False
        match step:
            case Head():
                if headed:
                    return False
                headed = True
            case Chunk() | End() if not headed:
                return False
            case Wait(seconds) if math.isnan(seconds) or seconds < 0:
                return False
            case _:
                pass
        over = isinstance(step, End | Hangup)
    return True
