"""A rule as people write it.

    {"name": "silence", "match": {"stream": true}, "when": {"chance": 0.05}, "charge": false,
     "must_fire": false, "stall": {"after_events": 3, "seconds": 30}}

Exactly one table is named after a kind; everything else may be left out. JSON and TOML are the same
tables, so nothing here knows which of them a rule came from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from simtwin.core.fault import Kinds, SettingsError, as_settings, make
from simtwin.core.match import WRITTEN, Match
from simtwin.core.named_tables import named_tables, only_kind
from simtwin.core.names import Names
from simtwin.core.quote import quote
from simtwin.core.schedule import Rule
from simtwin.core.tables import table_of, truth_in
from simtwin.core.when import when_of

#: Every request looks at every rule, and a look takes about a microsecond.
MOST_RULES = 1_000
#: A name goes into response headers and into journals, once for each rule that fires.
LONGEST_NAME = 64

_AROUND = ("name", "match", "when", "charge", "must_fire")
#: What is told of a rule and not set; a rule that was told may be set again as it is.
_TOLD = "order_dependent"


def rules(
    doc: object, kinds: Kinds, path: str, place: Callable[[int, str], str]
) -> tuple[Rule, ...]:
    """A list of rules, no two of one name.

    Args:
        doc: the list.
        kinds: what there is to name a table after.
        path: the place of the list in the caller's words.
        place: the place of something in it, from the index of a rule and the path inside that rule
            (empty for the rule itself).

    Raises:
        SettingsError: one of them cannot be.
    """

    def read(each: object, names: Names) -> Rule:
        return rule(each, kinds, names)

    return named_tables(doc, path, place, read, most=MOST_RULES)


def rule(doc: object, kinds: Kinds, names: Names) -> Rule:
    """One rule, whose name is taken from `names`.

    Raises:
        SettingsError: with a path inside the rule, such as `when.chance`.
    """
    if not isinstance(doc, Mapping):
        raise SettingsError(f"a rule is a table, not {quote(doc)}")
    for name in doc:
        if name not in _AROUND and name not in kinds and name != _TOLD:
            raise SettingsError(f"there is no kind {quote(name)}; {_needs(kinds)}")
    given = {name: value for name, value in doc.items() if value is not None}
    kind = only_kind(given, kinds, _needs(kinds))
    made = Rule(
        match=table_of(Match, given.get("match", {}), "match"),
        when=when_of(given.get("when", {})),
        kind=kind,
        fault=make(kinds, kind, given[kind], kind),
        charge=truth_in(given, "charge"),
        must_fire=truth_in(given, "must_fire"),
        name=name_of(given, kind, names),
    )
    _check(made, given.get(_TOLD))
    return made


def rule_doc(rule: Rule) -> dict[str, Any]:
    """What `rule` makes this rule of again, as JSON, without what is as it is by default."""
    doc: dict[str, Any] = {"name": rule.name}
    for name, table in (("match", rule.match), ("when", rule.when)):
        given = table_doc(table)
        if given:
            doc[name] = given
    for name in ("charge", "must_fire", _TOLD):
        if getattr(rule, name):
            doc[name] = True
    return {**doc, rule.kind: as_settings(rule.fault)}


def table_doc(table: Any) -> dict[str, Any]:
    """What an attrs value is made of, as JSON, without what is as it is by default."""
    doc: dict[str, Any] = {}
    for field in attrs.fields(type(table)):
        value = getattr(table, field.name)
        if not field.init or value == field.default:
            continue
        if field.name in WRITTEN:
            doc[field.name] = WRITTEN[field.name](value)
        elif attrs.has(type(value)):
            doc[field.name] = table_doc(value)
        else:
            doc[field.name] = list(value) if isinstance(value, tuple) else value
    return doc


def _check(made: Rule, told: object) -> None:
    """What a field alone cannot know."""
    if told is not None and told is not made.order_dependent:
        is_it = "depends" if made.order_dependent else "does not depend"
        raise SettingsError(f"is told, not set: this rule {is_it} on the order of arrival", _TOLD)
    if made.match.attempt is not None and made.when.of_others:
        name = next(each for each in ("load", "capacity", "count", "after") if _others(made, each))
        raise SettingsError(
            f"is shared with others before attempts are counted; use {name} without match.attempt",
            f"when.{name}",
        )
    if made.when.after is not None and made.when.after.rule == made.name:
        raise SettingsError("a rule cannot come after itself", "when.after.rule")


def _others(made: Rule, name: str) -> bool:
    """Whether a trigger of a rule takes something from beyond the lane."""
    trigger = getattr(made.when, name)
    return trigger is not None and (name in ("load", "capacity") or trigger.of != "key")


def _needs(kinds: Kinds) -> str:
    return f"a rule has {', '.join(_AROUND)} and one table of {', '.join(kinds)}"


def name_of(given: Mapping[str, object], kind: str, names: Names) -> str:
    """The name that a rule gives itself, or else one after its kind.

    Raises:
        SettingsError: it cannot be one, or is taken.
    """
    name = given.get("name")
    if name is None:
        return names.fresh(kind)
    # No slash: it parts a name from what is drawn under it (fault.compose).
    if (
        not isinstance(name, str)
        or not 0 < len(name) <= LONGEST_NAME
        or not (name.isascii() and name.isprintable() and name == name.strip())
        or "/" in name
    ):
        raise SettingsError(
            f"must be 1 to {LONGEST_NAME} printable ASCII characters without '/' and without"
            f" spaces around, not {quote(name)}",
            "name",
        )
    if not names.claim(name):
        raise SettingsError(f"another rule is called {quote(name)}", "name")
    return name
