"""A stretch of time that is drawn from left to right, and what lies where on it."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from simtwin.verdicts.figures import duration

_STEPS = (1.0, 2.0, 5.0)
#: On a phone a figure is a seventh of the width, and the last one stands before the end.
_ROOM = 0.82
#: What happens in less is drawn as that, so that nothing is divided by zero.
SHORTEST = 0.001


@attrs.frozen
class Axis:
    """From when, and how many seconds."""

    start: float
    span: float

    def place(self, at: float) -> float:
        """Where a moment lies, in hundredths of the width, at most at one of the ends."""
        return max(0.0, min(100.0, 100 * (at - self.start) / self.span))

    def bar(self, kind: str, since: float, until: float) -> str:
        """A stretch of it as HTML."""
        left, right = self.place(since), self.place(until)
        return f'<i class="{kind}" style="left:{left:.2f}%;width:{right - left:.2f}%"></i>'

    def lines(self) -> str:
        """Its ticks as lines on a track."""
        return "".join(f'<u style="left:{self.place(each):.2f}%"></u>' for each in self._inner())

    def scale(self, kind: str = "") -> str:
        """Its ticks as figures; a screen reader has the same in words elsewhere."""
        places = [self.start, *self._inner(), self.start + self.span]
        told = "".join(
            f'<span style="left:{self.place(each):.2f}%">{duration(each - self.start)}</span>'
            for each in places
        )
        return f'<div class="axis {kind}" aria-hidden="true">{told}</div>\n'

    def _inner(self) -> Iterator[float]:
        """Ticks between the ends, with room for a figure between each two."""
        step = step_of(self.span)
        number = 1
        while number * step <= _ROOM * self.span:
            yield self.start + number * step
            number += 1


def axis(start: float, end: float) -> Axis:
    """The stretch from one moment to another."""
    return Axis(start, max(SHORTEST, end - start))


def step_of(span: float) -> float:
    """The step between ticks: one, two or five by a power of ten, at most five of them to a span."""
    power = 10.0**-6
    while True:
        for step in _STEPS:
            if step * power * 5 >= span:
                return step * power
        power *= 10
