"""The state of every rule, as people are told of it.

    armed        it may fire yet
    exhausted    it has done what it was to do: its count, its nth or first request, its recovery
    expired      its time is over: its window or its lease
    inactive     it is not there in this run, as chance had it

A rule that was set and did not fire is seen by its zeros.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import attrs

from simtwin.core.course import UNTOUCHED, Course, Tally
from simtwin.core.in_force import InForce
from simtwin.core.schedule import Rule, elapsed, recovered
from simtwin.core.when import When

State = Literal["armed", "exhausted", "expired", "inactive"]


@attrs.frozen
class Seen:
    """The rules of one lane, and when its own timeline began (ns)."""

    course: Course
    since: int


@attrs.frozen
class Shared:
    """What a rule shares beyond lanes.

    Args:
        left: how often it may yet fire by a count over several keys; None without one.
        work: how much is going on in its capacity; None without one.
    """

    left: int | None = None
    work: float | None = None


_ALONE = Shared()


def rule_states(
    in_force: InForce, seen: Sequence[Seen], now: int, shared: Mapping[str, Shared]
) -> dict[str, Any]:
    """Every rule that is in force over some lanes, with what it did in all of them.

    Args:
        in_force: the settings.
        seen: the lanes that these settings hold in and that were ever used.
        now: the time (ns).
        shared: what rules share beyond lanes, by name; those that share nothing may be missing.
    """
    names = frozenset(rule.name for rule in in_force.rules)
    rules = [
        _told(rule, names, seen, now, shared.get(rule.name, _ALONE)) for rule in in_force.rules
    ]
    rules += [
        {**_told(rule, names, (), now, _ALONE), "state": "inactive", "next": None}
        for rule in in_force.inactive
    ]
    return {
        "rules": rules,
        "never_fired": sum(not rule["fired"] for rule in rules),
        "script": None if in_force.script is None else in_force.script.text,
    }


def state_of(rule: Rule, tally: Tally, since: int, now: int, left: int | None = None) -> State:
    """The state of a rule in one lane.

    Args:
        rule: the rule.
        tally: what it did there.
        since: when the lane's own timeline began (ns).
        now: the time (ns).
        left: how often it may yet fire by a count over several keys.
    """
    when = rule.when
    if rule.expires is not None and now >= rule.expires:
        return "expired"
    if left is not None and left <= 0:
        return "exhausted"
    if when.count is not None and when.count.of == "key" and tally.fired >= (when.count.times or 0):
        return "exhausted"
    if tally.over or (
        when.until_recovered is not None and recovered(when.until_recovered, tally, now)
    ):
        return "exhausted"
    if when.sticky and tally.fired:
        return "armed"
    if _following(when, tally.looked) is None:
        return "exhausted"
    if when.window is not None and elapsed(rule, since, now) >= when.window[1]:
        return "expired"
    return "armed"


def next_of(rule: Rule, tally: Tally) -> int | None:
    """Which of the requests that it looks at is the next that it fires on, from 1.

    None where that is not known: it is for counts alone to say, not for chance, time or others.
    """
    when = rule.when
    if any(getattr(when, name) is not None for name in _UNFORESEEN):
        return None
    if when.count is not None and (
        when.count.of != "key" or tally.fired >= (when.count.times or 0)
    ):
        return None
    if when.sticky and tally.fired:
        return tally.looked + 1
    return _following(when, tally.looked)


_UNFORESEEN = (
    "chance",
    "bursts",
    "window",
    "ramp",
    "load",
    "capacity",
    "after",
    "until_recovered",
)


def _following(when: When, looked: int) -> int | None:
    """The first request after `looked` for which the counted triggers hold, None for none."""
    following = looked + 1
    if when.nth is not None:
        following = when.nth
    elif when.every is not None:
        first = when.offset or when.every
        following = max(first, following + (first - following) % when.every)
    return following if following > looked and when.counts(following) else None


def _told(
    rule: Rule, names: frozenset[str], seen: Sequence[Seen], now: int, shared: Shared
) -> dict[str, Any]:
    # Of a lane that is yet to come, the timeline begins now.
    tallies = [(each.course.tallies.get(rule.name, UNTOUCHED), each.since) for each in seen] or [
        (UNTOUCHED, now)
    ]
    states = [state_of(rule, tally, since, now, shared.left) for tally, since in tallies]
    doc: dict[str, Any] = {
        "name": rule.name,
        "kind": rule.kind,
        "state": "armed" if "armed" in states else states[0],
        "looked": sum(tally.looked for tally, _ in tallies),
        "fired": sum(tally.fired for tally, _ in tallies),
        "reached": sum(tally.reached for tally, _ in tallies),
        "next": next_of(rule, tallies[0][0]) if len(tallies) == 1 else None,
        "order_dependent": rule.order_dependent,
        "must_fire": rule.must_fire,
    }
    if shared.left is not None:
        doc["left"] = shared.left
    if shared.work is not None:
        doc["work"] = shared.work
    after = rule.when.after
    if after is not None and after.rule not in names:
        doc["note"] = f"no rule in force is called {after.rule}"
    return doc
