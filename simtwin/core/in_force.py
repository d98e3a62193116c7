"""What holds in a scope, where several set something: field by field, the nearest that sets it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import attrs

from simtwin.core.chance import draw_once
from simtwin.core.connections import ConnectionRule
from simtwin.core.names import Names
from simtwin.core.replies import ReplyRule
from simtwin.core.rule import rule_doc
from simtwin.core.schedule import Rule
from simtwin.core.script import Script
from simtwin.core.settings import FIELDS, OF_CONNECTIONS, Settings, Vocabulary, copied
from simtwin.core.since import Since, placed

# Both kinds have a name, and what is made up for one is no concern of the other.
R = TypeVar("R", Rule, ConnectionRule)


@attrs.frozen
class InForce:
    """What holds in a scope.

    Args:
        rules: those of the profiles, in order, then the others; no two of one name; without those
            that are not there in this run.
        script: None where none is set.
        limits: as the vocabulary made them; None where none are set.
        pace: likewise.
        seed: 0 where none is set.
        replies: its own, then those of the profiles, in order: the first that fits is used.
        origin: the name of the scope that each field came from, or "default".
        doc: the same as a document of settings, with the names that its own rules have here.
        inactive: the rules that are not there in this run, as chance had it.
        of_others: those of the rules that take something from beyond their lane.
        connections: what happens to connections; the operator's and the command line's alone.
        looks_closer: whether a rule looks at what takes work to know of a request.
        tells_calls_apart: whether a rule asks what call a request is of.
    """

    rules: tuple[Rule, ...]
    script: Script | None
    limits: Any
    pace: Any
    seed: int
    replies: tuple[ReplyRule, ...]
    origin: Mapping[str, str]
    doc: Mapping[str, Any]
    inactive: tuple[Rule, ...] = ()
    of_others: tuple[Rule, ...] = ()
    connections: tuple[ConnectionRule, ...] = ()
    looks_closer: bool = False
    tells_calls_apart: bool = False


def in_force(layers: Sequence[tuple[str, Settings]], vocabulary: Vocabulary) -> InForce:
    """What holds where several scopes set something: field by field, the nearest that sets it.

    Args:
        layers: the scopes' names and what they set, the nearest first.
        vocabulary: what the settings were parsed with.
    """
    origin = {}
    found: dict[str, Any] = {}
    doc: dict[str, Any] = {}
    since: dict[str, Mapping[str, Since]] = {}
    for field in FIELDS:
        for scope, settings in layers:
            if getattr(settings, field) is not None:
                origin[field] = scope
                since[field] = settings.since
                found[field] = getattr(settings, field)
                doc[field] = settings.doc.get(field)
                break
        else:
            origin[field] = "default"
            doc[field] = None
    # A profile that is a file is listed by its path, and named without it.
    names = found.get("profiles", ())
    profiles = [vocabulary.profiles[name] for name in names]
    listed = [
        placed(rule, origin["profiles"], since["profiles"].get(name))
        for name, profile in zip(names, profiles, strict=True)
        for rule in profile.rules
    ]
    own = [placed(rule, origin["rules"], since["rules"].get("")) for rule in found.get("rules", ())]
    everything = distinct([*listed, *own])
    if "rules" in found:
        doc["rules"] = [rule_doc(rule) for rule in everything[len(listed) :]]
    for_connections = [
        attrs.evolve(rule, epoch=_timeline(since["profiles"], name))
        for name, profile in zip(names, profiles, strict=True)
        for rule in profile.connections
    ] + [
        attrs.evolve(rule, epoch=_timeline(since["connections"], OF_CONNECTIONS))
        for rule in found.get("connections", ())
    ]
    seed = found.get("seed", 0)
    inactive = tuple(rule for rule in everything if not _is_active(rule, seed))
    asleep = {rule.name for rule in inactive}
    rules = tuple(rule for rule in everything if rule.name not in asleep)
    return InForce(
        rules=rules,
        script=found.get("script"),
        limits=found.get("limits"),
        pace=found.get("pace"),
        seed=seed,
        replies=(
            *found.get("replies", ()),
            *(reply for profile in profiles for reply in profile.replies),
        ),
        origin=origin,
        doc=doc,
        inactive=inactive,
        connections=distinct(for_connections),
        of_others=tuple(rule for rule in rules if rule.when.of_others),
        looks_closer=any(rule.match.looks_closer for rule in rules),
        tells_calls_apart=any(rule.match.tells_calls_apart for rule in rules),
    )


def in_force_doc(in_force: InForce) -> dict[str, Any]:
    """What holds, as a document of settings: `parse` makes the same of it. Null is not set."""
    return copied(in_force.doc)  # type: ignore[no-any-return]  # a copy of a mapping is a dict


def _is_active(rule: Rule, seed: int) -> bool:
    """Whether a rule is there in this run: the first phase of BUGGIFY, as in swarm testing."""
    active = rule.when.active
    return active is None or draw_once(seed, f"{rule.name}/active").random() < active


def _timeline(since: Mapping[str, Since], name: str) -> int:
    return since[name].timeline if name in since else 0


def distinct(rules: Sequence[R]) -> tuple[R, ...]:
    """The rules of several sources with names that differ.

    The first of a name keeps it, and no other rule's name is made up for a later one: a rule that
    comes in changes the names, and with them the fates, of none but those that are called alike.
    """
    names = Names(rule.name for rule in rules)
    return tuple(
        rule if names.claim(rule.name) else attrs.evolve(rule, name=names.fresh(rule.name))
        for rule in rules
    )
