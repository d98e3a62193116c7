"""A lane: one sequence of requests with a schedule of its own.

A key has one, and further ones by name for tests that run side by side with the same key. What
happens in one lane moves nothing in another.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import attrs

from simtwin.core.bucket import NS
from simtwin.core.chance import draw
from simtwin.core.fault import Fired, effective
from simtwin.core.schedule import Asked, Rule, decide
from simtwin.core.script import Script

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
class Lane:
    """The state of one lane. `since` (ns) is the start of its time windows."""

    since: int
    ordinal: int = 0
    counts: Mapping[str, int] = attrs.field(factory=dict)
    places: Mapping[str, ScriptPlace] = attrs.field(factory=dict)
    times: Mapping[str, int] = attrs.field(factory=dict)


@attrs.frozen
class Fate:
    """What is to happen to one request.

    Args:
        ordinal: how many requests the lane had before.
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
    """The part of the settings in force that decides fates, for one lane."""

    rules: tuple[Rule, ...]
    script: Script | None
    seed: int
    scope: str


def admit(lane: Lane, now: int, asked: Asked, schedule: Schedule) -> tuple[Lane, Fate]:
    """Give the request its ordinal and decide which faults fire on it."""
    ordinal = lane.ordinal
    if schedule.script is not None and asked.answers:
        places, fate = _next_item(lane, now, schedule.script)
        return Lane(lane.since, ordinal + 1, lane.counts, places, lane.times), fate
    chance = partial(draw, schedule.seed, schedule.scope, ordinal)
    elapsed = (now - lane.since) / NS
    rules, counts = decide(schedule.rules, asked, lane.counts, elapsed, chance)
    fired = effective(Fired(rule.name, rule.kind, rule.fault) for rule in rules)
    charge = bool(fired) and any(rule.charge for rule in rules if rule.name == fired[0].rule)
    after = Lane(lane.since, ordinal + 1, counts, lane.places, lane.times)
    return after, Fate(ordinal, fired, charge)


def next_time(lane: Lane, name: str) -> tuple[Lane, int]:
    """One more answer of what is called `name`; how many that makes."""
    times = {each: count for each, count in lane.times.items() if each != name}
    if len(times) >= MOST_TIMES:
        del times[next(iter(times))]
    times[name] = count = lane.times.get(name, 0) + 1
    return attrs.evolve(lane, times=times), count


def not_this_time(lane: Lane, name: str) -> Lane:
    """The answer that `next_time` counted is not given after all."""
    count = lane.times.get(name, 0)
    return attrs.evolve(lane, times={**lane.times, name: count - 1}) if count else lane


def _next_item(lane: Lane, now: int, script: Script) -> tuple[Mapping[str, ScriptPlace], Fate]:
    place = lane.places.get(script.text)
    used = 0 if place is None or now - place.last > PLACE_LIFETIME else place.used
    item = script.item(used)
    places = {
        text: kept
        for text, kept in lane.places.items()
        if text != script.text and now - kept.last <= PLACE_LIFETIME
    }
    if len(places) >= MOST_PLACES:
        del places[min(places, key=lambda text: places[text].last)]
    places[script.text] = ScriptPlace(used + (item is not None), now)
    if item is None:
        return places, Fate(lane.ordinal, script="finished")
    shown = f"{used % script.total + 1}/{script.total}"
    return places, Fate(lane.ordinal, effective(item.faults), script=shown)
