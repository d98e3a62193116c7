"""An API key as the twin knows it: how far it is in its schedule, and what it has used.

A value; every function takes the key as it is and gives back the key as it will be. Credentials
and settings are not here: settings in force come with each message.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import attrs

from simtwin.core.bucket import NS
from simtwin.core.chance import draw
from simtwin.core.fault import Fired, effective
from simtwin.core.pools import Ask, Curve, Granted, Impossible, Pools, Quota, Refused
from simtwin.core.schedule import Asked, Rule, decide
from simtwin.core.script import Script
from simtwin.core.usage import Tokens, Usage

#: A place in a script outlives the pauses of one test run, not the day of a shared twin.
PLACE_LIFETIME = 600 * NS
#: One place is about 200 bytes; a client that makes up a script per request stays bounded.
MOST_PLACES = 1_000
#: Reply rules and recordings that are told apart by how often they were used; 100 bytes each.
MOST_TIMES = 1_000


@attrs.frozen
class ScriptPlace:
    """How many items of a script are used up, and when the last one was (ns)."""

    used: int
    last: int


@attrs.frozen
class Key:
    """The state of one key. `since` (ns) is the start of its time windows."""

    since: int
    ordinal: int = 0
    counts: Mapping[str, int] = attrs.field(factory=dict)
    places: Mapping[str, ScriptPlace] = attrs.field(factory=dict)
    usage: Mapping[str, Usage] = attrs.field(factory=dict)
    in_flight: int = 0
    pools: Pools = attrs.field(factory=Pools.empty)
    times: Mapping[str, int] = attrs.field(factory=dict)

    def statistics(self) -> dict[str, Any]:
        """The key in numbers."""
        return {
            "requests": self.ordinal,
            "in_flight": self.in_flight,
            "models": {name: usage.statistics() for name, usage in sorted(self.usage.items())},
        }


@attrs.frozen
class Fate:
    """What is to happen to one request.

    Args:
        ordinal: how many requests the key made before.
        fired: the faults that have an effect, in order.
        charge: whether limits are charged although the answer is replaced.
        script: None where no script holds, else "3/5" or "finished".
    """

    ordinal: int
    fired: tuple[Fired, ...] = ()
    charge: bool = False
    script: str | None = None

    @property
    def replaced(self) -> bool:
        """Whether a fault takes the place of the answer."""
        return bool(self.fired) and self.fired[0].fault.replaces


@attrs.frozen
class Schedule:
    """The part of the settings in force that decides fates, for one key."""

    rules: tuple[Rule, ...]
    script: Script | None
    seed: int
    scope: str


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
    ordinal = key.ordinal
    if schedule.script is not None and asked.answers:
        places, fate = _next_item(key, now, schedule.script)
        return attrs.evolve(
            key, ordinal=ordinal + 1, in_flight=key.in_flight + 1, places=places
        ), fate
    chance = partial(draw, schedule.seed, schedule.scope, ordinal)
    elapsed = (now - key.since) / NS
    rules, counts = decide(schedule.rules, asked, key.counts, elapsed, chance)
    fired = effective(Fired(rule.name, rule.kind, rule.fault) for rule in rules)
    charge = bool(fired) and any(rule.charge for rule in rules if rule.name == fired[0].rule)
    after = Key(
        key.since,
        ordinal + 1,
        counts,
        key.places,
        key.usage,
        key.in_flight + 1,
        key.pools,
        key.times,
    )
    return after, Fate(ordinal, fired, charge)


def settle(key: Key, now: int, *, settlement: Settlement) -> tuple[Key, None]:
    """Book what became of an answer. A request that names no model is booked under ""."""
    model = settlement.model or ""
    usage = key.usage.get(model, Usage())
    booked = usage.with_answer(settlement.status, settlement.tokens, whole=settlement.whole)
    after = Key(
        key.since,
        key.ordinal,
        key.counts,
        key.places,
        {**key.usage, model: booked},
        key.in_flight - 1,
        key.pools.settle(settlement.hold, settlement.tokens.output, now),
        key.times,
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
    times = {each: count for each, count in key.times.items() if each != name}
    if len(times) >= MOST_TIMES:
        del times[next(iter(times))]
    times[name] = count = key.times.get(name, 0) + 1
    return attrs.evolve(key, times=times), count


def not_this_time(key: Key, now: int, *, name: str) -> tuple[Key, None]:  # noqa: ARG001  # likewise
    """The answer that `next_time` counted is not given after all."""
    count = key.times.get(name, 0)
    if not count:
        return key, None
    return attrs.evolve(key, times={**key.times, name: count - 1}), None


def rested(key: Key, now: int) -> Key:
    """What is to be kept of a key that does nothing: less the pools that are full again."""
    return attrs.evolve(key, pools=key.pools.rested(now))


def reset(key: Key, now: int) -> tuple[Key, None]:
    """Begin anew: ordinals, counts, places, usage and buckets. Answers under way stay counted."""
    return Key(since=now, in_flight=key.in_flight), None


def _next_item(key: Key, now: int, script: Script) -> tuple[Mapping[str, ScriptPlace], Fate]:
    place = key.places.get(script.text)
    used = 0 if place is None or now - place.last > PLACE_LIFETIME else place.used
    item = script.item(used)
    places = {
        text: kept
        for text, kept in key.places.items()
        if text != script.text and now - kept.last <= PLACE_LIFETIME
    }
    if len(places) >= MOST_PLACES:
        del places[min(places, key=lambda text: places[text].last)]
    places[script.text] = ScriptPlace(used + (item is not None), now)
    if item is None:
        return places, Fate(key.ordinal, script="finished")
    shown = f"{used % script.total + 1}/{script.total}"
    return places, Fate(key.ordinal, effective(item.faults), script=shown)
