"""What had to happen to the client in a run, and did not: a test in which it is missing shows less.

Every item of a script has to be met, and at the place it names. A rule has to fire where its counts
alone decide (nth, first, every), or where it says `must_fire`; one that chance, time or others
decide is only noted. So it is with rules for connections.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from simtwin.core.connections import ConnectionRule, Refuse
from simtwin.core.entry import Entry
from simtwin.core.in_force import InForce
from simtwin.core.schedule import Rule
from simtwin.core.script import RULE, Script
from simtwin.core.when import When

#: Whether any of these holds is not for the number of requests to say.
_UNSURE = ("chance", "bursts", "window", "ramp", "load", "capacity", "after", "lease_seconds")
_COUNTED = ("nth", "first", "every")


@attrs.frozen
class Stimulus:
    """What was set up and not met: what had to be, and what is only worth a note."""

    unmet: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def stimulus(
    in_force: InForce,
    told: Iterable[Mapping[str, Any]],
    entries: Sequence[Entry],
    connections: Iterable[Mapping[str, Any]] = (),
) -> Stimulus:
    """What of a run's settings was not met in it.

    Args:
        in_force: the settings.
        told: what became of each rule, as `GET /_twin/rules` tells it.
        entries: the journal of the run.
        connections: what became of each rule for connections, as `GET /_twin/settings` tells it.
    """
    unmet = [] if in_force.script is None else list(_script(in_force.script, entries))
    notes: list[str] = []
    became = {each["name"]: each for each in told}
    for rule in in_force.rules:
        sentence = _rule(rule, became.get(rule.name, {}))
        if sentence is not None:
            (unmet if _had_to(rule) else notes).append(sentence)
    became = {each["name"]: each for each in connections}
    for at_door in in_force.connections:
        sentence = _connection_rule(at_door, became.get(at_door.name, {}))
        if sentence is not None:
            (unmet if _had_to(at_door) else notes).append(sentence)
    for rule in in_force.inactive:
        words = f"rule {rule.name} was not there in this run, as its `active` had it"
        (unmet if rule.must_fire else notes).append(words)
    return Stimulus(tuple(unmet), tuple(notes))


def _connection_rule(rule: ConnectionRule, became: Mapping[str, Any]) -> str | None:
    """What is missing of a rule for connections, None for nothing."""
    if became.get("fired", 0):
        return None
    looked = became.get("looked", 0)
    if isinstance(rule.fate, Refuse):
        of = "the run was over before its window"
    else:
        of = "no connection came" if not looked else f"it looked at {looked:,} connections"
    return f"connection rule {rule.name} ({rule.kind}) never fired: {of}"


def _had_to(rule: Rule | ConnectionRule) -> bool:
    return rule.must_fire or _is_counted(rule.when)


def _is_counted(when: When) -> bool:
    return any(getattr(when, name) is not None for name in _COUNTED) and all(
        getattr(when, name) is None for name in _UNSURE
    )


def _rule(rule: Rule, became: Mapping[str, Any]) -> str | None:
    """What is missing of a rule, None for nothing."""
    looked, fired = became.get("looked", 0), became.get("fired", 0)
    if not fired:
        of = "no request matched it" if not looked else f"it looked at {looked:,} requests"
        return f"rule {rule.name} ({rule.kind}) never fired: {of}"
    if not became.get("reached", 0):
        return (
            f"rule {rule.name} ({rule.kind}) fired {fired:,} times, and no answer came to its place"
        )
    return None


def _script(script: Script, entries: Sequence[Entry]) -> Iterable[str]:
    met = [entry for entry in entries if entry.script not in (None, "finished")]
    if len(met) < script.total:
        yield f"{len(met):,} of the {script.total:,} items of the script were met"
    for entry in met:
        for fired in entry.fired:
            if fired.rule == RULE and fired.outcome != "reached":
                why = (
                    "the answer did not come to its place"
                    if fired.outcome == "not_reached"
                    else f"HTTP/{entry.protocol} has no form for it"
                )
                yield f"item {entry.script} of the script ({fired.kind}): {why}"
