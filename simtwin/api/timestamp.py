"""Times as the API writes them."""

from __future__ import annotations

from datetime import UTC, datetime


def timestamp(at: float) -> str:
    """A Unix time (s) as RFC 3339, in UTC."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
