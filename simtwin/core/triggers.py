"""The triggers that are tables of their own: what else must hold, beside counts, for a rule to fire.

Each is read from a table, or from the one value that most people want of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import attrs

from simtwin.core import bounds
from simtwin.core.fault import SettingsError
from simtwin.core.quote import quote
from simtwin.core.tables import table_of

#: Over whom something is counted: the key (each lane of it by itself), its tenant, or everybody
#: that the settings are for.
Of = Literal["key", "tenant", "all"]
OF: tuple[Of, ...] = ("key", "tenant", "all")

#: Whom the settings are for that a rule is set in, from near to far.
Reach = Literal["lane", "key", "tenant", "all"]
REACHES: tuple[Reach, ...] = ("lane", "key", "tenant", "all")

_of = bounds.one_of(OF)


def _given(*names: str) -> Callable[[Any], None]:
    """Refuses a table that lacks one of the fields: without them it says nothing."""

    def check(table: Any) -> None:
        for name in names:
            if getattr(table, name) is None:
                raise SettingsError("is needed", name)

    return check


@attrs.frozen
class Count:
    """How often a rule may fire.

    Args:
        times: at most so often.
        of: by each key (and lane); or by all keys of the tenant, or all, together.
    """

    times: int | None = attrs.field(default=None, validator=bounds.count)
    of: Of = attrs.field(default="key", validator=_of)

    def __attrs_post_init__(self) -> None:
        _given("times")(self)


@attrs.frozen
class Bursts:
    """Chance that comes in bursts: the two states of Gilbert and Elliott.

    A key begins in the good state. Each request that the rule looks at first changes the state by
    chance and then meets the chance of the state it is in. A burst lasts for 1/bad_to_good requests
    in the mean, and of all requests good_to_bad/(good_to_bad + bad_to_good) are in one.
    (E. N. Gilbert, "Capacity of a burst-noise channel", 1960; E. O. Elliott, 1963.)

    Args:
        good_to_bad: the chance that a burst begins.
        bad_to_good: the chance that one ends.
        chance_in_good: the chance to fire outside of bursts.
        chance_in_bad: the chance to fire in one.
    """

    good_to_bad: float | None = attrs.field(default=None, validator=bounds.share)
    bad_to_good: float | None = attrs.field(default=None, validator=bounds.share)
    chance_in_good: float = attrs.field(default=0.0, validator=bounds.share)
    chance_in_bad: float = attrs.field(default=1.0, validator=bounds.share)

    def __attrs_post_init__(self) -> None:
        _given("good_to_bad", "bad_to_good")(self)


@attrs.frozen
class Ramp:
    """Chance that changes over time, in a straight line.

    Args:
        chance: [first, last]: what it is up to the window, and after it.
        window: [from, to] in seconds.
    """

    chance: tuple[float, float] | None = attrs.field(
        default=None, converter=bounds.pair, validator=bounds.shares
    )
    window: tuple[float, float] | None = attrs.field(
        default=None, converter=bounds.pair, validator=bounds.window
    )

    def __attrs_post_init__(self) -> None:
        _given("chance", "window")(self)

    def at(self, elapsed: float) -> float:
        """The chance after so many seconds."""
        assert self.chance is not None and self.window is not None  # noqa: S101, PT018  # see above
        return on_line(elapsed, self.window, self.chance)


@attrs.frozen
class Load:
    """Chance by how much is asked of the twin: requests in flight, or of the last second.

    The request itself counts. One of the two is given: a number, which has to be exceeded; or
    `[from, to]`, over which the chance goes in a straight line from one to another.

    Args:
        in_flight: requests that have arrived and are not answered to the end.
        requests_per_second: those of the last second, to within a tenth or so (two whole seconds are
            counted, and of the earlier one the share that is still in the last second is taken).
        chance: [first, last]: what it is up to `from`, and from `to` on.
        of: whose requests: those of the key, its tenant, or everybody that the settings are for.
    """

    in_flight: float | tuple[float, float] | None = attrs.field(
        default=None, converter=bounds.pair, validator=bounds.threshold
    )
    requests_per_second: float | tuple[float, float] | None = attrs.field(
        default=None, converter=bounds.pair, validator=bounds.threshold
    )
    chance: tuple[float, float] | None = attrs.field(
        default=None, converter=bounds.pair, validator=bounds.shares
    )
    of: Of = attrs.field(default="key", validator=_of)

    def __attrs_post_init__(self) -> None:
        if (self.in_flight is None) is (self.requests_per_second is None):
            raise SettingsError("one of in_flight and requests_per_second is needed", "in_flight")
        if self.chance is not None and not isinstance(self._threshold, tuple):
            raise SettingsError("goes with [from, to], not with a number", "chance")

    @property
    def _threshold(self) -> float | tuple[float, float]:
        found = self.in_flight if self.in_flight is not None else self.requests_per_second
        assert found is not None  # noqa: S101  # one is given
        return found

    def at(self, load: float) -> float:
        """The chance under a load."""
        threshold = self._threshold
        if isinstance(threshold, tuple):
            return on_line(load, threshold, self.chance or (0.0, 1.0))
        return 1.0 if load > threshold else 0.0


@attrs.frozen
class After:
    """Only once another rule has fired, on an earlier request.

    Args:
        rule: its name.
        seconds: so long after it first did.
        of: on a request of the same key (and lane), or of any key of the tenant, or of anybody.
    """

    rule: str | None = None
    seconds: float = attrs.field(default=0.0, validator=bounds.from_zero)
    of: Of = attrs.field(default="key", validator=_of)

    def __attrs_post_init__(self) -> None:
        _given("rule")(self)
        if not isinstance(self.rule, str):
            raise SettingsError(f"must be the name of a rule, not {quote(self.rule)}", "rule")


@attrs.frozen
class Recovery:
    """Until the client lets the API recover. At least one is given, and either is enough.

    Both count from the first time that the rule fired on the key. Once recovered the rule is over.

    Args:
        quiet_seconds: the time between one request that the rule looks at and the next: the first
            that comes so late or later is let through.
        successes: so many requests that the rule looked at were answered in whole, with a 2xx.
    """

    quiet_seconds: float | None = attrs.field(default=None, validator=bounds.above_zero)
    successes: int | None = attrs.field(default=None, validator=bounds.count)

    def __attrs_post_init__(self) -> None:
        if self.quiet_seconds is None and self.successes is None:
            raise SettingsError("or successes is needed", "quiet_seconds")


@attrs.frozen
class Capacity:
    """Only while more is going on than there is room for: overload that answers to load.

    What the rule looks at is work from its arrival to the end of its answer. Where a request finds
    as much going on as there is room for, the rule fires on it. A request on which it fires is work
    as well, for about `refused_seconds`: that much is spent on turning it away, and clients who ask
    again at once keep the room full long after what filled it is gone. Where it does not fire, the
    answer takes longer the fuller the room is.

    Args:
        in_flight: how many requests there is room for.
        refused_seconds: how long the work of turning one away lasts in the mean (s).
        slower_from: the share of the room from which answers take longer.
        slower: how many times as long they take when it is full.
        of: whose requests share the room: by default everybody's that the settings are for.
    """

    in_flight: int | None = attrs.field(default=None, validator=bounds.count)
    refused_seconds: float = attrs.field(default=0.1, validator=bounds.from_zero)
    slower_from: float = attrs.field(default=0.5, validator=bounds.share)
    slower: float = attrs.field(default=1.0, validator=bounds.above_zero)
    of: Of = attrs.field(default="all", validator=_of)

    def __attrs_post_init__(self) -> None:
        _given("in_flight")(self)
        if self.slower < 1:
            raise SettingsError(f"must be a number from 1 up, not {self.slower}", "slower")


Trigger = Count | Bursts | Ramp | Load | After | Recovery | Capacity


def read(value: object, cls: type[Trigger], name: str, only: str | None) -> Trigger:
    """A trigger of that class from its table, or from its field `only` by itself.

    Raises:
        SettingsError: it cannot be, with a path that begins with `name`.
    """
    if only is not None and not isinstance(value, Mapping):
        value = {only: value}
        try:
            return table_of(cls, value, "")
        except SettingsError as error:
            raise SettingsError(error.message, name) from None
    return table_of(cls, value, name)


def on_line(value: float, window: tuple[float, float], ends: tuple[float, float]) -> float:
    """Where a straight line over `window` from one end to the other is at `value`."""
    (start, stop), (first, last) = window, ends
    way = min(1.0, max(0.0, (value - start) / (stop - start)))
    return first + (last - first) * way
