"""What a fault is, how one is made from settings, and how several compose.

A kind is a frozen attrs class whose fields are its settings; a fault is a value of it. A kind says
nothing of when it fires: that is `schedule`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from random import Random
from typing import Any, Protocol, get_type_hints

import attrs
import msgspec

from simtwin.core.plan import Head, Mark, Plan, Step


class Fault(Protocol):
    """A value that makes a plan worse."""

    @property
    def replaces(self) -> bool:
        """Whether it takes the place of the answer: then no limit is charged for the request."""
        ...

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:
        """The worse plan. Lazy: it never reads further than what it has passed on."""
        ...


Kinds = Mapping[str, type[Fault]]


class SettingsError(ValueError):
    """Settings that cannot be; `path` names the place in the caller's words, may be empty."""

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.message = message
        self.path = path


@attrs.frozen
class Setting:
    """One setting of a kind, as people are told of it: name, type in words, default, or required."""

    name: str
    type: str
    default: Any
    required: bool


def settings_of(kind: type[Fault]) -> tuple[Setting, ...]:
    """The settings of a kind in the order of its fields."""
    hints = get_type_hints(kind)
    return tuple(
        Setting(
            name=field.name,
            type=_words(hints[field.name]),
            default=None if field.default is attrs.NOTHING else field.default,
            required=field.default is attrs.NOTHING,
        )
        for field in attrs.fields(kind)  # type: ignore[arg-type]  # every kind is an attrs class
    )


def make(kinds: Kinds, kind: str, settings: object, path: str = "") -> Fault:
    """A fault of `kind` with `settings` (a mapping of names to JSON values).

    Raises:
        SettingsError: the kind is unknown, or a setting is unknown, missing or out of range.
    """
    cls = kinds.get(kind)
    if cls is None:
        raise SettingsError(f"there is no kind {kind!r}; there are {', '.join(kinds)}", path)
    if not isinstance(settings, Mapping):
        raise SettingsError(f"{kind} takes a table of settings, not {settings!r}", path)
    known = settings_of(cls)
    names = ", ".join(setting.name for setting in known) or "none"
    for name in settings:
        if name not in {setting.name for setting in known}:
            raise SettingsError(f"{kind} has no setting {name!r}; it has {names}", path)
    hints = get_type_hints(cls)
    values = {}
    for setting in known:
        if setting.name in settings:
            raw = settings[setting.name]
            try:
                values[setting.name] = msgspec.convert(raw, hints[setting.name], strict=True)
            except msgspec.ValidationError:
                raise SettingsError(
                    f"{kind}: {setting.name} must be {setting.type}, not {raw!r}", path
                ) from None
        elif setting.required:
            raise SettingsError(f"{kind} needs the setting {setting.name!r}", path)
    try:
        return cls(**values)
    except (ValueError, TypeError) as error:
        raise SettingsError(f"{kind}: {error.args[0]}", path) from None


def as_settings(fault: Fault) -> dict[str, Any]:
    """The settings of a fault that differ from their defaults: what `make` takes back."""
    return {
        field.name: getattr(fault, field.name)
        for field in attrs.fields(type(fault))  # type: ignore[arg-type]  # every kind is an attrs class
        if field.default is attrs.NOTHING or getattr(fault, field.name) != field.default
    }


@attrs.frozen
class Fired:
    """A fault that fires on a request, with the name of the rule that it came from."""

    rule: str
    kind: str
    fault: Fault


def effective(fired: Iterable[Fired]) -> tuple[Fired, ...]:
    """Those of `fired` that have an effect: a replacing fault drops what came before it."""
    kept: list[Fired] = []
    for each in fired:
        if each.fault.replaces:
            kept.clear()
        kept.append(each)
    return tuple(kept)


def compose(plan: Plan, fired: Iterable[Fired], chance: Callable[[str], Random]) -> Plan:
    """`plan` made worse by each of `fired` in turn.

    Args:
        plan: the answer as it would be.
        fired: the faults, in the order of their rules.
        chance: the source of randomness of a rule, by its name.
    """
    for each in effective(fired):
        plan = _named(each.fault.rewrite(plan, chance(each.rule)), each.rule)
    return plan


def stand_in(head: Head) -> Plan:
    """The plan that a replacing fault rewrites: the head of an answer that will not be given."""
    return (head,)


def _named(plan: Iterator[Step], rule: str) -> Iterator[Step]:
    for step in plan:
        yield Mark(rule) if isinstance(step, Mark) and not step.rule else step


def _words(hint: Any) -> str:
    options = [hint, *getattr(hint, "__args__", ())]
    words = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}
    literals = [repr(value) for value in getattr(hint, "__args__", ()) if isinstance(value, str)]
    if literals:
        return f"one of {', '.join(literals)}"
    return next((words[option] for option in options if option in words), "something else")
