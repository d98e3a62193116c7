"""On which of the requests that it looks at a rule fires."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal

import attrs

from simtwin.core import bounds
from simtwin.core.fault import SettingsError
from simtwin.core.tables import fields_of, inside
from simtwin.core.triggers import (
    After,
    Bursts,
    Capacity,
    Count,
    Load,
    Ramp,
    Recovery,
    Trigger,
    read,
)

#: Whose time windows and ramps are told in: from when the key began or was reset, or from when the
#: rule was set (or its profile listed), for all keys, endpoints and models alike.
TIMELINES = ("key", "shared")

#: The triggers that are tables, each with the field that may stand for the whole of it.
_TABLES: Mapping[str, tuple[type[Trigger], str | None]] = MappingProxyType(
    {
        "count": (Count, "times"),
        "bursts": (Bursts, None),
        "ramp": (Ramp, None),
        "load": (Load, None),
        "capacity": (Capacity, "in_flight"),
        "after": (After, "rule"),
        "until_recovered": (Recovery, None),
    }
)


@attrs.frozen
class When:
    """On which of the requests that it looks at a rule fires: all that is given must hold.

    Requests are counted from 1, for each key, by the rule itself: one that it looks at counts
    whether or not the rule fires on it.

    Args:
        nth: that one.
        first: that many from the start.
        every: each n-th one, from `offset` on.
        offset: the first one that `every` means; default `every` itself.
        count: it fires so often and then never again: a number, or a table (`Count`).
        chance: the share of requests, 0 to 1, that it fires on.
        bursts: chance that comes in bursts (`Bursts`).
        window: seconds since the key was made or reset, from the first up to the second, so that
            windows that follow each other share no instant.
        ramp: chance that changes over time (`Ramp`).
        timeline: what `window` and `ramp` count from; see TIMELINES.
        load: chance by how much is asked of the twin (`Load`).
        capacity: while there is no room (`Capacity`): a number, or a table.
        after: once another rule has fired (`After`): its name, or a table.
        until_recovered: until the client lets the API recover (`Recovery`).
        sticky: once it has fired it fires on every request that it looks at, whatever else is
            given, until a reset. What ends a rule ends it all the same: `count`, `until_recovered`,
            `lease_seconds`.
        lease_seconds: the rule is over that long after it was set, whatever happens in between, so
            that a test that crashed does not spoil the next one.
        active: the chance that the rule is there at all in this run; drawn once, from the seed and
            the name of the rule.

    Raises:
        SettingsError: with the field at fault as its path.
    """

    nth: int | None = attrs.field(default=None, validator=bounds.count)
    first: int | None = attrs.field(default=None, validator=bounds.count)
    every: int | None = attrs.field(default=None, validator=bounds.count)
    offset: int | None = attrs.field(default=None, validator=bounds.count)
    chance: float | None = attrs.field(default=None, validator=bounds.share)
    window: tuple[float, float] | None = attrs.field(
        default=None, converter=bounds.pair, validator=bounds.window
    )
    count: Count | None = None
    bursts: Bursts | None = None
    ramp: Ramp | None = None
    timeline: Literal["key", "shared"] | None = attrs.field(
        default=None, validator=bounds.one_of(TIMELINES)
    )
    load: Load | None = None
    capacity: Capacity | None = None
    after: After | None = None
    until_recovered: Recovery | None = None
    sticky: bool | None = attrs.field(default=None, validator=bounds.truth)
    lease_seconds: float | None = attrs.field(default=None, validator=bounds.above_zero)
    active: float | None = attrs.field(default=None, validator=bounds.share)
    #: Whether counts, a window and a chance are all there is to it, as in most rules.
    plain: bool = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "plain", all(getattr(self, name) is None for name in _NOT_PLAIN))
        if self.offset is not None and self.every is None:
            raise SettingsError("means nothing without every", "offset")

    @property
    def of_others(self) -> bool:
        """Whether it takes more than the lane of the request to know whether the rule fires."""
        return (
            self.load is not None
            or self.capacity is not None
            or (self.count is not None and self.count.of != "key")
            or (self.after is not None and self.after.of != "key")
        )

    def counts(self, count: int) -> bool:
        """Whether the counted triggers hold for the request that is that one, from 1."""
        if self.nth is not None and count != self.nth:
            return False
        if self.first is not None and count > self.first:
            return False
        if self.every is not None:
            past = count - (self.offset or self.every)
            return past >= 0 and past % self.every == 0
        return True

    def odds(self, elapsed: float, load: float, *, bad: bool) -> float:
        """The chance to fire of a request for which all else holds.

        Args:
            elapsed: seconds on the rule's timeline.
            load: what `load` is told in, as it is.
            bad: whether the key is in a burst.
        """
        odds = 1.0 if self.chance is None else self.chance
        if self.ramp is not None:
            odds *= self.ramp.at(elapsed)
        if self.load is not None:
            odds *= self.load.at(load)
        if self.bursts is not None:
            odds *= self.bursts.chance_in_bad if bad else self.bursts.chance_in_good
        return odds


_NOT_PLAIN = (
    "count",
    "bursts",
    "ramp",
    "load",
    "capacity",
    "after",
    "until_recovered",
    "sticky",
)


def when_of(doc: object, known: Sequence[str] = ()) -> When:
    """What the table of a rule's `when` says.

    Args:
        doc: the table.
        known: the fields that it may have; all of them where none are named.

    Raises:
        SettingsError: it cannot be, with a path that begins with `when`.
    """
    with inside("when"):
        given = fields_of(doc, known or [field.name for field in attrs.fields(When) if field.init])
        for name, (table, only) in _TABLES.items():
            if name in given:
                given[name] = read(given[name], table, name, only)
        return When(**given)
