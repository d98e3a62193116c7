"""The answer of the upstream as a plan, whose steps arrive as its bytes do.

    verbatim   Arrival ─► Verbatim ─► Arrival ─► Verbatim ─► … ─► End       not a byte is changed
    parsed     Arrival ─► Head ─► Arrival ─► Chunk ─► Chunk ─► … ─► End     for faults to worsen

Either ends as the upstream's answer did: whole, by FIN or by RST.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator

import attrs
import trio

from simtwin.core.plan import Arrival, Chunk, End, Hangup, Head, Plan, Raw, Step, Verbatim
from simtwin.edge.upstream.connection import Connection, UnreachableError
from simtwin.edge.upstream.heard import Heard
from simtwin.edge.upstream.reading import Interim, Marking, Over, Read, Reading

#: A JSON body is one frame, which faults look into; a larger one is passed on in pieces.
LARGEST_DOCUMENT = 32 * 1024 * 1024

Headers = tuple[tuple[str, str], ...]


class Answer:
    """One request of the upstream and what comes of it.

    Args:
        method: what is asked.
        ask: connects and sends the request; the connection that the answer comes on.
        refused: the answer where there is no connection.
        heard: hears the answer in passing.
        marks: headers of ours in its head.
        verbatim: whether nothing is to be changed but for those.
        multiplexed: whether the client's HTTP has a framing of its own.

    Attributes:
        connection: what the answer comes on, once there is one.
        whole: whether all of it came.
        trouble: what went wrong between the upstream and us, or at the upstream; None while nothing did.
    """

    def __init__(
        self,
        method: str,
        ask: Callable[[], Awaitable[Connection]],
        refused: Callable[[UnreachableError], Plan],
        heard: Heard,
        *,
        marks: Headers = (),
        verbatim: bool = False,
        multiplexed: bool = False,
    ) -> None:
        self.connection: Connection | None = None
        self.whole = False
        self.trouble: str | None = None
        self.heard = heard
        self._ask = ask
        self._refused = refused
        self._marks = marks
        self._verbatim = verbatim
        self._multiplexed = multiplexed
        self._reading = Reading(method)
        lines = "".join(f"{name}: {value}\r\n" for name, value in marks) if verbatim else ""
        self._marking = Marking(lines.encode("latin-1"))
        self._steps: deque[Step] = deque()
        self._document: list[bytes] | None = None
        self._unheaded = b""
        self._asked = self._over = False

    def steps(self) -> Iterator[Step]:
        """The plan."""
        while True:
            while self._steps:
                yield self._steps.popleft()
            if self._over:
                return
            # What holds an arrival back would ask for ever.
            assert not self._asked, "a fault asks for more before what is to come arrived"  # noqa: S101
            self._asked = True
            yield Arrival(self._more)

    async def _more(self) -> None:
        """Wait until the upstream has said more."""
        self._asked = False
        if self.connection is None:
            try:
                self.connection = await self._ask()
            except UnreachableError as error:
                self.trouble = f"the upstream cannot be reached: {error}"
                self._finish(*self._refused(error))
                return
        data = await self.connection.receive()
        now = trio.current_time()
        if self._verbatim:
            self._pass_on(data, now)
        else:
            self._take_apart(data, now)

    def _pass_on(self, data: bytes, now: float) -> None:
        steps: list[Head | Chunk] = []
        over = None
        for read in self._read(data):
            if isinstance(read, Over):
                over = read
            elif not isinstance(read, Interim):
                steps += self._noted(read, now)
        if over is not None:
            steps += self._end(now)
            if not self.heard.streams:
                steps.append(Chunk(b"", tokens=self.heard.tokens.output))
        marked = self._marking.marked(data) if data else self._marking.rest()
        if not data and over is None:
            steps += self.heard.rest()
        self._steps.append(Verbatim(marked, tuple(steps)))
        if over is not None:
            self._finish(End(Hangup() if over.closes else None))
        elif not data:
            self._broken_off()

    def _take_apart(self, data: bytes, now: float) -> None:
        if self._reading.head is None:
            self._unheaded += data
        for read in self._read(data):
            match read:
                case Interim(written):
                    if not self._multiplexed:
                        self._steps.append(Raw(written))
                case Over(closes):
                    self._steps += self._end(now)
                    self._steps += self._documented()
                    self._finish(End(Hangup() if closes else None))
                    return
                case _:
                    self._steps += self._gathered(read, now)
        if self._reading.lost and data:
            # No frame, and no end of one, is to be found any more.
            unread = self._unheaded if self._reading.head is None else data
            self._unheaded = b""
            self._steps.append(Raw(unread))
        elif not data:
            if self._reading.head is None and self._unheaded:
                self._steps.append(Raw(self._unheaded))
            self._steps += self.heard.rest()
            self._steps += self._documented(ends=False)
            self._broken_off()

    def _read(self, data: bytes) -> Iterable[Read]:
        # A reset ends nothing, not even a body that is over when the connection is.
        return self._reading.feed(data) if data or not self._reset else ()

    def _noted(self, read: Head | bytes, now: float) -> Iterable[Head | Chunk]:
        """The steps that what was read stands for."""
        if isinstance(read, bytes):
            return self.heard.hear(read, now)
        self.heard.begin(read, now)
        if read.status >= 400:
            self.trouble = f"the upstream answered {read.status}"
        return (read,)

    def _gathered(self, read: Head | bytes, now: float) -> Iterable[Step]:
        """The same, where faults are to see them: a document in one frame, and our marks."""
        noted = list(self._noted(read, now))
        if isinstance(read, Head):
            if not self.heard.streams and _is_document(read):
                self._document = []
            head = attrs.evolve(read, headers=(*read.headers, *self._marks))
            return (head.unframed() or head,) if self._multiplexed else (head,)
        if self.heard.head is not None and self.heard.head.header("content-encoding") is not None:
            # Nobody was to compress it; what does all the same is passed on as it is.
            return (Chunk(read, ends=False),)
        if self._document is None:
            return noted
        self._document.append(read)
        if sum(map(len, self._document)) > LARGEST_DOCUMENT:
            pieces, self._document = self._document, None
            return [Chunk(piece, ends=False) for piece in pieces]
        return ()

    def _documented(self, *, ends: bool = True) -> Iterable[Step]:
        if not self._document:
            return ()
        tokens = self.heard.tokens.output if ends else 0
        return (Chunk(b"".join(self._document), tokens=tokens, ends=ends),)

    def _end(self, now: float) -> Iterable[Chunk]:
        self.whole = True
        return list(self.heard.end(now))

    @property
    def _reset(self) -> bool:
        return self.connection is not None and self.connection.ended == "rst"

    def _broken_off(self) -> None:
        """The upstream has ended the connection before the answer was whole."""
        verb = "reset" if self._reset else "closed"
        when = "before it answered" if self._reading.head is None else "in the middle of its answer"
        self.trouble = f"the upstream {verb} the connection {when}"
        self._finish(Hangup(self._reset))

    def _finish(self, *steps: Step) -> None:
        self._steps += steps
        self._over = True


def _is_document(head: Head) -> bool:
    coded = head.header("content-encoding") is not None
    return not coded and "json" in (head.header("content-type") or "")
