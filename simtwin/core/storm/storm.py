"""What is simulated: who asks whom, and what happens to them.

    rests ─► calls ─► attempt ─► answered ──────────────────────────► rests
                 ▲        └────► refused, or no answer in time
                 └─ waits ◄── the policy says how long, or gives the call up ─► rests

Each client makes one call at a time and rests in between, so a population that is held up asks for
less: it is closed, as agents and batch jobs are.
"""

from __future__ import annotations

from typing import Any, Literal

import attrs

from simtwin.core import bounds
from simtwin.core.bucket import NS
from simtwin.core.fault import SettingsError
from simtwin.core.storm.policy import Policy
from simtwin.core.triggers import Capacity

#: What the packed events have place for; of a tenth of them an hour takes up to a minute.
MOST_CLIENTS = 100_000
#: About a minute on one core.
MOST_EVENTS = 10_000_000
#: A day: with windows of ten seconds, 8,640 of them.
LONGEST_SECONDS = 86_400.0
#: Nobody reads a legend of more.
MOST_POPULATIONS = 20

Spread = Literal["constant", "exponential"]
SPREADS: tuple[Spread, ...] = ("constant", "exponential")


def _seconds(least: float, most: float = LONGEST_SECONDS) -> bounds.Validator:
    def check(_: object, field: Any, value: Any) -> None:
        if value is not None and not (bounds.is_number(value) and least <= value <= most):
            raise SettingsError(f"must be {least:g} to {most:,g} seconds, not {value}", field.name)

    return check


@attrs.frozen
class Population:
    """Clients who are all alike.

    Args:
        name: what they are called.
        clients: how many.
        policy: what they do when an attempt fails.
    """

    name: str
    clients: int = attrs.field(validator=bounds.whole(1, MOST_CLIENTS))
    policy: Policy


@attrs.frozen(kw_only=True)
class Serving:
    """The server.

    Args:
        capacity: what it has room for, as the trigger of that name has it: a request that finds it
            full is refused with a 529, which is work as well, and answers slow down as it fills.
        service_seconds: how long an answer takes in the mean, while it is not slowed down.
        spread: whether all take that long, or as long as chance has it (exponentially).
        refusal_retry_after: what a 529 says to wait (s); None is nothing, as the real API's.
        requests_per_minute: a limit on all clients together, a bucket that refuses with a 429 and
            costs no work; None is none.
        limit_says: whether the 429 has a `retry-after`, in whole seconds, rounded up.
        drops_abandoned: whether the work on an answer stops when its client gives it up. Few
            servers notice; those that do not are busy with what nobody waits for.
    """

    capacity: Capacity
    service_seconds: float = attrs.field(default=2.0, validator=_seconds(0.001, 3_600))
    spread: Spread = attrs.field(default="constant", validator=bounds.one_of(SPREADS))
    refusal_retry_after: float | None = attrs.field(default=None, validator=_seconds(0))
    requests_per_minute: int | None = attrs.field(default=None, validator=bounds.count)
    limit_says: bool = True
    drops_abandoned: bool = False


@attrs.frozen
class Incident:
    """The capacity drops to a share of itself for a while.

    Args:
        start: when (s).
        end: when it is whole again (s).
        left: the share that is left; with nothing left every request is refused.
    """

    start: float
    end: float
    left: float = attrs.field(default=0.2, validator=bounds.share)


@attrs.frozen
class Surge:
    """Clients call more often for a while: what they rest is divided by `factor`."""

    start: float
    end: float
    factor: float = attrs.field(default=3.0, validator=bounds.above_zero)


Cause = Incident | Surge


@attrs.frozen(kw_only=True)
class Storm:
    """All of it.

    Args:
        populations: who asks.
        serving: whom.
        seed: the number that decides all chance.
        seconds: for how long.
        every_seconds: how long a client rests between calls in the mean.
        rest_spread: whether all rest that long, or as long as chance has it (exponentially).
        round_trip_seconds: what an attempt takes beside the work of the server.
        causes: what goes wrong.
        most_events: after so many it stops where it is.

    Raises:
        SettingsError: it cannot be.
    """

    populations: tuple[Population, ...]
    serving: Serving
    seed: int = 7
    seconds: float = attrs.field(default=3_600.0, validator=_seconds(1))
    every_seconds: float = attrs.field(default=30.0, validator=_seconds(0.001))
    rest_spread: Spread = attrs.field(default="exponential", validator=bounds.one_of(SPREADS))
    # With none, a client that asks again at once would ask for ever in the same instant.
    round_trip_seconds: float = attrs.field(default=0.05, validator=_seconds(0.001, 60))
    causes: tuple[Cause, ...] = ()
    most_events: int = attrs.field(default=MOST_EVENTS, validator=bounds.whole(1, MOST_EVENTS))

    def __attrs_post_init__(self) -> None:
        if not 0 < len(self.populations) <= MOST_POPULATIONS:
            raise SettingsError(f"must be 1 to {MOST_POPULATIONS} populations", "populations")
        if self.clients > MOST_CLIENTS:
            raise SettingsError(
                f"must be at most {MOST_CLIENTS:,} clients in all, not {self.clients:,}",
                "populations",
            )
        for each in self.causes:
            if not 0 <= each.start < each.end <= self.seconds:
                raise SettingsError(
                    f"must be from:to in seconds with 0 <= from < to <= {self.seconds:g},"
                    f" not {each.start:g}:{each.end:g}",
                    type(each).__name__.lower(),
                )
        for population in self.populations:
            if population.policy.timeout_seconds <= self.round_trip_seconds:
                raise SettingsError(
                    f"must be longer than the round trip of {self.round_trip_seconds:g} s",
                    f"{population.name}.timeout_seconds",
                )

    @property
    def clients(self) -> int:
        """How many there are in all."""
        return sum(each.clients for each in self.populations)


def ns(seconds: float) -> int:
    """Seconds in whole nanoseconds, which is what all times are counted in."""
    return round(seconds * NS)
