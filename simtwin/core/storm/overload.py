"""Whether an overload outlives its cause: what metastable means here, exactly.

    before the cause │ cause │ after it
    ~~~~~~~~~~~~~~~~~│       │ . . ~~~~~~~~~~   recovered: good again before patience is over
    ~~~~~~~~~~~~~~~~~│       │ . . . . . . . .   metastable: it is not

The state is metastable where the load and the capacity are again what they were and the overload
feeds itself ("the metastable failure state persists even after the trigger is removed": N. Bronson
et al., "Metastable Failures in Distributed Systems", HotOS 2021). Nobody can wait for ever, so the
line is drawn at patience. As its name says such a state can be left by chance, the sooner the fewer
clients there are; it outlived its cause all the same.

A minute is overloaded where less is served than before the cause, or much is tried in vain: a server
that serves everybody at the third attempt is not well. All is well again from the first minute on
from which no minute is overloaded for as long as patience lasts, or to the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, sqrt
from typing import Literal

import attrs

from simtwin.core.storm.books import WINDOW_SECONDS

#: Windows of a span: a minute, in which a call is over, its retries too, and chance evens out.
SPAN = 60 // WINDOW_SECONDS
#: Of what was served before the cause. A tenth less is what nobody would call an outage.
LEAST_GOODPUT = 0.9
#: Of attempts: Google's SRE book stops retrying where retries are a tenth of requests.
MOST_IN_VAIN = 0.1
#: Standard errors that a count may be off by chance, so that few clients are no false alarm.
_ERRORS = 3.0

State = Literal["no_cause", "recovered", "metastable", "unknown"]


@attrs.frozen
class Overload:
    """What became of it.

    Args:
        state: what it is called. `no_cause`: nothing went wrong from outside. `unknown`: there is
            not enough before the cause or after it to tell, or it was overloaded before.
        why: of an unknown one, in words.
        before: what was served before the cause (calls/s).
        at_the_end: what was served in the last minute, as a share of that.
        in_vain_at_the_end: the share of the attempts of that minute that were in vain.
        recovered_seconds: how long after the end of the cause all was well again, to ten seconds;
            None where it was not.
        patience_seconds: how long after the end of the cause an overload has to last.
    """

    state: State
    why: str = ""
    before: float | None = None
    at_the_end: float | None = None
    in_vain_at_the_end: float | None = None
    recovered_seconds: float | None = None
    patience_seconds: float | None = None


def patience(every_seconds: float, longest_wait_seconds: float) -> float:
    """How long an overload has to outlive its cause (s).

    Five minutes, ten rests between calls, or twice as long as any client was made to wait, whichever
    is the most: until then those who were held up may still be on their way back.
    """
    return max(300.0, 10 * every_seconds, 2 * longest_wait_seconds)


def before_it(start: float) -> slice:
    """The windows by which it is known how things were: the later half of the time before a cause.

    Args:
        start: when the cause begins (s).
    """
    return slice(ceil(start / 2 / WINDOW_SECONDS), int(start / WINDOW_SECONDS))


def judged(
    served: Sequence[int],
    attempts: Sequence[int],
    in_vain: Sequence[int],
    cause: tuple[float, float] | None,
    patience_seconds: float,
) -> Overload:
    """What became of it.

    Args:
        served: calls that were answered, by window, as far as windows are whole.
        attempts: attempts that came.
        in_vain: attempts that were refused or timed out.
        cause: from when to when something went wrong (s); None where nothing did.
        patience_seconds: see `patience`.
    """
    if cause is None:
        return Overload("no_cause")
    start, end = cause
    whole = before_it(start)
    first, last = whole.start, whole.stop
    if last - first < SPAN:
        least = 2 * SPAN * WINDOW_SECONDS
        return Overload("unknown", f"the cause begins before {least} s, with nothing to compare to")
    # Of these the last minute alone would hang on chance.
    a_span = sum(served[first:last]) * SPAN / (last - first)
    before = a_span / (SPAN * WINDOW_SECONDS)
    if not a_span or _is_in_vain(sum(attempts[first:last]), sum(in_vain[first:last])):
        return Overload("unknown", "it was overloaded before", before)
    spans = range(ceil(end / WINDOW_SECONDS), len(served) - SPAN + 1)
    if not spans:
        return Overload("unknown", "it ends within a minute after the cause", before)
    good = [
        sum(served[at : at + SPAN]) >= LEAST_GOODPUT * a_span - _ERRORS * sqrt(a_span)
        and not _is_in_vain(sum(attempts[at : at + SPAN]), sum(in_vain[at : at + SPAN]))
        for at in spans
    ]
    held = ceil(patience_seconds / WINDOW_SECONDS)
    well = next((at for at in range(len(good)) if all(good[at : at + held])), None)
    recovered = None if well is None else (spans[well] * WINDOW_SECONDS - end if well else 0.0)
    watched = len(served) * WINDOW_SECONDS - end
    state: State = "metastable"
    why = ""
    if recovered is not None and recovered <= patience_seconds:
        state = "recovered"
    elif recovered is None and watched < patience_seconds:
        state = "unknown"
        why = (
            f"it is overloaded at the end, {watched:,.0f} s after the cause, and not recovered yet"
        )
    return Overload(
        state,
        why,
        before=before,
        at_the_end=sum(served[-SPAN:]) / a_span,
        in_vain_at_the_end=sum(in_vain[-SPAN:]) / max(1, sum(attempts[-SPAN:])),
        recovered_seconds=recovered,
        patience_seconds=patience_seconds,
    )


def _is_in_vain(attempts: int, in_vain: int) -> bool:
    most = MOST_IN_VAIN * attempts
    return in_vain > most + _ERRORS * sqrt(most)
