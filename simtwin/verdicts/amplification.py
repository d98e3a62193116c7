"""How many requests there were for each call, over a run and in each part of it."""

from __future__ import annotations

import msgspec

from simtwin.verdicts.run import Run


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of a run.

    Args:
        at: when it begins, seconds from the start of the run.
        attempts: requests that began in it.
        calls: calls that those were of.
        ratio: attempts a call.
    """

    at: float
    attempts: int
    calls: int
    ratio: float


def overall(run: Run) -> Window:
    """The whole run as one."""
    # What is joined on weak evidence counts as calls of their own: nobody is blamed for those.
    calls = len(run.calls) + sum(retry.confidence == "low" for retry in run.retries)
    return _window(0.0, len(run.attempts), calls)


def windows(run: Run) -> list[Window]:
    """Those in which anything began, in order."""
    width = run.thresholds.amplification_window_seconds
    attempts: dict[int, int] = {}
    calls: dict[int, int] = {}
    for call in run.calls:
        latest = None
        for number, attempt in enumerate(call.attempts):
            which = int(attempt.began // width)
            attempts[which] = attempts.get(which, 0) + 1
            weak = number > 0 and call.evidence[number - 1] == "low"
            if which != latest or weak:
                calls[which] = calls.get(which, 0) + 1
            latest = which
    return [_window(which * width, attempts[which], calls[which]) for which in sorted(attempts)]


def _window(at: float, attempts: int, calls: int) -> Window:
    ratio = round(attempts / calls, 3) if calls else 0.0
    return Window(at=at, attempts=attempts, calls=calls, ratio=ratio)
