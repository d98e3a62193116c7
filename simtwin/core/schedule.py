"""When a fault fires: what a rule looks at, and which rules fire on a request.

    Asked ─► Match: does the rule look at this request? ─► its tally goes up
                    When: does it fire on this one?     ─► its fault, in the order of the rules

Tallies are kept for each lane and each rule by name, so what one key does moves no other key's
rules. What a rule takes from others (load, what is counted over a tenant) comes with the request,
as `Around`; such rules depend on the order in which requests arrive, and say so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from types import MappingProxyType

import attrs

from simtwin.core.asked import ENDPOINTS, METHODS, Asked, Details
from simtwin.core.bucket import NS
from simtwin.core.course import UNTOUCHED, Tally
from simtwin.core.fault import Fault
from simtwin.core.match import Match
from simtwin.core.triggers import Reach, Recovery
from simtwin.core.when import When

__all__ = [
    "ENDPOINTS",
    "METHODS",
    "NOTHING_AROUND",
    "Around",
    "Asked",
    "Details",
    "Match",
    "Moment",
    "Rule",
    "When",
    "decide",
    "elapsed",
    "recovered",
]


@attrs.frozen
class Rule:
    """A fault, the requests it is meant for, and when it fires on them.

    Args:
        name: one of its kind among the rules in force; chance is drawn by it.
        kind: what the fault is called in settings.
        charge: whether limits are charged although the fault takes the place of the answer.
        must_fire: whether a run in which it does not fire has not shown what it was to show.
        reach: whom the settings are for that it was set in; nothing of it is counted further.
        epoch: when its timeline began (ns), None where that is the lane's.
        expires: when it is over (ns), None for never.
    """

    name: str
    match: Match
    when: When
    kind: str
    fault: Fault
    charge: bool = False
    must_fire: bool = False
    reach: Reach = "all"
    epoch: int | None = None
    expires: int | None = None

    @property
    def order_dependent(self) -> bool:
        """Whether its fates depend on the order in which requests of several clients arrive."""
        return self.when.of_others or self.match.connection is not None


@attrs.frozen
class Around:
    """What a rule takes from beyond the lane, for one request.

    Args:
        load: what its `load` is told in.
        permitted: whether its `count` leaves it one more.
        full: whether there is no room in its `capacity`.
        after: when the rule of its `after` first fired (ns), None where it has not.
    """

    load: float = 0.0
    permitted: bool = True
    full: bool = False
    after: int | None = None


NOTHING_AROUND: Mapping[str, Around] = MappingProxyType({})
_ALONE = Around()


@attrs.frozen
class Moment:
    """When and amid what a request arrives.

    Args:
        now: the time (ns).
        since: when the lane's time windows began (ns).
        chance: the source of chance of a rule for this request, by the rule's name; the n-th call
            for a name gives the same source.
        around: what rules take from beyond the lane, by their names.
    """

    now: int
    since: int
    chance: Callable[[str], Random]
    around: Mapping[str, Around] = NOTHING_AROUND


def decide(
    rules: Sequence[Rule], asked: Asked, tallies: Mapping[str, Tally], moment: Moment
) -> tuple[tuple[Rule, ...], Mapping[str, Tally]]:
    """The rules that fire on a request, in their order, and the tallies after it.

    Args:
        rules: the rules in force; no two of one name.
        asked: the request.
        tallies: of each rule, by its name; left as they are. The new ones have none of rules that
            are no longer in force, or renaming would make them grow.
        moment: when the request arrives.
    """
    matched = [
        rule
        for rule in rules
        if rule.match.fits(asked) and (rule.expires is None or moment.now < rule.expires)
    ]
    if not matched:
        return (), tallies
    after = {rule.name: tallies[rule.name] for rule in rules if rule.name in tallies}
    fired = []
    for rule in matched:
        look = _look_plainly if rule.when.plain else _look
        tally = tallies.get(rule.name, UNTOUCHED)
        fires, after[rule.name] = look(rule, tally, tallies, moment)
        if fires:
            fired.append(rule)
    return tuple(fired), after


def elapsed(rule: Rule, since: int, now: int) -> float:
    """Seconds on the timeline of a rule, in a lane whose own began at `since` (ns)."""
    return (now - (since if rule.epoch is None else rule.epoch)) / NS


def _look_plainly(
    rule: Rule,
    tally: Tally,
    before: Mapping[str, Tally],  # noqa: ARG001  # as `_look`
    moment: Moment,
) -> tuple[bool, Tally]:
    """`_look` for rules of counts, a window and a chance: the most, and every request pays for it."""
    when, looked = rule.when, tally.looked + 1
    fires = (
        when.counts(looked)
        and (when.window is None or _is_within(when.window, rule, moment))
        and (when.chance is None or moment.chance(rule.name).random() < when.chance)
    )
    began = moment.now if fires and tally.began is None else tally.began
    return fires, Tally(looked, tally.fired + fires, tally.reached, 0, began)


def _look(
    rule: Rule, tally: Tally, before: Mapping[str, Tally], moment: Moment
) -> tuple[bool, Tally]:
    """Whether a rule fires, and its tally after it; `before` are the tallies of all rules."""
    recovery = rule.when.until_recovered
    bad = rule.when.bursts is not None and _is_bad(rule, tally, moment)
    over = tally.over or (recovery is not None and recovered(recovery, tally, moment.now))
    fires = not over and _fires(rule, tally, before, moment, bad=bad)
    return fires, Tally(
        tally.looked + 1,
        tally.fired + fires,
        tally.reached,
        tally.succeeded,
        moment.now if fires and tally.began is None else tally.began,
        None if recovery is None else moment.now,
        bad,
        over,
    )


def _fires(
    rule: Rule, tally: Tally, before: Mapping[str, Tally], moment: Moment, *, bad: bool
) -> bool:
    when = rule.when
    around = moment.around.get(rule.name, _ALONE)
    if when.count is not None and not (
        around.permitted if when.count.of != "key" else tally.fired < (when.count.times or 0)
    ):
        return False
    if when.sticky and tally.fired:
        return True
    if not when.counts(tally.looked + 1) or (when.capacity is not None and not around.full):
        return False
    if when.window is not None and not _is_within(when.window, rule, moment):
        return False
    if when.after is not None:
        other = before.get(when.after.rule or "", UNTOUCHED)
        began = other.began if when.after.of == "key" else around.after
        if began is None or moment.now - began < when.after.seconds * NS:
            return False
    odds = when.odds(elapsed(rule, moment.since, moment.now), around.load, bad=bad)
    return odds >= 1 or (odds > 0 and moment.chance(rule.name).random() < odds)


def _is_within(window: tuple[float, float], rule: Rule, moment: Moment) -> bool:
    return window[0] <= elapsed(rule, moment.since, moment.now) < window[1]


def _is_bad(rule: Rule, tally: Tally, moment: Moment) -> bool:
    """Whether the lane is in a burst now: drawn on every look, whatever else holds."""
    bursts = rule.when.bursts
    assert bursts is not None  # noqa: S101  # asked for such rules alone
    # Not what the rule itself draws from: whether the state changes says nothing of what comes then.
    drawn = moment.chance(f"{rule.name}/bursts").random()
    if tally.bad:
        return drawn >= (bursts.bad_to_good or 0.0)
    return drawn < (bursts.good_to_bad or 0.0)


def recovered(recovery: Recovery, tally: Tally, now: int) -> bool:
    """Whether the client of a lane has let the API recover by now (ns)."""
    if tally.began is None or tally.last is None:
        return False
    quiet, successes = recovery.quiet_seconds, recovery.successes
    return (quiet is not None and now - tally.last >= quiet * NS) or (
        successes is not None and tally.succeeded >= successes
    )
