"""How long an answer told its client to wait."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime


def told(headers: Mapping[str, str], at: float) -> float | None:
    """The seconds that a client was told to wait, None where it was told nothing that counts.

    A number that is not finite or not above zero, and a date that is over, say nothing.

    Args:
        headers: those that say when to come back, by lower-case name.
        at: the Unix time at which they were sent.
    """
    for wait in (_ms(headers.get("retry-after-ms")), _wait(headers.get("retry-after"), at)):
        if wait is not None and wait > 0:
            return wait
    return None


def form(headers: Mapping[str, str]) -> str | None:
    """In which form it is told: "ms", "seconds" or "date"; None where in two, or in none."""
    said = headers.get("retry-after")
    if headers.get("retry-after-ms") is not None:
        return "ms" if said is None else None
    if said is None:
        return None
    return "date" if _number(said) is None else "seconds"


def _number(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _ms(text: str | None) -> float | None:
    value = _number(text)
    return None if value is None else value / 1000


def _wait(text: str | None, at: float) -> float | None:
    value = _number(text)
    if value is not None or text is None:
        return value
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    # The form without a zone is in GMT as well (RFC 9110, 5.6.7).
    return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - at
