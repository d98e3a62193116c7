"""Curves in characters, legible in a log: no colour, no cursor, nothing wider than eighty columns."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import ceil

#: Beside a margin for the numbers, a line of a terminal.
WIDTH = 66
HEIGHT = 6
_MARGIN = 9
_EIGHTHS = " ▁▂▃▄▅▆▇█"


def columns(values: Sequence[float], width: int = WIDTH) -> list[float]:
    """`values`, evenly spaced, as at most so many: each the mean of its part."""
    count = min(width, len(values))
    edges = [index * len(values) // count for index in range(count + 1)] if count else []
    return [sum(values[start:end]) / (end - start) for start, end in pairwise(edges)]


def line(values: Sequence[float], most: float, width: int = WIDTH) -> str:
    """A curve in one line of text, full at `most`."""
    return "".join(_EIGHTHS[_eighths(each, most, 1)] for each in columns(values, width))


def chart(
    title: str, values: Sequence[float], seconds: float, cause: tuple[float, float] | None
) -> list[str]:
    """A curve with its axes, from 0 to `seconds`; the time of the cause is drawn in heavy."""
    most = max(values, default=0) or 1.0
    heights = [_eighths(each, most, HEIGHT) for each in columns(values)]
    lines = [title]
    for row in reversed(range(HEIGHT)):
        label = f"{most:,.4g}" if row == HEIGHT - 1 else ""
        bars = "".join(_EIGHTHS[max(0, min(8, height - 8 * row))] for height in heights)
        lines.append(f"{label:>{_MARGIN}} ┤{bars}".rstrip())
    lines.append(f"{'0':>{_MARGIN}} └{_axis(len(heights), seconds, cause)}")
    lines.append(f"{'':{_MARGIN}}  {_times(len(heights), seconds)}")
    return lines


def _eighths(value: float, most: float, rows: int) -> int:
    """So many eighths of a row; what is there at all is seen."""
    return min(8 * rows, ceil(value / most * 8 * rows)) if most else 0


def _axis(width: int, seconds: float, cause: tuple[float, float] | None) -> str:
    if cause is None:
        return "─" * width
    start, end = (round(each / seconds * width) for each in cause)
    return "".join("━" if start <= at < max(end, start + 1) else "─" for at in range(width))


def _times(width: int, seconds: float) -> str:
    """The minutes along the axis: as many of six steps as there is place for, and the last."""
    text, last = "0", f"{seconds / 60:,.4g} min"
    for step in range(1, 6):
        at, label = width * step // 6, f"{seconds / 60 * step / 6:,.4g}"
        if len(text) < at and at + len(label) < width - len(last):
            text = text.ljust(at) + label
    return text.ljust(max(len(text) + 1, width - len(last))) + last
