"""What a limit allows, and how it stands."""

from __future__ import annotations

from typing import Literal

import attrs
from attrs.validators import ge, optional

Measure = Literal["requests", "input_tokens", "output_tokens"]


@attrs.frozen
class Quota:
    """The limits of a pool, a minute, each at least 1; None is no such limit."""

    rpm: int = attrs.field(validator=ge(1))
    itpm: int | None = attrs.field(default=None, validator=optional(ge(1)))
    otpm: int | None = attrs.field(default=None, validator=optional(ge(1)))


@attrs.frozen
class Gauge:
    """A limit as it stands: whole ones left (below zero in debt), and when it is full again (ns)."""

    limit: int
    remaining: int
    full_at: int


@attrs.frozen
class Gauges:
    """The limits of a pool as they stand: what the headers of an answer are made of."""

    requests: Gauge
    input: Gauge | None
    output: Gauge | None


def unlimited_gauges(quota: Quota, now: int) -> Gauges:
    """What an owner without limits is told: the limits of `quota`, with nothing taken."""
    return Gauges(
        Gauge(quota.rpm, quota.rpm, now),
        None if quota.itpm is None else Gauge(quota.itpm, quota.itpm, now),
        None if quota.otpm is None else Gauge(quota.otpm, quota.otpm, now),
    )
