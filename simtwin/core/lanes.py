"""The lanes of one key: the one of requests that name none, and those that have a name.

A named lane is made when it is first used, and dropped when it was not used for some time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import attrs

from simtwin.core import lane as one
from simtwin.core.fault import SettingsError
from simtwin.core.lane import Fate, Lane, Schedule
from simtwin.core.quote import quote
from simtwin.core.schedule import Asked

#: As long as a place in a script, which is gone with its lane.
LANE_LIFETIME = one.PLACE_LIFETIME
#: More than tests run side by side, as each of them is one; about half a kilobyte each.
MOST_LANES = 1_000
#: Of all lanes together. One place is about 200 bytes; a client that makes up a script per request
#: stays bounded.
MOST_PLACES = 1_000
#: Names of tests are long, and every entry of the journal has one.
LONGEST_LANE = 128


def lane_name(name: str) -> str:
    """`name`, where a lane can be called so.

    Raises:
        SettingsError: it cannot.
    """
    # No slash: it ends the name in a path, and parts the key from the lane in a reset's id.
    if (
        not 0 < len(name) <= LONGEST_LANE
        or not (name.isascii() and name.isprintable() and name == name.strip())
        or "/" in name
    ):
        raise SettingsError(
            f"the name of a lane must be 1 to {LONGEST_LANE} printable ASCII characters without '/'"
            f" and without spaces around, not {quote(name)}"
        )
    return name


@attrs.frozen
class NamedLane:
    """A lane that is dropped when nobody uses it.

    Args:
        lane: its state.
        last: when a request in it last began or ended (ns).
        under_way: how many have not ended.
    """

    lane: Lane
    last: int
    under_way: int = 0

    def idle(self, now: int) -> bool:
        """Whether it is to be forgotten."""
        return not self.under_way and now - self.last > LANE_LIFETIME


@attrs.frozen
class Lanes:
    """All lanes of a key, the named ones in the order of their last use.

    A name is None for the lane of requests that name none.
    """

    unnamed: Lane
    # One for all keys without: see `lane`.
    named: Mapping[str, NamedLane] = MappingProxyType({})

    def get(self, name: str | None, now: int) -> Lane:
        """The lane of that name, as new where there is none."""
        if name is None:
            return self.unnamed
        found = self.named.get(name)
        return Lane(now) if found is None or found.idle(now) else found.lane

    def every(self) -> Iterator[tuple[str, Lane]]:
        """All lanes with their names; the one of requests that name none is called ""."""
        yield "", self.unnamed
        yield from ((name, each.lane) for name, each in self.named.items())

    def admit(
        self, name: str | None, now: int, asked: Asked, schedule: Schedule
    ) -> tuple[Lanes, Fate]:
        """Give a request in a lane its ordinal, and decide which faults fire on it."""
        before = self.get(name, now)
        lane, fate = one.admit(before, now, asked, schedule)
        after = Lanes(lane, self.named) if name is None else self._used(name, lane, now, 1)
        if len(lane.places) > len(before.places):
            after = _bounded(after)
        return after, fate

    def settle(self, name: str | None, now: int, place: str | None) -> Lanes:
        """A request in a lane has ended; `place` is the name of the script that addressed it."""
        if name is None:
            if place is None:
                return self
            return Lanes(one.settle(self.unnamed, now, place), self.named)
        if name not in self.named:
            return self
        lane = self.named[name].lane
        return self._used(name, lane if place is None else one.settle(lane, now, place), now, -1)

    def put(self, name: str | None, lane: Lane) -> Lanes:
        """With a lane in the place of the one of that name; of a name that is gone, nothing."""
        if name is None:
            return Lanes(lane, self.named)
        if name not in self.named:
            return self
        changed = attrs.evolve(self.named[name], lane=lane)
        return Lanes(self.unnamed, {**self.named, name: changed})

    def reset(self, name: str | None, now: int) -> Lanes:
        """With that lane as new."""
        if name is None:
            return Lanes(Lane(now), self.named)
        kept = {each: lane for each, lane in self.named.items() if each != name}
        return Lanes(self.unnamed, kept)

    def rested(self, now: int) -> Lanes:
        """Less the lanes that nobody uses."""
        return Lanes(self.unnamed, _without_idle(dict(self.named), now)) if self.named else self

    def _used(self, name: str, lane: Lane, now: int, more: int) -> Lanes:
        named = dict(self.named)
        was = named.pop(name, None)
        under_way = 0 if was is None else was.under_way
        # Of a lane that was reset in between, what ends is not counted.
        named[name] = NamedLane(lane, now, max(0, under_way + more))
        _without_idle(named, now)
        if len(named) > MOST_LANES:
            del named[next(iter(named))]
        return Lanes(self.unnamed, named)


def _bounded(lanes: Lanes) -> Lanes:
    """Less the oldest places in scripts, where there are too many."""
    every: dict[str | None, Lane] = {None: lanes.unnamed}
    every |= {name: each.lane for name, each in lanes.named.items()}
    over = sum(len(lane.places) for lane in every.values()) - MOST_PLACES
    for _ in range(over):
        name = min(every, key=lambda name: _oldest(every[name]))
        every[name] = one.without_oldest_place(every[name])
        lanes = lanes.put(name, every[name])
    return lanes


def _oldest(lane: Lane) -> float:
    return min((place.last for place in lane.places.values()), default=float("inf"))


def _without_idle(named: dict[str, NamedLane], now: int) -> dict[str, NamedLane]:
    idle = []
    for name, each in named.items():
        if now - each.last <= LANE_LIFETIME:
            # Those that follow were used later.
            break
        if each.idle(now):
            idle.append(name)
    for name in idle:
        del named[name]
    return named
