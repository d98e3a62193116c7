"""What rules share beyond one lane: traffic, capacities, and what is counted over several keys.

    arrives ─► enter: what each rule needs to know, and a share in what is going on
    decided ─► which of them fired
    answered, or gone ─► leave

The one owner of it is the twin, outside of its actors: nobody waits for it, and no actor asks
another. All of it depends on the order in which requests arrive.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Container, Mapping, Sequence
from typing import TypeVar

import attrs

from simtwin.core.asked import Asked
from simtwin.core.room import Room
from simtwin.core.schedule import Around, Rule
from simtwin.core.traffic import Traffic
from simtwin.core.triggers import REACHES, Capacity, Of, Reach

#: Rules of one address of which something is kept; twice as many as there can be at a time.
MOST_RULES = 2_000

#: Addresses of which something is kept: as many as there are keys at work at once, and more.
MOST_ADDRESSES = 20_000

#: The address of everybody.
ALL = ""

#: What a rule says it counts over, as a place in REACHES: a key is one lane of it.
_OF: Mapping[Of, int] = {"key": 0, "tenant": 2, "all": 3}

Thing = TypeVar("Thing")


@attrs.define
class Firings:
    """How often a rule fired over an address, and when it first did (ns)."""

    times: int = 0
    reserved: int = 0
    first: int | None = None


def lane_address(api_key_id: str, lane: str) -> str:
    """The address of a lane; the one of requests that name none is called ""."""
    return f"{api_key_id}/{lane}"


def level(of: Of, reach: Reach) -> int:
    """Over what something is counted `of` whom, by a rule that reaches so far: of REACHES."""
    return min(_OF[of], REACHES.index(reach))


@attrs.frozen
class Who:
    """Whose request it is: the tenant, the key, and the name of the lane or ""."""

    tenant_id: str
    api_key_id: str
    lane: str = ""

    @property
    def addresses(self) -> tuple[str, str, str, str]:
        """Wherever the request itself counts, from near to far."""
        lane = lane_address(self.api_key_id, self.lane)
        return lane, self.api_key_id, self.tenant_id, ALL

    def address(self, of: Of, reach: Reach) -> str:
        """Where something is counted `of` whom, by a rule that reaches so far."""
        return self.addresses[level(of, reach)]


@attrs.define(eq=False)
class Share:
    """The part of one request in what is going on.

    Args:
        around: what the rules need to know, by their names.
        slower: how many times as long its answer takes, by the rules whose capacity it uses.
        addresses: where it counts as traffic.
        rooms: the capacities that it uses, by rule.
        reserved: by rule, what is counted over several keys and may yet be counted for it.
        heard: rules, and where it is to be noted that they fired.
    """

    around: dict[str, Around] = attrs.field(factory=dict)
    slower: dict[str, float] = attrs.field(factory=dict)
    addresses: tuple[str, ...] = ()
    rooms: dict[str, tuple[Room, Capacity]] = attrs.field(factory=dict)
    reserved: dict[str, Firings] = attrs.field(factory=dict)
    heard: list[tuple[str, Firings]] = attrs.field(factory=list)

    def slowed(self, fired: Container[str]) -> float:
        """How many times as long the answer takes, where these rules fired on it."""
        return max((each for name, each in self.slower.items() if name not in fired), default=1.0)


class Commons:
    """What is shared."""

    def __init__(self) -> None:
        self.traffic = Traffic()
        self._firings: OrderedDict[str, dict[str, Firings]] = OrderedDict()
        self._rooms: OrderedDict[str, dict[str, Room]] = OrderedDict()

    def enter(
        self, rules: Sequence[Rule], asked: Asked, who: Who, now: int, *, counts_traffic: bool
    ) -> Share:
        """A request has arrived.

        Args:
            rules: those in force that take something from beyond their lane.
            asked: the request.
            who: whose it is.
            now: the time (ns).
            counts_traffic: whether any rule anywhere is told in load.
        """
        share = Share()
        if counts_traffic:
            share.addresses = who.addresses
            self.traffic.arrive(share.addresses, now)
        for rule in rules:
            after = rule.when.after
            if after is not None and after.of != "key":
                # The rule that it comes after may fire on requests that this one does not look at.
                name = after.rule or ""
                firings = self._firing(who.address(after.of, rule.reach), name)
                share.heard.append((name, firings))
            if rule.match.fits(asked) and (rule.expires is None or now < rule.expires):
                share.around[rule.name] = self._around(rule, share, who, now)
        return share

    def decided(self, share: Share, fired: Sequence[str], now: int) -> None:
        """Which rules fired on the request."""
        for name, firings in share.reserved.items():
            firings.reserved -= 1
            firings.times += name in fired
        share.reserved.clear()
        for name, firings in share.heard:
            if firings.first is None and name in fired:
                firings.first = now
        for name, (room, capacity) in share.rooms.items():
            if name in fired:
                room.turn_away(capacity, now)

    def leave(self, share: Share) -> None:
        """The request is answered to the end, or gone."""
        self.traffic.leave(share.addresses)
        for room, _ in share.rooms.values():
            room.leave()
        for firings in share.reserved.values():
            firings.reserved -= 1

    def work(self, rule: Rule, who: Who, least: int, now: int) -> float | None:
        """How much is going on in the capacity of a rule.

        None where it has none, or one for each of several: for less than `least` of REACHES.
        """
        capacity = rule.when.capacity
        if capacity is None or level(capacity.of, rule.reach) < least:
            return None
        room = self._rooms.get(who.address(capacity.of, rule.reach), {}).get(rule.name)
        return 0.0 if room is None else round(room.work(capacity, now), 3)

    def left(self, rule: Rule, who: Who, least: int) -> int | None:
        """How often a rule may yet fire that is counted over several keys; None as for `work`."""
        count = rule.when.count
        if count is None or count.of == "key" or level(count.of, rule.reach) < least:
            return None
        firings = self._firings.get(who.address(count.of, rule.reach), {}).get(rule.name)
        return (count.times or 0) - (0 if firings is None else firings.times)

    def reset(self, address: str | None) -> None:
        """Forget what was counted over an address, None for all; what is under way stays so."""
        for each in list(self._firings) if address is None else [address]:
            self._firings.pop(each, None)
        for each in list(self._rooms) if address is None else [address]:
            for room in self._rooms.get(each, {}).values():
                room.clear()

    def forget(self, address: str) -> None:
        """Let go of an address that is no more."""
        self._firings.pop(address, None)
        self._rooms.pop(address, None)

    def _around(self, rule: Rule, share: Share, who: Who, now: int) -> Around:
        when = rule.when
        load, permitted, full, after = 0.0, True, False, None
        if when.load is not None:
            address = who.address(when.load.of, rule.reach)
            load = (
                self.traffic.rate(address, now)
                if when.load.in_flight is None
                else self.traffic.in_flight(address)
            )
        if when.count is not None and when.count.of != "key":
            firings = self._firing(who.address(when.count.of, rule.reach), rule.name)
            permitted = firings.times + firings.reserved < (when.count.times or 0)
            if permitted:
                firings.reserved += 1
                share.reserved[rule.name] = firings
        if when.after is not None and when.after.of != "key":
            name = when.after.rule or ""
            heard = self._firing(who.address(when.after.of, rule.reach), name)
            after = heard.first
        if when.capacity is not None:
            room = self._room(who.address(when.capacity.of, rule.reach), rule.name)
            full = room.is_full(when.capacity, now)
            share.slower[rule.name] = room.slower(when.capacity, now)
            room.enter()
            share.rooms[rule.name] = (room, when.capacity)
        return Around(load, permitted, full, after)

    def _firing(self, address: str, name: str) -> Firings:
        return _kept(self._firings, address, name, Firings)

    def _room(self, address: str, name: str) -> Room:
        return _kept(self._rooms, address, name, Room)


def _kept(
    by_address: OrderedDict[str, dict[str, Thing]], address: str, name: str, new: type[Thing]
) -> Thing:
    """What is kept of a rule over an address; of too many the least recently used is dropped."""
    by_rule = by_address.setdefault(address, {})
    by_address.move_to_end(address)
    if len(by_address) > MOST_ADDRESSES:
        by_address.popitem(last=False)
    thing = by_rule.get(name)
    if thing is None:
        if len(by_rule) >= MOST_RULES:
            del by_rule[next(iter(by_rule))]
        thing = by_rule[name] = new()
    return thing
