"""Chance in a duration."""

from __future__ import annotations

from random import Random


def jittered(seconds: float, share: float, rng: Random) -> float:
    """`seconds`, made longer or shorter by up to `share` of itself, each as likely as the other."""
    return seconds * (1 + share * rng.uniform(-1, 1))
