"""A place in the body of an answer, and a plan that is read up to it.

A fault with a place is three lines:

    cursor = Cursor(plan)
    if (yield from cursor.reach(place)):
        yield …
    yield from cursor
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator

import attrs

from simtwin.core.plan import END, Chunk, End, Head, Mark, Plan, Step


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
