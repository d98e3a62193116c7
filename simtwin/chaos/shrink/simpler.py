"""What a schedule could be made into that is smaller: one change each, the largest gain first. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from simtwin.chaos.shrink.schedule import (
    PLACES,
    PLAINEST,
    Met,
    Part,
    Schedule,
    fates_of,
    is_wait,
    schedule_of,
    size,
)
from simtwin.core.fault import Kinds, SettingsError
from simtwin.core.script import RULE


def simpler(schedule: Schedule, kinds: Kinds) -> Iterator[Schedule]:
    """Every schedule that is one change away, smaller, and one that can be."""
    for candidate in _changed(schedule):
        try:
            # As it is read: a fault that takes the place of an answer leaves none before it.
            read = schedule_of(fates_of(candidate, kinds))
        except SettingsError:
            continue
        if size(read) < size(schedule):
            yield read


def without(schedule: Schedule, index: int) -> Schedule:
    """The schedule without what one request meets."""
    mets = schedule.mets
    return attrs.evolve(schedule, mets=mets[:index] + mets[index + 1 :])


def _changed(schedule: Schedule) -> Iterator[Schedule]:
    mets = range(len(schedule.mets))
    yield from (without(schedule, index) for index in mets)
    for index in mets:
        yield from _with_less(schedule, index)
    for name in schedule.profiles:
        kept = {each: text for each, text in schedule.profiles.items() if each != name}
        yield attrs.evolve(schedule, profiles=kept)
    for index in mets:
        yield from _with_simpler_parts(schedule, index)
    for index in mets:
        yield from _earlier(schedule, index)


def _with_less(schedule: Schedule, index: int) -> Iterator[Schedule]:
    met = schedule.mets[index]
    if len(met.parts) > 1:
        for at in range(len(met.parts)):
            parts = (*met.parts[:at], *met.parts[at + 1 :])
            yield _with(schedule, index, attrs.evolve(met, parts=parts))
    if met.charge:
        yield _with(schedule, index, attrs.evolve(met, charge=False))


def _with_simpler_parts(schedule: Schedule, index: int) -> Iterator[Schedule]:
    met = schedule.mets[index]
    for at, part in enumerate(met.parts):
        for other in _simpler_parts(part):
            parts = (*met.parts[:at], other, *met.parts[at + 1 :])
            yield _with(schedule, index, attrs.evolve(met, parts=parts))


def _earlier(schedule: Schedule, index: int) -> Iterator[Schedule]:
    met = schedule.mets[index]
    for ordinal in _less(met.ordinal):
        if not any(_is_at(each, met, int(ordinal)) for each in schedule.mets):
            yield _with(schedule, index, attrs.evolve(met, ordinal=int(ordinal)))


def _is_at(met: Met, of: Met, ordinal: int) -> bool:
    return (met.scope, met.lane, met.ordinal) == (of.scope, of.lane, ordinal)


def _with(schedule: Schedule, index: int, met: Met) -> Schedule:
    mets = (*schedule.mets[:index], met, *schedule.mets[index + 1 :])
    # A token lists what a lane meets in the order of its requests.
    return attrs.evolve(schedule, mets=tuple(sorted(mets, key=_place)))


def _place(met: Met) -> tuple[str, str, int]:
    return met.scope, met.lane, met.ordinal


def _simpler_parts(part: Part) -> Iterator[Part]:
    yield Part("refuse", {"status": PLAINEST})
    yield Part("disconnect", {})
    place = {name: part.settings[name] for name in _WHERE if name in part.settings}
    yield Part("disconnect", place)
    yield Part("truncate", place)
    if part.rule != RULE:
        yield attrs.evolve(part, rule=RULE)
    for name in part.settings:
        rest = {each: value for each, value in part.settings.items() if each != name}
        yield attrs.evolve(part, settings=rest)
    for name, value in part.settings.items():
        if (is_wait(name) or name in PLACES) and _is_number(value):
            for less in _less(value):
                yield attrs.evolve(part, settings={**part.settings, name: less})


#: What says where in an answer a fault is, for kinds that have a place.
_WHERE = ("after_events", "before_event", "at_byte", "at_token")


def _less(value: float) -> Iterator[float]:
    """Smaller numbers, the smallest first: none, half, one less."""
    found = [0, int(value) // 2, int(value) - 1 if value == int(value) else int(value)]
    yield from (each for each in dict.fromkeys(found) if 0 <= each < value)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
