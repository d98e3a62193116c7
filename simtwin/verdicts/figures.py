"""The figures of a run in words: what was thrown away, and how requests multiplied."""

from __future__ import annotations

from collections.abc import Iterator

from simtwin.verdicts.amplification import Amplification, Window, together
from simtwin.verdicts.waste import Cost, Waste

#: A chart of more lines is no picture any more; windows are put together until it fits.
MOST_ROWS = 24
_WIDEST = 24
_LEAST_DOLLARS = 0.0001


def wasted(waste: Waste) -> Iterator[str]:
    """What was thrown away, in lines; none where nothing was."""
    yield from _cost("not received whole", waste.aborted)
    yield from _cost("answered twice", waste.duplicated)
    if waste.aborted.attempts or waste.duplicated.attempts:
        yield (
            f"that is {share(waste):.0%} of {counted(waste.spent.tokens, 'token')}"
            f"{_of_money(waste)}; an estimate, as token counts are"
        )


def share(waste: Waste) -> float:
    """Which part of the tokens was thrown away, from 0 to 1."""
    thrown = waste.aborted.tokens + waste.duplicated.tokens
    return thrown / waste.spent.tokens if waste.spent.tokens else 0.0


def money(dollars: float) -> str:
    """An amount of dollars, as finely as anybody wants to know it."""
    if 0 < dollars < _LEAST_DOLLARS:
        return f"less than ${_LEAST_DOLLARS}"
    return f"${dollars:,.2f}" if dollars >= 1 or not dollars else f"${dollars:.4f}"


def duration(seconds: float) -> str:
    """A time as people say it, with three figures or so."""
    if seconds < 0.0005:
        return "0 s"
    if seconds < 0.9995:
        return f"{1000 * seconds:.2g} ms" if seconds < 0.01 else f"{1000 * seconds:.0f} ms"
    if seconds < 10:
        return f"{seconds:.2f}".rstrip("0").rstrip(".") + " s"
    if seconds < 120:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    told = [f"{hours} h"] if hours else []
    return " ".join([*told, f"{minutes} min", *([f"{rest} s"] if rest and not hours else [])])


def counted(count: int, what: str) -> str:
    """A number of things."""
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def amplified(curve: Amplification) -> str:
    """How requests multiplied, in a line."""
    whole = curve.overall
    line = f"{whole.ratio:.2f} requests a call over the run"
    if curve.with_faults is not None:
        seconds = f"{curve.window_seconds:g} s"
        if curve.without is None:
            return f"{line}; faults fired in every window of {seconds}"
        line += f"; {curve.with_faults.ratio:.2f} in the windows of {seconds} in which faults fired"
        line += f", {curve.without.ratio:.2f} in the others"
    return line


def merged(curve: Amplification, most: int = MOST_ROWS) -> tuple[float, list[Window]]:
    """The windows of a curve, put together until there are at most so many, and their length."""
    width, found = curve.window_seconds, list(curve.windows)
    while len(found) > most:
        width *= 2
        rows: dict[int, list[Window]] = {}
        for window in found:
            rows.setdefault(int(window.at // width), []).append(window)
        found = [together(row, index * width) for index, row in rows.items()]
    return width, found


def chart(curve: Amplification) -> list[str]:
    """The curve as lines of text, a window each; none where a line says it all."""
    if len(curve.windows) < 2:
        return []
    width, rows = merged(curve)
    most = max(row.ratio for row in rows)
    last = f"{rows[-1].at:,.0f}"
    lines = [f"requests a call, in windows of {width:g} s; a call counts in each in which it asks"]
    for row in rows:
        bar = "█" * max(1, round(_WIDEST * row.ratio / most))
        faults = f", {row.faulted:,} with faults" if row.faulted else ""
        lines.append(
            f"{row.at:>{len(last)},.0f} s  {bar:<{_WIDEST}}  {row.ratio:.2f}"
            f"  {counted(row.attempts, 'request')} of {counted(row.calls, 'call')}{faults}"
        )
    return lines


def _cost(what: str, cost: Cost) -> Iterator[str]:
    if cost.attempts:
        known = "" if cost.unpriced == cost.attempts else f", about {money(cost.dollars)}"
        yield (
            f"{what}: {counted(cost.attempts, 'request')}, {cost.input_tokens:,} tokens of input"
            f" and {cost.output_tokens:,} of output{known}"
        )


def _of_money(waste: Waste) -> str:
    spent = waste.spent
    if spent.unpriced == spent.attempts:
        return ", of models whose price is not known"
    thrown = waste.aborted.dollars + waste.duplicated.dollars
    told = f", and about {money(thrown)} of {money(spent.dollars)}"
    if spent.unpriced:
        told += f" ({counted(spent.unpriced, 'request')} without a known price left out)"
    return f"{told} at the prices of {waste.prices_as_of}"
