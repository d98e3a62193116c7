"""A recorded answer as a plan: byte for byte, and when it came where that was recorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from simtwin.api.pacing import Pace
from simtwin.api.replay.recording import Recording, Times
from simtwin.core.bucket import NS
from simtwin.core.plan import Chunk, End, Head, Step, Wait
from simtwin.core.pools import Curve

Headers = Sequence[tuple[str, str]]


def played(
    recording: Recording, pace: Pace, times_real: float, common: Headers, rng: Random
) -> Iterator[Step]:
    """The plan of a recorded answer.

    Args:
        recording: the exchange.
        pace: for what was recorded without times.
        times_real: how many times as fast as it came it is to come again.
        common: the headers that every answer has; those that were recorded win.
        rng: for the gaps where they were not recorded.
    """
    waits = _waits(recording, pace, times_real, rng)
    yield from _next(waits)
    recorded = {name for name, _ in recording.headers}
    own = [each for each in common if each[0] not in recorded]
    yield Head(recording.status, (*recording.headers, *own))
    for frame in recording.frames:
        yield from _next(waits)
        yield Chunk(frame.data, frame.event, frame.tokens)
    yield from _next(waits)
    yield End()


def curve(recording: Recording, pace: Pace, times_real: float, now: int) -> Curve:
    """How the tokens of a recorded answer will be produced by a plan that begins at `now` (ns)."""
    times, tokens = recording.times, recording.output_tokens
    if not pace.waits or times is None:
        start = now + round(pace.ttft * NS)
        return Curve(start, start + round(pace.seconds(tokens) * NS), tokens)
    start = now + round(times.head / times_real * NS)
    return Curve(start, max(start, now + round(times.end / times_real * NS)), tokens)


def _waits(recording: Recording, pace: Pace, times_real: float, rng: Random) -> Iterator[float]:
    """Seconds before the head, before each frame, and before the end."""
    if not pace.waits:
        return iter(())
    if recording.times is not None:
        return _recorded(recording.times, len(recording.frames), times_real)
    return _paced(recording, pace, rng)


def _next(waits: Iterator[float]) -> Iterator[Step]:
    """The next wait, where there is one."""
    seconds = next(waits, 0.0)
    if seconds > 0:
        yield Wait(seconds)


def _recorded(times: Times, frames: int, times_real: float) -> Iterator[float]:
    # A body without times of its own comes all at once, when it was whole.
    events = times.events or (times.end,) * frames
    head = times.head if times.events else times.end
    last = 0.0
    for due in (head, *events, times.end):
        yield max(0.0, due - last) / times_real
        last = max(last, due)


def _paced(recording: Recording, pace: Pace, rng: Random) -> Iterator[float]:
    """The same as a real answer of so many tokens takes."""
    tokens = recording.output_tokens
    if any(frame.event for frame in recording.frames):
        yield pace.ttft
        gap = pace.gaps(tokens, rng)
        for frame in recording.frames:
            yield gap(frame.tokens) if frame.tokens else 0.0
    else:
        yield pace.ttft + pace.seconds(tokens)
