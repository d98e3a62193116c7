"""Settings: what one scope sets.

    {"profiles": ["overloaded"], "rules": [RULE, …], "script": "529; ok" | null,
     "limits": {…}, "pace": "instant", "seed": 7, "replies": [REPLY, …]}

A document is read whole or refused whole. A null is a field that is not set.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import attrs

from simtwin.core import script
from simtwin.core.connections import ConnectionRule, connection_rules
from simtwin.core.fault import Kinds, SettingsError
from simtwin.core.named_tables import numbered
from simtwin.core.profile import Profile
from simtwin.core.quote import quote
from simtwin.core.replies import ReplyRule
from simtwin.core.reply_rules import reply_rules
from simtwin.core.rule import rules
from simtwin.core.schedule import Rule
from simtwin.core.script import Script
from simtwin.core.since import Since

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
        if field not in FIELDS:
            raise SettingsError(f"there is no {quote(field)}; there are {', '.join(FIELDS)}")
    given = {field: value for field, value in doc.items() if value is not None}
    parsed = {field: FIELDS[field](value, vocabulary) for field, value in given.items()}
    return Settings(**parsed, doc=copied(given))


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


#: What a document may set, and what reads it.
FIELDS: Mapping[str, Callable[[object, Vocabulary], Any]] = MappingProxyType(
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


def copied(value: Any) -> Any:
    """A value of JSON that nobody else can change. Only for documents that were found to be good."""
    if isinstance(value, Mapping):
        return {name: copied(each) for name, each in value.items()}
    return [copied(each) for each in value] if isinstance(value, list) else value
