"""How requests multiplied over a run, as columns over time, with the same as a table of numbers."""

from __future__ import annotations

from collections.abc import Iterator

from simtwin.chaos.report.axis import Axis
from simtwin.chaos.report.elements import folded, table
from simtwin.verdicts.amplification import Amplification, Window
from simtwin.verdicts.figures import duration, merged

#: More columns than these are no wider than a line on a phone.
MOST_COLUMNS = 60


def curve(of: Amplification) -> str:
    """The curve; nothing where a single window is all there is."""
    if len(of.windows) < 2:
        return ""
    width, columns = merged(of, MOST_COLUMNS)
    over = Axis(0.0, columns[-1].at + width)
    most = max(2.0, *(each.ratio for each in columns))
    # A few columns that fill a screen are no curve.
    wide = max(18.0, 4.5 * over.span / width)
    return (
        f'<div style="max-width:{wide:g}rem"><div class="curve" aria-hidden="true">{"".join(_drawn(columns, width, over, most))}</div>'
        f"{over.scale()}</div>\n"
        '<p class="small dim">requests a call, by time; a call counts in each window in which it asks</p>'
        '<p class="key"><span><i class="fault"></i>windows in which faults fired</span>'
        '<span><i class="body"></i>windows without</span></p>\n'
        + folded(f"The same as numbers, in windows of {duration(width)}", _table(columns))
    )


def _drawn(columns: list[Window], width: float, over: Axis, most: float) -> Iterator[str]:
    for each in columns:
        left = over.place(each.at)
        # A little less than the whole: columns that touch are one.
        wide = 0.9 * (over.place(each.at + width) - left)
        kind = "fault" if each.faulted else "body"
        yield (
            f'<i class="{kind}" style="left:{left:.2f}%;width:{wide:.2f}%;'
            f'height:{100 * each.ratio / most:.1f}%"></i>'
        )
    for ratio in (1.0, most):
        place = f"bottom:{100 * ratio / most:.1f}%"
        yield f'<u style="{place}"></u><span style="{place}">{ratio:.3g}</span>'


def _table(columns: list[Window]) -> str:
    rows = [
        (
            duration(each.at),
            f"{each.ratio:.2f}",
            f"{each.attempts:,}",
            f"{each.calls:,}",
            f"{each.faulted:,}",
        )
        for each in columns
    ]
    return table(("from", "requests a call", "requests", "calls", "with faults"), rows, numbers=4)
