"""How many requests there were for each call, over a run and in each part of it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from simtwin.verdicts.run import Run


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of a run.

    Args:
        at: when it begins, seconds from the first request of the run.
        attempts: requests that began in it.
        calls: calls that those were of.
        begun: calls that began in it: over all windows, each counts once.
        faulted: requests of those that met a fault.
        ratio: attempts a call; 0 where there were none.
    """

    at: float
    attempts: int
    calls: int
    begun: int
    faulted: int
    ratio: float


class Amplification(msgspec.Struct, frozen=True, kw_only=True):
    """Requests a call: over the run, and in windows of it.

    Args:
        overall: the whole run as one window.
        window_seconds: how long a window is.
        windows: those in which anything began, in order, the first thousand.
        with_faults: the windows in which faults fired as one, None where there are none; its `calls`
            are those of each window, added up.
        without: likewise those in which none did.
    """

    overall: Window
    window_seconds: float
    windows: tuple[Window, ...]
    with_faults: Window | None
    without: Window | None


#: Nearly three hours of work without a pause.
MOST_WINDOWS = 1_000


def amplification(run: Run) -> Amplification:
    """The curve of a run."""
    curve = windows(run)
    stormy = [each for each in curve if each.faulted]
    calm = [each for each in curve if not each.faulted]
    return Amplification(
        overall=overall(run),
        window_seconds=run.thresholds.amplification_window_seconds,
        windows=tuple(curve[:MOST_WINDOWS]),
        with_faults=together(stormy, stormy[0].at) if stormy else None,
        without=together(calm, calm[0].at) if calm else None,
    )


def overall(run: Run) -> Window:
    """The whole run as one."""
    # What is joined on weak evidence counts as calls of their own: nobody is blamed for those.
    calls = len(run.calls) + sum(retry.confidence == "low" for retry in run.retries)
    faulted = sum(bool(each.faults) for each in run.attempts)
    return _window(0.0, len(run.attempts), calls, calls, faulted)


def windows(run: Run) -> list[Window]:
    """Those in which anything began, in order."""
    width = run.thresholds.amplification_window_seconds
    # Of each window: attempts, calls, begun, faulted.
    counts: dict[int, list[int]] = {}
    for call in run.calls:
        latest = None
        for number, attempt in enumerate(call.attempts):
            which = int(attempt.began // width)
            count = counts.get(which)
            if count is None:
                count = counts[which] = [0, 0, 0, 0]
            is_new = number == 0 or call.evidence[number - 1] == "low"
            count[0] += 1
            count[1] += is_new or which != latest
            count[2] += is_new
            count[3] += bool(attempt.faults)
            latest = which
    return [_window(which * width, *counts[which]) for which in sorted(counts)]


def together(several: Sequence[Window], at: float) -> Window:
    """Windows, at least one, as one that begins then."""
    return _window(
        at,
        sum(each.attempts for each in several),
        sum(each.calls for each in several),
        sum(each.begun for each in several),
        sum(each.faulted for each in several),
    )


def _window(at: float, attempts: int, calls: int, begun: int, faulted: int) -> Window:
    ratio = round(attempts / calls, 3) if calls else 0.0
    return Window(at=at, attempts=attempts, calls=calls, begun=begun, faulted=faulted, ratio=ratio)
