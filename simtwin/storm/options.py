"""What a caller asks for, made into storms."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from math import isfinite
from types import MappingProxyType
from typing import Any

import attrs

from simtwin.core.fault import SettingsError
from simtwin.core.quote import quote
from simtwin.core.storm.policies import parse
from simtwin.core.storm.policy import Policy
from simtwin.core.storm.storm import (
    MOST_CLIENTS,
    Cause,
    Incident,
    Population,
    Serving,
    Spread,
    Storm,
    Surge,
)
from simtwin.core.tables import inside
from simtwin.core.triggers import Capacity

#: Room for so many times as many answers as clients need whom nobody refuses: little enough that
#: losing most of it hurts, and enough that chance alone refuses nobody.
AMPLE = 1.5
#: What turning one away costs, as a share of an answer.
REFUSAL_SHARE = 0.25
#: A table of more rows is no comparison.
MOST_COMPARED = 12

#: The option that a field of a storm, of its server or of a cause is set by.
_OPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "seconds": "--seconds",
        "every_seconds": "--every",
        "round_trip_seconds": "--round-trip",
        "service_seconds": "--service",
        "in_flight": "--in-flight",
        "refused_seconds": "--refused-seconds",
        "slower_from": "--slower-from",
        "slower": "--slower",
        "refusal_retry_after": "--retry-after",
        "requests_per_minute": "--limit",
        "incident": "--incident",
        "left": "--capacity-left",
        "surge": "--surge",
        "factor": "--surge-factor",
        "populations": "--clients",
        "clients": "--clients",
        "timeout_seconds": "--timeout",
        "most_events": "--events",
    }
)


@attrs.frozen(kw_only=True)
class Options:
    """The options of `simtwin storm`, by their names."""

    clients: tuple[str, ...]
    policy: str
    compare: str | None
    every: float
    rests: Spread
    seconds: float
    round_trip: float
    timeout: float | None
    service: float
    service_spread: Spread
    in_flight: int | None
    refused_seconds: float | None
    slower_from: float
    slower: float
    retry_after: float | None
    limit: int | None
    limit_silent: bool
    drops_abandoned: bool
    incident: str | None
    capacity_left: float
    no_incident: bool
    surge: str | None
    surge_factor: float
    seed: int
    events: int


@attrs.frozen
class Named:
    """One storm of those that are compared, by the policy that it differs in."""

    name: str
    storm: Storm


def storms(options: Options, function: Callable[[str], Policy]) -> list[Named]:
    """What is to be simulated: one storm, or one for each policy that is compared.

    Args:
        options: what was asked for.
        function: the policy that a function of somebody's own is, by `module:function`.

    Raises:
        SettingsError: it cannot be; in one line that begins with the option.
    """
    for name, value in attrs.asdict(options).items():
        if isinstance(value, float) and not isfinite(value):
            raise SettingsError(f"a finite number is wanted, not {value}", _flag(name))
    groups = [_group(text, function) for text in options.clients]
    with inside("--policy"):
        varied = [_one(options.policy, function)]
    if options.compare is not None:
        with inside("--compare"):
            varied = parse(options.compare, function)
            if len(varied) > MOST_COMPARED:
                raise SettingsError(f"at most {MOST_COMPARED} can be, not {len(varied)}")
            if all(own is not None for _, own in groups):
                raise SettingsError("needs --clients that have no policy of their own")
    return [
        Named(name, _storm(options, [(count, own or (name, policy)) for count, own in groups]))
        for name, policy in varied
    ]


Chosen = tuple[str, Policy]


def _storm(options: Options, groups: list[tuple[int, Chosen]]) -> Storm:
    clients = sum(count for count, _ in groups)
    busy = options.service / (options.every + options.round_trip + options.service)
    refused = options.refused_seconds
    with _by_option():
        capacity = Capacity(
            in_flight=options.in_flight or max(1, round(AMPLE * clients * busy)),
            refused_seconds=REFUSAL_SHARE * options.service if refused is None else refused,
            slower_from=options.slower_from,
            slower=options.slower,
        )
        serving = Serving(
            capacity=capacity,
            service_seconds=options.service,
            spread=options.service_spread,
            refusal_retry_after=options.retry_after,
            requests_per_minute=options.limit,
            limit_says=not options.limit_silent,
            drops_abandoned=options.drops_abandoned,
        )
        return Storm(
            populations=tuple(
                Population(name, count, _timed(policy, options.timeout))
                for count, (name, policy) in groups
            ),
            serving=serving,
            seed=options.seed,
            seconds=options.seconds,
            every_seconds=options.every,
            rest_spread=options.rests,
            round_trip_seconds=options.round_trip,
            causes=tuple(_causes(options)),
            most_events=options.events,
        )


def _timed(policy: Policy, timeout: float | None) -> Policy:
    if timeout is None:
        return policy
    timed: Any = attrs.evolve(policy, timeout_seconds=timeout)  # type: ignore[misc]  # all are attrs classes
    return timed  # type: ignore[no-any-return]  # the same policy


def _causes(options: Options) -> Iterator[Cause]:
    if not options.no_incident:
        start, end = options.seconds / 3, options.seconds / 2
        if options.incident is not None:
            start, end = _span(options.incident, "--incident")
        yield Incident(start, end, options.capacity_left)
    if options.surge is not None:
        start, end = _span(options.surge, "--surge")
        yield Surge(start, end, options.surge_factor)


def _span(text: str, option: str) -> tuple[float, float]:
    start, colon, end = text.partition(":")
    try:
        if colon:
            return float(start), float(end)
    except ValueError:
        pass
    raise SettingsError(f"must be FROM:TO in seconds, as in 1200:1800, not {quote(text)}", option)


def _group(text: str, function: Callable[[str], Policy]) -> tuple[int, Chosen | None]:
    """How many clients, and their policy where the text names one."""
    count, colon, policy = text.partition(":")
    with inside("--clients"):
        if not (count.isascii() and count.isdigit() and len(count) <= len(str(MOST_CLIENTS))):
            raise SettingsError(f"must be N or N:POLICY, as in 1000:sdk, not {quote(text)}")
        return int(count), _one(policy, function) if colon else None


def _one(text: str, function: Callable[[str], Policy]) -> Chosen:
    policies = parse(text, function)
    if len(policies) > 1:
        raise SettingsError("takes one policy; --compare takes several")
    return policies[0]


@contextmanager
def _by_option() -> Iterator[None]:
    """What is wrong with a field is told of the option that sets it."""
    try:
        yield
    except SettingsError as error:
        option = _OPTIONS.get(error.path.rpartition(".")[2], error.path)
        raise SettingsError(error.message, option) from None


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"
