"""An API key as the twin knows it: how far its lanes are in their schedules, and what it has used.

A value; every function takes the key as it is and gives back the key as it will be. Credentials
and settings are not here: settings in force come with each message.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from simtwin.core import lane as lanes
from simtwin.core.lane import Fate, Lane, Schedule
from simtwin.core.pools import Ask, Curve, Granted, Impossible, Pools, Quota, Refused
from simtwin.core.schedule import Asked
from simtwin.core.usage import Tokens, Usage


@attrs.frozen
class Key:
    """The state of one key; `lane` is that of requests that name none."""

    lane: Lane
    usage: Mapping[str, Usage] = attrs.field(factory=dict)
    in_flight: int = 0
    pools: Pools = attrs.field(factory=Pools.empty)

    @classmethod
    def made(cls, now: int) -> Key:
        """A key that was never used; its time windows start at `now` (ns)."""
        return cls(Lane(now))

    def statistics(self) -> dict[str, Any]:
        """The key in numbers."""
        return {
            "requests": self.lane.ordinal,
            "in_flight": self.in_flight,
            "models": {name: usage.statistics() for name, usage in sorted(self.usage.items())},
        }


@attrs.frozen
class Settlement:
    """What became of an answer.

    Args:
        status: None where it was cut off before the head.
        model: as it was asked for.
        tokens: what it has cost.
        whole: whether the client was sent all of it.
        hold: the id under which the key's own limits hold the request.
    """

    status: int | None
    model: str | None
    tokens: Tokens
    whole: bool
    hold: str


def admit(key: Key, now: int, *, asked: Asked, schedule: Schedule) -> tuple[Key, Fate]:
    """Give the request its ordinal and decide which faults fire on it."""
    lane, fate = lanes.admit(key.lane, now, asked, schedule)
    return Key(lane, key.usage, key.in_flight + 1, key.pools), fate


def settle(key: Key, now: int, *, settlement: Settlement) -> tuple[Key, None]:
    """Book what became of an answer. A request that names no model is booked under ""."""
    model = settlement.model or ""
    usage = key.usage.get(model, Usage())
    booked = usage.with_answer(settlement.status, settlement.tokens, whole=settlement.whole)
    after = Key(
        key.lane,
        {**key.usage, model: booked},
        key.in_flight - 1,
        key.pools.settle(settlement.hold, settlement.tokens.output, now),
    )
    return after, None


def take(
    key: Key, now: int, *, ask: Ask, quota: Quota
) -> tuple[Key, Granted | Refused | Impossible]:
    """Admit a request by the key's own limits, or take nothing."""
    pools, outcome = key.pools.take(ask, quota, now)
    return attrs.evolve(key, pools=pools), outcome


def give_back(key: Key, now: int, *, ask: Ask) -> tuple[Key, None]:
    """Undo a take: the tenant's limits refused the request."""
    return attrs.evolve(key, pools=key.pools.give_back(ask, now)), None


def correct(key: Key, now: int, *, request: str, curve: Curve) -> tuple[Key, None]:
    """An answer under way will be produced otherwise than was foreseen."""
    return attrs.evolve(key, pools=key.pools.correct(request, curve, now)), None


def next_time(key: Key, now: int, *, name: str) -> tuple[Key, int]:  # noqa: ARG001  # every message takes both
    """One more answer of what is called `name`; how many that makes."""
    lane, count = lanes.next_time(key.lane, name)
    return attrs.evolve(key, lane=lane), count


def not_this_time(key: Key, now: int, *, name: str) -> tuple[Key, None]:  # noqa: ARG001  # likewise
    """The answer that `next_time` counted is not given after all."""
    return attrs.evolve(key, lane=lanes.not_this_time(key.lane, name)), None


def rested(key: Key, now: int) -> Key:
    """What is to be kept of a key that does nothing: less the pools that are full again."""
    return attrs.evolve(key, pools=key.pools.rested(now))


def reset(key: Key, now: int) -> tuple[Key, None]:
    """Begin anew: ordinals, counts, places, usage and buckets. Answers under way stay counted."""
    return Key(Lane(now), in_flight=key.in_flight), None
