"""Betas without which parts of a request are unknown."""

from __future__ import annotations

from collections.abc import Collection

CONTEXT_EDITING = "context-management-2025-06-27"
#: Compaction at a threshold, and when it is asked for.
THRESHOLD, ON_DEMAND = "compact-2026-01-12", "compact-2026-09-04"
#: The beta methods of SDKs before 2.3 ask with this query. It counts as every name here: recordings
#: keep it where their headers were taken out.
QUERY = "?beta=true"


def named(betas: Collection[str], *names: str) -> bool:
    """Whether a request names one of some betas.

    Args:
        betas: those that it names, with `QUERY` where it has that.
        names: any of which will do.
    """
    if not betas:
        return False
    return QUERY in betas or any(name in betas for name in names)
