"""A rule in words: what it does, to which requests, and when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simtwin.core.connections import Fate
from simtwin.core.fault import Fault, as_settings
from simtwin.core.match import Match
from simtwin.core.schedule import Rule
from simtwin.core.triggers import Bursts, Load, Of
from simtwin.core.when import When

_WHOSE = {"key": "", "tenant": " of the tenant", "all": " of all"}


def fault_in_words(kind: str, fault: Fault | Fate) -> str:
    """A fault as a script has it, or the fate of a connection: `refuse(status=529)`."""
    given = ", ".join(f"{name}={_plain(value)}" for name, value in as_settings(fault).items())
    return f"{kind}({given})" if given else kind


def match_in_words(match: Match) -> str:
    """The requests that a rule looks at."""
    return ", ".join(_requests(match)) or "all requests"


def when_in_words(when: When) -> str:
    """On which of them it fires."""
    parts = list(_triggers(when))
    lifetimes = list(_lifetimes(when))
    return "; ".join([", ".join(parts) or "always", *lifetimes])


def depends_on(rule: Rule) -> tuple[str, ...]:
    """What else than the number of the request it hangs on: seed, time, order, outcome."""
    when = rule.when
    found = {
        "seed": when.chance not in (None, 0, 1)
        or when.bursts is not None
        or when.ramp is not None
        or (when.load is not None and when.load.chance is not None)
        or when.active is not None,
        "time": when.window is not None
        or when.ramp is not None
        or when.lease_seconds is not None
        or (when.after is not None and when.after.seconds > 0)
        or (when.until_recovered is not None and when.until_recovered.quiet_seconds is not None),
        "order": rule.order_dependent,
        "outcome": rule.match.attempt is not None
        or (when.until_recovered is not None and when.until_recovered.successes is not None),
    }
    return tuple(name for name, holds in found.items() if holds)


def _requests(match: Match) -> Iterator[str]:
    if match.endpoint is not None or match.method is not None:
        yield " ".join(each for each in (match.method, match.endpoint) if each)
    if match.model is not None:
        yield match.model
    if match.stream is not None:
        yield "streamed" if match.stream else "not streamed"
    if match.tools is not None:
        yield _tools(match.tools)
    for name, value in (("key", match.key), ("beta", match.beta), ("from", match.user_agent)):
        if value is not None:
            yield f"{name} {value}"
    if match.digest is not None:
        yield f"repetitions of {match.digest}"
    yield from (f"{each.pointer} {each.test} {_plain(each.value)}" for each in match.body or ())
    yield from _measures(match)


def _tools(tools: bool | str) -> str:
    if isinstance(tools, str):
        return f"with the tool {tools}"
    return "with tools" if tools else "without tools"


def _measures(match: Match) -> Iterator[str]:
    if match.min_body_bytes is not None:
        yield f"of {match.min_body_bytes:,} bytes or more"
    if match.max_body_bytes is not None:
        yield f"of {match.max_body_bytes:,} bytes or less"
    for name, ordinal in (
        ("connection", match.connection),
        ("request on its connection", match.request_on_connection),
        ("attempt", match.attempt),
    ):
        if ordinal is not None:
            yield f"{name} {_range(ordinal)}"


def _triggers(when: When) -> Iterator[str]:
    if when.nth is not None:
        yield f"request {when.nth}"
    if when.first is not None:
        yield f"the first {when.first}"
    if when.every is not None:
        first = "" if when.offset is None else f" from request {when.offset} on"
        yield f"one in every {when.every}{first}"
    if when.window is not None:
        yield f"from {when.window[0]:g} s to {when.window[1]:g} s{_clock(when)}"
    if when.after is not None:
        delay = f"{when.after.seconds:g} s " if when.after.seconds else ""
        yield f"{delay}after {when.after.rule} first fired{_of(when.after.of)}"
    if when.capacity is not None:
        room = when.capacity.in_flight
        yield f"while {room} or more{_of(when.capacity.of)} are under way or being turned away"
    yield from _chances(when)


def _chances(when: When) -> Iterator[str]:
    if when.load is not None:
        yield _load(when.load)
    if when.ramp is not None and when.ramp.chance is not None and when.ramp.window is not None:
        (first, last), (start, stop) = when.ramp.chance, when.ramp.window
        yield f"with chance {first:g} at {start:g} s, {last:g} at {stop:g} s{_clock(when)}"
    if when.bursts is not None:
        yield _bursts(when.bursts)
    if when.chance is not None:
        yield f"with chance {when.chance:g}"


def _load(load: Load) -> str:
    told, unit = load.in_flight, f"in flight{_of(load.of)}"
    if told is None:
        told, unit = load.requests_per_second, f"a second{_of(load.of)}"
    if isinstance(told, tuple):
        first, last = load.chance or (0, 1)
        return f"with chance {first:g} at {told[0]:g} {unit}, {last:g} at {told[1]:g}"
    return f"with more than {told:g} {unit}"


def _bursts(bursts: Bursts) -> str:
    leave = bursts.bad_to_good or 0
    lasts = f"of {1 / leave:.3g} requests in the mean" if leave else "without end"
    return (
        f"in bursts {lasts} that begin with chance {bursts.good_to_bad:g} (in them with chance"
        f" {bursts.chance_in_bad:g}, else with {bursts.chance_in_good:g})"
    )


def _lifetimes(when: When) -> Iterator[str]:
    if when.sticky:
        yield "once it fired, on all that follow"
    if when.count is not None:
        yield f"at most {_times(when.count.times or 0)}{_of(when.count.of)}"
    if when.until_recovered is not None:
        ends = []
        if when.until_recovered.quiet_seconds is not None:
            ends.append(f"the client was quiet for {when.until_recovered.quiet_seconds:g} s")
        if when.until_recovered.successes is not None:
            ends.append(f"{when.until_recovered.successes} requests succeeded")
        yield f"until {' or '.join(ends)}"
    if when.lease_seconds is not None:
        yield f"for {when.lease_seconds:g} s from when it is set"
    if when.active is not None:
        yield f"there at all in {when.active:.0%} of runs"


def _clock(when: When) -> str:
    return " of the incident" if when.timeline == "shared" else ""


def _of(of: Of) -> str:
    return _WHOSE[of]


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _range(ordinal: int | tuple[int, int]) -> str:
    return f"{ordinal[0]} to {ordinal[1]}" if isinstance(ordinal, tuple) else str(ordinal)


def _plain(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case float():
            return f"{value:g}"
        case _:
            return str(value)
