"""A rule as people write it.

    {"name": "silence", "match": {"stream": true}, "when": {"chance": 0.05}, "charge": false,
     "must_fire": false, "stall": {"after_events": 3, "seconds": 30}}

Exactly one table is named after a kind; everything else may be left out. JSON and TOML are the same
tables, so nothing here knows which of them a rule came from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import attrs

from simtwin.core.fault import Kinds, SettingsError, as_settings, make
from simtwin.core.names import Names
from simtwin.core.quote import quote
from simtwin.core.schedule import Match, Rule, When

#: Every request looks at every rule, and a look takes about a microsecond.
MOST_RULES = 1_000
#: A name goes into response headers and into journals, once for each rule that fires.
LONGEST_NAME = 64

_AROUND = ("name", "match", "when", "charge", "must_fire")

_Table = TypeVar("_Table", Match, When)


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
    if not isinstance(doc, list):
        raise SettingsError(f"must be a list of tables, not {quote(doc)}", path)
    if len(doc) > MOST_RULES:
        raise SettingsError(f"there can be {MOST_RULES:,} rules, not {len(doc):,}", path)
    given = (each["name"] for each in doc if isinstance(each, Mapping) and "name" in each)
    names = Names(name for name in given if isinstance(name, str))
    parsed = []
    for index, each in enumerate(doc):
        try:
            parsed.append(rule(each, kinds, names))
        except SettingsError as error:
            raise SettingsError(error.message, place(index, error.path)) from None
    return tuple(parsed)


def rule(doc: object, kinds: Kinds, names: Names) -> Rule:
    """One rule, whose name is taken from `names`.

    Raises:
        SettingsError: with a path inside the rule, such as `when.chance`.
    """
    if not isinstance(doc, Mapping):
        raise SettingsError(f"a rule is a table, not {quote(doc)}")
    for name in doc:
        if name not in _AROUND and name not in kinds:
            raise SettingsError(f"there is no kind {quote(name)}; {_needs(kinds)}")
    given = {name: value for name, value in doc.items() if value is not None}
    chosen = [name for name in given if name in kinds]
    if len(chosen) != 1:
        told = " and ".join(chosen) or "none"
        raise SettingsError(f"a rule has one kind, and this has {told}; {_needs(kinds)}")
    kind = chosen[0]
    return Rule(
        match=_table(Match, given.get("match", {}), "match"),
        when=_table(When, given.get("when", {}), "when"),
        kind=kind,
        fault=make(kinds, kind, given[kind], kind),
        charge=_truth(given, "charge"),
        must_fire=_truth(given, "must_fire"),
        name=_name(given, kind, names),
    )


def rule_doc(rule: Rule) -> dict[str, Any]:
    """What `rule` makes this rule of again, as JSON, without what is as it is by default."""
    doc: dict[str, Any] = {"name": rule.name}
    for name, table in (("match", rule.match), ("when", rule.when)):
        given = {key: value for key, value in attrs.asdict(table).items() if value is not None}
        if given:
            doc[name] = {k: list(v) if isinstance(v, tuple) else v for k, v in given.items()}
    for name in ("charge", "must_fire"):
        if getattr(rule, name):
            doc[name] = True
    return {**doc, rule.kind: as_settings(rule.fault)}


def _needs(kinds: Kinds) -> str:
    return f"a rule has {', '.join(_AROUND)} and one table of {', '.join(kinds)}"


def _table(cls: type[_Table], doc: object, path: str) -> _Table:
    if not isinstance(doc, Mapping):
        raise SettingsError(f"must be a table, not {quote(doc)}", path)
    known = [field.name for field in attrs.fields(cls)]
    for name in doc:
        if name not in known:
            raise SettingsError(f"there is no {quote(name)}; there are {', '.join(known)}", path)
    try:
        return cls(**doc)
    except SettingsError as error:
        raise SettingsError(error.message, f"{path}.{error.path}") from None


def _truth(given: Mapping[str, object], name: str) -> bool:
    value = given.get(name, False)
    if not isinstance(value, bool):
        raise SettingsError(f"must be true or false, not {quote(value)}", name)
    return value


def _name(given: Mapping[str, object], kind: str, names: Names) -> str:
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
