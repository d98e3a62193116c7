"""An API key as the twin knows it: how far its lanes are in their schedules, and what it has used.

A value; every function takes the key as it is and gives back the key as it will be. Credentials
and settings are not here: settings in force come with each message.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from simtwin.core import lane as one
from simtwin.core.allowance import NOTHING_SPENT, Allowance, Short, Spent
from simtwin.core.lane import Fate, Lane, Schedule
from simtwin.core.lanes import Lanes
from simtwin.core.pools import Ask, Curve, Granted, Impossible, Pools, Quota, Refused
from simtwin.core.schedule import Asked
from simtwin.core.usage import Tokens, Usage


@attrs.frozen
class Key:
    """The state of one key."""

    lanes: Lanes
    usage: Mapping[str, Usage] = attrs.field(factory=dict)
    in_flight: int = 0
    pools: Pools = attrs.field(factory=Pools.empty)
    spent: Spent = NOTHING_SPENT

    @classmethod
    def made(cls, now: int) -> Key:
        """A key that was never used; its time windows start at `now` (ns)."""
        return cls(Lanes(Lane(now)))

    def statistics(self) -> dict[str, Any]:
        """The key in numbers."""
        return {
            "requests": self.lanes.unnamed.ordinal,
            "lanes": {name: each.lane.ordinal for name, each in self.lanes.named.items()},
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
        lane: the name of its lane, None for the one of requests that name none.
        place: the name of the script that addressed it.
        fate: what was to happen to the request.
        reached: the rules whose faults took effect.
        call: what call the request belongs to, where attempts are counted.
    """

    status: int | None
    model: str | None
    tokens: Tokens
    whole: bool
    hold: str
    lane: str | None = None
    place: str | None = None
    fate: Fate | None = None
    reached: tuple[str, ...] = ()
    call: str | None = None

    @property
    def succeeded(self) -> bool:
        """Whether the client has what it asked for."""
        return self.whole and self.status is not None and 200 <= self.status < 300


def admit(
    key: Key, now: int, *, asked: Asked, schedule: Schedule, lane: str | None = None
) -> tuple[Key, Fate]:
    """Give the request its ordinal in its lane and decide which faults fire on it."""
    lanes, fate = key.lanes.admit(lane, now, asked, schedule)
    return Key(lanes, key.usage, key.in_flight + 1, key.pools, key.spent), fate


def settle(key: Key, now: int, *, settlement: Settlement) -> tuple[Key, None]:
    """Book what became of an answer. A request that names no model is booked under ""."""
    model = settlement.model or ""
    usage = key.usage.get(model, Usage())
    booked = usage.with_answer(settlement.status, settlement.tokens, whole=settlement.whole)
    lanes, fate = key.lanes.settle(settlement.lane, now, settlement.place), settlement.fate
    if fate is not None and (settlement.reached or fate.watched or settlement.call is not None):
        lane = one.settled(
            lanes.get(settlement.lane, now),
            fate,
            settlement.reached,
            settlement.call,
            succeeded=settlement.succeeded,
        )
        lanes = lanes.put(settlement.lane, lane)
    after = Key(
        lanes,
        {**key.usage, model: booked},
        key.in_flight - 1,
        key.pools.settle(settlement.hold, settlement.tokens.output, now),
        key.spent.settled(settlement.tokens.total, now),
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


def allow(
    key: Key,
    now: int,
    *,
    allowance: Allowance,
) -> tuple[Key, Short | float]:
    """Admit a request by what the key's gateway allows it, or take nothing.

    Args:
        key: whose request it is.
        now: ns.
        allowance: what the key may use.

    Returns:
        The key, and what it had cost by now (US dollars), or what it is short of.
    """
    total = allowance.cost(key.usage)
    spent, short = key.spent.take(allowance, total, key.in_flight, now)
    outcome = spent.cost(allowance, total, now) if short is None else short
    return attrs.evolve(key, spent=spent), outcome


def correct(key: Key, now: int, *, request: str, curve: Curve) -> tuple[Key, None]:
    """An answer under way will be produced otherwise than was foreseen."""
    return attrs.evolve(key, pools=key.pools.correct(request, curve, now)), None


def next_time(key: Key, now: int, *, name: str, lane: str | None = None) -> tuple[Key, int]:
    """One more answer of what is called `name` in a lane; how many that makes."""
    after, count = one.next_time(key.lanes.get(lane, now), name)
    return attrs.evolve(key, lanes=key.lanes.put(lane, after)), count


def not_this_time(key: Key, now: int, *, name: str, lane: str | None = None) -> tuple[Key, None]:
    """The answer that `next_time` counted is not given after all."""
    after = one.not_this_time(key.lanes.get(lane, now), name)
    return attrs.evolve(key, lanes=key.lanes.put(lane, after)), None


def rested(key: Key, now: int) -> Key:
    """What is to be kept of a key that does nothing: less full pools and lanes without use."""
    return attrs.evolve(key, lanes=key.lanes.rested(now), pools=key.pools.rested(now))


def reset(key: Key, now: int) -> tuple[Key, None]:
    """Begin anew: lanes, usage and buckets. Answers under way stay counted."""
    return Key(Lanes(Lane(now)), in_flight=key.in_flight), None


def reset_lane(key: Key, now: int, *, lane: str | None) -> tuple[Key, None]:
    """Begin a lane anew: ordinals, counts, places. Usage and buckets are the key's."""
    return attrs.evolve(key, lanes=key.lanes.reset(lane, now)), None
