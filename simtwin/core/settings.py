"""Settings: what one scope sets, and what holds where several do.

    {"profiles": ["overloaded"], "rules": [RULE, …], "script": "529; ok" | null,
     "limits": {…}, "pace": "instant", "seed": 7, "replies": [REPLY, …]}

A document is read whole or refused whole. A null is a field that is not set.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import attrs

from simtwin.core import script
from simtwin.core.chance import draw_once
from simtwin.core.connections import ConnectionRule, connection_rules, distinct
from simtwin.core.fault import Kinds, SettingsError
from simtwin.core.named_tables import numbered
from simtwin.core.names import Names
from simtwin.core.profile import Profile
from simtwin.core.quote import quote
from simtwin.core.replies import ReplyRule
from simtwin.core.reply_rules import reply_rules
from simtwin.core.rule import rule_doc, rules
from simtwin.core.schedule import Rule
from simtwin.core.script import Script
from simtwin.core.since import Since, placed

#: More than there are profiles, unless somebody generates them.
MOST_PROFILES = 100
#: TOML has no larger whole number, and every library of every language can carry it.
LARGEST_SEED = 2**63 - 1


@attrs.frozen
class Vocabulary:
    """The words that settings are made of.

    Args:
        kinds: the kinds of fault by name.
        profiles: the profiles by name.
        limits: makes limits of a document; with its path, for a SettingsError.
        pace: makes a pace of a document; likewise.
    """

    kinds: Kinds
    profiles: Mapping[str, Profile]
    limits: Callable[[object, str], Any]
    pace: Callable[[object, str], Any]


#: Where `since` has the rules for connections; no profile has this name.
OF_CONNECTIONS = "[connections]"

_NO_TIMES: Mapping[str, Since] = MappingProxyType({})


@attrs.frozen
class Settings:
    """What one scope sets; None is what it does not.

    `doc` is the JSON that it was made from, `since` when its rules and its profiles came in, by
    name: the rules of its own under "", those for connections under OF_CONNECTIONS.
    """

    profiles: tuple[str, ...] | None = None
    rules: tuple[Rule, ...] | None = None
    script: Script | None = None
    limits: Any = None
    pace: Any = None
    seed: int | None = None
    replies: tuple[ReplyRule, ...] | None = None
    connections: tuple[ConnectionRule, ...] | None = None
    doc: Mapping[str, Any] = attrs.field(factory=dict)
    since: Mapping[str, Since] = attrs.field(factory=dict)

    def set_at(self, now: int, kept: Mapping[str, Since] = _NO_TIMES) -> Settings:
        """The same, that came in now (ns), but for what came in before."""
        fresh = Since(now, now)
        names = ("", OF_CONNECTIONS, *(self.profiles or ()))
        return attrs.evolve(self, since={name: kept.get(name, fresh) for name in names})

    def restarted(self, now: int) -> Settings:
        """The same, whose timelines begin now (ns)."""
        return attrs.evolve(
            self,
            since={name: attrs.evolve(each, timeline=now) for name, each in self.since.items()},
        )


def parse(doc: object, vocabulary: Vocabulary) -> Settings:
    """The settings that a document sets.

    Raises:
        SettingsError: it cannot be, with the path of the first place where it goes wrong.
    """
    if not isinstance(doc, Mapping):
        raise SettingsError(f"settings are a table, not {quote(doc)}")
    for field in doc:
        if field not in _PARSERS:
            raise SettingsError(f"there is no {quote(field)}; there are {', '.join(_PARSERS)}")
    given = {field: value for field, value in doc.items() if value is not None}
    parsed = {field: _PARSERS[field](value, vocabulary) for field, value in given.items()}
    return Settings(**parsed, doc=_copy(given))


def _profiles(doc: object, vocabulary: Vocabulary) -> tuple[str, ...]:
    if not isinstance(doc, list):
        raise SettingsError(f"must be a list of names, not {quote(doc)}", "profiles")
    if len(doc) > MOST_PROFILES:
        raise SettingsError(f"at most {MOST_PROFILES} can be listed, not {len(doc):,}", "profiles")
    for index, name in enumerate(doc):
        path = f"profiles[{index}]"
        if not isinstance(name, str) or name not in vocabulary.profiles:
            known = ", ".join(vocabulary.profiles) or "none"
            raise SettingsError(f"there is no profile {quote(name)}; there are {known}", path)
        if name in doc[:index]:
            raise SettingsError(f"{name} is listed already", path)
    return tuple(doc)


def _rules(doc: object, vocabulary: Vocabulary) -> tuple[Rule, ...]:
    return rules(doc, vocabulary.kinds, "rules", numbered("rules"))


def _replies(doc: object, _: Vocabulary) -> tuple[ReplyRule, ...]:
    return reply_rules(doc, "replies", numbered("replies"))


def _script(doc: object, vocabulary: Vocabulary) -> Script:
    if not isinstance(doc, str):
        raise SettingsError(f"must be text, not {quote(doc)}", "script")
    return script.parse(doc, vocabulary.kinds)


def _seed(doc: object, _: Vocabulary) -> int:
    if type(doc) is not int or not 0 <= doc <= LARGEST_SEED:
        raise SettingsError(
            f"must be a whole number from 0 to {LARGEST_SEED}, not {quote(doc)}", "seed"
        )
    return doc


_PARSERS: Mapping[str, Callable[[object, Vocabulary], Any]] = MappingProxyType(
    {
        "profiles": _profiles,
        "rules": _rules,
        "script": _script,
        "limits": lambda doc, vocabulary: vocabulary.limits(doc, "limits"),
        "pace": lambda doc, vocabulary: vocabulary.pace(doc, "pace"),
        "seed": _seed,
        "replies": _replies,
        "connections": lambda doc, _: connection_rules(doc, "connections"),
    }
)


def _copy(value: Any) -> Any:
    """A value of JSON that nobody else can change. Only for documents that were found to be good."""
    if isinstance(value, Mapping):
        return {name: _copy(each) for name, each in value.items()}
    return [_copy(each) for each in value] if isinstance(value, list) else value


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
    for field in _PARSERS:
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
    everything = _named(listed, own)
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
    return _copy(in_force.doc)  # type: ignore[no-any-return]  # a copy of a mapping is a dict


def _is_active(rule: Rule, seed: int) -> bool:
    """Whether a rule is there in this run: the first phase of BUGGIFY, as in swarm testing."""
    active = rule.when.active
    return active is None or draw_once(seed, f"{rule.name}/active").random() < active


def _timeline(since: Mapping[str, Since], name: str) -> int:
    return since[name].timeline if name in since else 0


def _named(profiles: Sequence[Rule], own: Sequence[Rule]) -> tuple[Rule, ...]:
    """The rules with names that differ.

    The first of a name keeps it, and no other rule's name is made up for a later one: a rule that
    comes in changes the names, and with them the fates, of none but those that are called alike.
    """
    every = (*profiles, *own)
    names = Names(rule.name for rule in every)
    return tuple(
        rule if names.claim(rule.name) else attrs.evolve(rule, name=names.fresh(rule.name))
        for rule in every
    )
