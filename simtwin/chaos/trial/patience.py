"""How long a run is given, where a clean one takes so long."""

from __future__ import annotations

#: A program that takes longer without any fault is no cheap one to run a hundred times.
CLEAN_SECONDS = 600.0
#: Whoever waits for a backoff of the SDK or two is not hung.
_LEAST = 10.0
_FACTOR = 5.0


def patience(given: float | None, clean_seconds: float) -> float:
    """When a run is hung, in seconds: what is given, else by how long a clean one takes."""
    return given if given is not None else round(max(_LEAST, _FACTOR * clean_seconds), 1)
