"""A lane: one sequence of requests with a schedule of its own.

A key has one, and further ones by name for tests that run side by side with the same key. What
happens in one lane moves nothing in another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any

import attrs

from simtwin.core.bucket import NS
from simtwin.core.chance import draw
from simtwin.core.course import START, Course
from simtwin.core.fault import Fired, effective
from simtwin.core.schedule import NOTHING_AROUND, Around, Asked, Moment, Rule, decide
from simtwin.core.script import Script

#: A place in a script outlives the pauses of one test run, not the day of a shared twin.
PLACE_LIFETIME = 600 * NS
#: Reply rules and recordings that are told apart by how often they were used; 100 bytes each.
MOST_TIMES = 1_000


#: One for all lanes that have nothing yet: an empty dictionary of its own is 64 bytes, and there may
#: be ten thousand keys at rest.
_NONE: Mapping[str, Any] = MappingProxyType({})


@attrs.frozen
class ScriptPlace:
    """How far a script is.

    Args:
        used: how many of its items are used up.
        last: when a request that it addressed last began or ended (ns).
        under_way: how many of them have not ended: a hang may outlast every lifetime, and whoever
            gives up on it is to meet the next item.
        lasting: whether it is kept as long as the lane, as that of a script in settings is.
    """

    used: int
    last: int
    under_way: int = 0
    lasting: bool = False

    def expired(self, now: int) -> bool:
        """Whether it is to be forgotten."""
        return not self.lasting and not self.under_way and now - self.last > PLACE_LIFETIME


@attrs.frozen
class Lane:
    """The state of one lane.

    Args:
        since: the start of its time windows (ns).
        ordinal: how many requests it had.
        course: how far the rules are.
        places: how far each script is, by its name.
        times: how often each of several answers was given, by name.
    """

    since: int
    ordinal: int = 0
    course: Course = START
    places: Mapping[str, ScriptPlace] = _NONE
    times: Mapping[str, int] = _NONE


@attrs.frozen
class Fate:
    """What is to happen to one request.

    Args:
        ordinal: how many requests the lane had before.
        fired: the faults that have an effect, in order.
        charge: whether limits are charged although the answer is replaced.
        script: None where no script holds, else "3/5" or "finished".
        place: the name of that script.
        rules: the rules that fired, those included whose faults have no effect.
        watched: the rules that looked at it and want to know whether it succeeds.
    """

    ordinal: int
    fired: tuple[Fired, ...] = ()
    charge: bool = False
    script: str | None = None
    place: str | None = None
    rules: tuple[str, ...] = ()
    watched: tuple[str, ...] = ()

    @property
    def replaced(self) -> bool:
        """Whether a fault takes the place of the answer."""
        return bool(self.fired) and self.fired[0].fault.replaces


@attrs.frozen
class Told:
    """A fate that was told beforehand; see `Fate`."""

    fired: tuple[Fired, ...]
    charge: bool = False


@attrs.frozen
class Schedule:
    """What decides fates, for one lane.

    Args:
        rules: the rules in force.
        script: what holds in their place for requests that ask a model to answer; None for none.
        seed: decides all chance.
        scope: whose chance it is.
        lasting: whether the script is that of the settings, which a client may wait an hour to go on
            with, and not one of the many that requests bring along.
        around: what the rules take from beyond the lane, for one request.
        told: the fates by ordinal, in the place of all else; one that is not told is an answer.
    """

    rules: tuple[Rule, ...]
    script: Script | None
    seed: int
    scope: str
    lasting: bool = False
    around: Mapping[str, Around] = NOTHING_AROUND
    told: Mapping[int, Told] | None = None


def admit(lane: Lane, now: int, asked: Asked, schedule: Schedule) -> tuple[Lane, Fate]:
    """Give the request its ordinal and decide which faults fire on it."""
    ordinal = lane.ordinal
    if schedule.told is not None:
        met = schedule.told.get(ordinal, _NOTHING)
        after = Lane(lane.since, ordinal + 1, lane.course, lane.places, lane.times)
        return after, Fate(ordinal, met.fired, met.charge)
    if schedule.script is not None and asked.answers:
        places, fate = _next_item(lane, now, schedule.script, lasting=schedule.lasting)
        return Lane(lane.since, ordinal + 1, lane.course, places, lane.times), fate
    if not schedule.rules:
        return Lane(lane.since, ordinal + 1, lane.course, lane.places, lane.times), Fate(ordinal)
    course = lane.course
    if asked.details is not None and asked.details.call is not None:
        course, attempt = course.attempt(asked.details.call)
        asked = attrs.evolve(asked, details=attrs.evolve(asked.details, attempt=attempt))
    chance = partial(draw, schedule.seed, schedule.scope, ordinal)
    moment = Moment(now, lane.since, chance, schedule.around)
    rules, tallies = decide(schedule.rules, asked, course.tallies, moment)
    course = Course(tallies, course.calls)
    after = Lane(lane.since, ordinal + 1, course, lane.places, lane.times)
    watched = _watched(schedule.rules, asked)
    if not rules:
        return after, Fate(ordinal, watched=watched)
    fired = effective(
        Fired(rule.name, rule.kind, rule.fault, rule.order_dependent) for rule in rules
    )
    charge = any(rule.charge for rule in rules if rule.name == fired[0].rule)
    names = tuple(rule.name for rule in rules)
    return after, Fate(ordinal, fired, charge, rules=names, watched=watched)


def settled(
    lane: Lane, fate: Fate, reached: Iterable[str], call: str | None, *, succeeded: bool
) -> Lane:
    """The answer to a request of that fate is over; see `Course.settled`."""
    course = lane.course.settled(reached, fate.watched, call, succeeded=succeeded)
    return attrs.evolve(lane, course=course)


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


def settle(lane: Lane, now: int, place: str) -> Lane:
    """A request that the script of that name addressed has ended."""
    was = lane.places.get(place)
    if was is None:
        return lane
    # Of a lane that was reset in between, the request is nobody's.
    ended = ScriptPlace(was.used, now, max(0, was.under_way - 1), was.lasting)
    return attrs.evolve(lane, places={**lane.places, place: ended})


def without_oldest_place(lane: Lane) -> Lane:
    """One place less: that in the script which was used longest ago."""
    oldest = min(lane.places, key=lambda name: lane.places[name].last)
    places = {name: place for name, place in lane.places.items() if name != oldest}
    return attrs.evolve(lane, places=places)


def _watched(rules: Sequence[Rule], asked: Asked) -> tuple[str, ...]:
    """The rules that look at a request and want to know whether it succeeds."""
    return tuple(
        rule.name
        for rule in rules
        if rule.when.until_recovered is not None
        and rule.when.until_recovered.successes is not None
        and rule.match.fits(asked)
    )


_NOTHING = Told(())


def _next_item(
    lane: Lane, now: int, script: Script, *, lasting: bool
) -> tuple[Mapping[str, ScriptPlace], Fate]:
    places = {name: place for name, place in lane.places.items() if not place.expired(now)}
    was = places.pop(script.name, None) or ScriptPlace(0, now)
    item = script.item(was.used)
    places[script.name] = ScriptPlace(
        was.used + (item is not None), now, was.under_way + 1, lasting
    )
    if item is None:
        return places, Fate(lane.ordinal, script="finished", place=script.name)
    shown = f"{was.used % script.total + 1}/{script.total}"
    return places, Fate(lane.ordinal, effective(item.faults), script=shown, place=script.name)
