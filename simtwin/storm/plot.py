"""Curves over time as SVG, in light and dark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from simtwin.chaos.report.axis import step_of
from simtwin.chaos.report.elements import text

#: A line each, told apart by colour and by how it is broken, so that neither is needed alone.
#: Every colour has 3 to 1 on its ground, which is what lines need.
LIGHT = ("#0b62c4", "#b3261e", "#116329", "#8250df", "#9a5b00", "#0a7578")
DARK = ("#6cb6ff", "#ff938b", "#5bd36a", "#d2a8ff", "#e3b341", "#4fd1d9")
_BROKEN = ("", "7 3", "2 3", "10 3 2 3", "4 4", "14 4")

_WIDTH, _HEIGHT = 720, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 10, 10, 24
_WIDE, _HIGH = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
_FOOT = _TOP + _HIGH


def _colours(colours: Sequence[str]) -> str:
    return "".join(f".c{number}{{--c:{colour}}}" for number, colour in enumerate(colours))


#: What a page with plots needs beside the style of all pages.
STYLE = (
    f"{_colours(LIGHT)}@media(prefers-color-scheme:dark){{{_colours(DARK)}}}"
    """
.plot{display:block;width:100%;height:auto}.plot text{fill:var(--dim);font-size:12px}
polyline{fill:none;stroke:var(--c);stroke-width:1.6}.grid{stroke:var(--line)}
.cause{fill:var(--bad);opacity:.14}.key svg{width:2.2rem;height:.6rem}
"""
)


@attrs.frozen
class Curve:
    """One line of a plot: what it is of, its values, and the seconds from one to the next."""

    name: str
    values: Sequence[float]
    window: float


def key(names: Sequence[str]) -> str:
    """Which line is which."""
    told = "".join(
        f'<span><svg viewBox="0 0 32 8" aria-hidden="true">{_line(number, "0,4 32,4")}</svg>'
        f" {text(name)}</span>"
        for number, name in enumerate(names)
    )
    return f'<p class="key">{told}</p>\n'


def plot(
    title: str, curves: Sequence[Curve], seconds: float, cause: tuple[float, float] | None
) -> str:
    """Curves from 0 to `seconds`, with the time of the cause behind them."""
    shapes = "".join(_shapes(curves, seconds, cause))
    return (
        f'<h3>{text(title)}</h3><div class="card"><svg class="plot" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
        f' role="img" aria-label="{text(title)}, by minutes">{shapes}</svg></div>\n'
    )


def _shapes(
    curves: Sequence[Curve], seconds: float, cause: tuple[float, float] | None
) -> Iterator[str]:
    if cause is not None:
        start, end = (_across(each, seconds) for each in cause)
        yield (
            f'<rect class="cause" x="{start:.1f}" y="{_TOP}" width="{end - start:.1f}"'
            f' height="{_HIGH}"><title>the cause</title></rect>'
        )
    most = max(max(curve.values, default=0.0) for curve in curves) or 1.0
    step = step_of(most)
    # The top is the first tick above everything, or a line would run along the edge.
    ticks = int(most / step) + 1
    for tick in range(ticks + 1):
        up = _FOOT - _HIGH * tick / ticks
        yield (
            f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{up:.1f}" y2="{up:.1f}"/>'
            f'<text x="{_LEFT - 6}" y="{up + 4:.1f}" text-anchor="end">{tick * step:,.4g}</text>'
        )
    step_minutes = step_of(seconds / 60)
    for tick in range(int(seconds / 60 / step_minutes) + 1):
        at = tick * step_minutes
        yield (
            f'<text x="{_across(60 * at, seconds):.1f}" y="{_HEIGHT - 6}" text-anchor="middle">'
            f"{at:,.4g}{'' if tick else ' min'}</text>"
        )
    for number, curve in enumerate(curves):
        points = " ".join(
            f"{_across((index + 0.5) * curve.window, seconds):.1f},"
            f"{_FOOT - _HIGH * value / (ticks * step):.1f}"
            for index, value in enumerate(curve.values)
        )
        yield _line(number, points)


def _across(at: float, seconds: float) -> float:
    return _LEFT + _WIDE * at / seconds


def _line(number: int, points: str) -> str:
    # Of more lines than colours, those of one colour are broken in different ways.
    broken = _BROKEN[(number + number // len(LIGHT)) % len(_BROKEN)]
    dashes = f' stroke-dasharray="{broken}"' if broken else ""
    return f'<polyline class="c{number % len(LIGHT)}"{dashes} points="{points}"/>'
