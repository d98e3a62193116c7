"""The time that a report is of, cut into buckets (docs, Usage and Cost API, 2026-08)."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from simtwin.api.errors import invalid
from simtwin.api.organization.organization import Call
from simtwin.api.pages import cursor, cursor_place
from simtwin.api.timestamp import unix

_WIDTHS: Mapping[str, int] = {"1d": 86_400, "1h": 3_600, "1m": 60}
#: "Default of 7 days, maximum of 31", "24 hours, 168", "60 minutes, 1440" (likewise).
_LIMITS: Mapping[str, tuple[int, int]] = {"1d": (7, 31), "1h": (24, 168), "1m": (60, 1440)}
#: A century of days: no cursor leads further.
_MOST = 36_525 * 1_440


@attrs.frozen
class Periods:
    """Buckets, oldest first.

    Args:
        starts: where each begins, Unix time in whole seconds.
        width: how long each is, seconds.
        following: the cursor of the page after them, None where there is none.
    """

    starts: range
    width: int
    following: str | None


def periods(call: Call, widths: tuple[str, ...]) -> Periods:
    """The buckets that a request wants.

    Args:
        call: with `starting_at`, `ending_at`, `bucket_width`, `limit`, `page`.
        widths: those that there are.

    Raises:
        Rejected: a 400 for a time or a width that cannot be.
    """
    query = call.query
    name = query.one_of("bucket_width", widths) or "1d"
    width = _WIDTHS[name]
    start = _time(call, "starting_at")
    if start is None:
        raise invalid("starting_at: Field required")
    end = _time(call, "ending_at")
    if end is not None and end <= start:
        raise invalid("ending_at: must be after starting_at")
    first = int(start) // width * width
    # "Time buckets that end before this timestamp will be returned"; a bucket under way is told of.
    last = int(call.at) // width * width + width if end is None else int(end) // width * width
    count = max(0, (last - first) // width)
    usual, most = _LIMITS[name]
    size = query.limit(usual, most)
    begin = cursor_place(query.last("page"), _MOST)
    shown = min(size, max(0, count - begin))
    at = first + begin * width
    starts = range(at, at + shown * width, width)
    return Periods(starts, width, cursor(begin + shown) if begin + shown < count else None)


def _time(call: Call, name: str) -> float | None:
    text = call.query.last(name)
    if text is None:
        return None
    try:
        return unix(text)
    except (ValueError, OverflowError):
        raise invalid(f"{name}: Input should be a valid datetime, invalid character") from None
