"""Times as the API writes them: RFC 3339 in UTC, in three forms."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache


def timestamp(at: float) -> str:
    """A Unix time (s) with six digits and a Z, as most of the API has it."""
    return with_offset(at).replace("+00:00", "Z")


def with_offset(at: float) -> str:
    """A Unix time (s) with six digits and its offset, as batches have it."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds")


# A full bucket is full now, so the headers of most answers of a second share its date.
@lru_cache(maxsize=1024)
def to_the_second(at: int) -> str:
    """A Unix time of whole seconds without digits, as headers and reports have it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def unix(text: str) -> float:
    """The Unix time (s) of a text; one that names no zone is in UTC.

    Raises:
        ValueError: it is no time.
        OverflowError: it is one that nobody can reckon with.
    """
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
