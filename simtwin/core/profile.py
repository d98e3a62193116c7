"""A profile: a named list of rules, with what happens and what a good client does then.

summary = "One stream in twenty goes silent for half a minute."
good_client = "Has a timeout for silence, and starts again."

[[rules]]
match = { stream = true }
when = { chance = 0.05 }
stall = { after_events = 3, seconds = 30 }

`when = { timeline = "shared", active = 0.5, lease_seconds = 600 }` before the rules is said for all
of them.

[[replies]]
match = { text = "weather" }
text = "It rains."
"""

from __future__ import annotations

import tomllib

import attrs

from simtwin.core.connections import ConnectionRule, connection_rules
from simtwin.core.fault import Kinds, SettingsError
from simtwin.core.quote import quote
from simtwin.core.replies import ReplyRule
from simtwin.core.reply_rules import reply_rules
from simtwin.core.rule import rules
from simtwin.core.schedule import Rule
from simtwin.core.when import When, when_of

#: A thousand rules at length are a quarter of this, and the parser of TOML takes no pause.
LONGEST_PROFILE = 1_000_000

#: What of `when` a profile may say for all of its rules that do not say it themselves.
_FOR_ALL = ("timeline", "active", "lease_seconds")
_FIELDS = ("summary", "good_client", "rules", "replies", "when", "connections")


@attrs.frozen
class Profile:
    """A profile by its name, which settings list it under; `text` is the TOML that it was made of."""

    name: str
    summary: str
    good_client: str
    rules: tuple[Rule, ...]
    replies: tuple[ReplyRule, ...] = ()
    text: str = attrs.field(default="", eq=False, repr=False)
    connections: tuple[ConnectionRule, ...] = ()


def parse(text: str, name: str, kinds: Kinds) -> Profile:
    """The profile that `text` is, in TOML.

    Args:
        text: the content of the file.
        name: the name of the file or of the profile, with or without `.toml`.
        kinds: what rules can be made of.

    Raises:
        SettingsError: it cannot be; its path says which profile, and which rule or reply, from 1.
    """
    name = name.removesuffix(".toml")
    path = f"profile {name}.toml"
    doc = _toml(text, path)
    for field in doc:
        if field not in _FIELDS:
            known = ", ".join(_FIELDS)
            raise SettingsError(f"a profile has no {quote(field)}; it has {known}", path)

    def place(index: int, inner: str) -> str:
        # An error of a kind begins with the kind.
        told = "" if inner in kinds else inner
        return ": ".join(filter(None, (f"{path}, rule {index + 1}", told)))

    def reply_place(index: int, inner: str) -> str:
        return ": ".join(filter(None, (f"{path}, reply {index + 1}", inner)))

    for_all = _for_all(doc.get("when", {}), path)
    return Profile(
        name=name,
        summary=_text(doc, "summary", path),
        good_client=_text(doc, "good_client", path),
        rules=tuple(
            _with(rule, for_all)
            for rule in rules(doc.get("rules", []), kinds, f"{path}, rules", place)
        ),
        replies=reply_rules(
            doc.get("replies", []), f"{path}, replies", reply_place, prefix=f"{name}/"
        ),
        text=text,
        connections=connection_rules(doc.get("connections", []), f"{path}, connections"),
    )


def _for_all(doc: object, path: str) -> When:
    try:
        return when_of(doc, _FOR_ALL)
    except SettingsError as error:
        raise SettingsError(error.message, f"{path}: {error.path}") from None


def _with(rule: Rule, for_all: When) -> Rule:
    """The rule with what is said for all where it does not say it itself."""
    said = {
        name: getattr(for_all, name)
        for name in _FOR_ALL
        if getattr(rule.when, name) is None and getattr(for_all, name) is not None
    }
    return attrs.evolve(rule, when=attrs.evolve(rule.when, **said)) if said else rule


def _toml(text: str, path: str) -> dict[str, object]:
    if len(text) > LONGEST_PROFILE:
        raise SettingsError(f"is longer than {LONGEST_PROFILE:,} characters", path)
    try:
        return tomllib.loads(text)
    except ValueError as error:  # TOMLDecodeError is one, and so is what an endless number raises
        raise SettingsError(str(error), path) from None
    except RecursionError:
        raise SettingsError("is nested too deeply", path) from None


def _text(doc: dict[str, object], name: str, path: str) -> str:
    value = doc.get(name)
    if not isinstance(value, str):
        raise SettingsError(f"needs {name}, a text, and has {quote(value)}", path)
    return value
