"""What a fault is, how one is made from settings, and how several compose.

A kind is a frozen attrs class whose fields are its settings; a fault is a value of it. A kind says
nothing of when it fires: that is `schedule`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from math import isfinite
from random import Random
from types import NoneType, UnionType
from typing import Any, Literal, Protocol, Union, get_args, get_origin, get_type_hints

import attrs
import msgspec

from simtwin.core.plan import Head, Mark, Plan, Step
from simtwin.core.quote import quote

#: A validator's reason may quote the value, and a value may be as long as a request.
LONGEST_REASON = 300


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


@attrs.frozen
class Circumstances:
    """What some faults go by beside their settings: of the request, and of the moment.

    A kind that does has `under(circumstances)`, which gives the fault of that kind that is meant,
    and is asked before it rewrites anything.

    Args:
        model: the model that was asked for; None where the request names none.
        body_bytes: the size of the request's body.
        others_in_flight: how many other requests of the tenant are under way.
    """

    model: str | None = None
    body_bytes: int = 0
    others_in_flight: int = 0


class SettingsError(ValueError):
    """Settings that cannot be.

    Args:
        message: what is wrong, in the caller's words.
        path: the place in the caller's document; may be empty.
        setting: the setting of a kind that is at fault, where it is one.
    """

    def __init__(self, message: str, path: str = "", setting: str | None = None) -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.message = message
        self.path = path
        self.setting = setting


@attrs.frozen
class Setting:
    """One setting of a kind, as people are told of it: name, type in words, default, or required."""

    name: str
    type: str
    default: Any
    required: bool


def settings_of(kind: type[Fault]) -> tuple[Setting, ...]:
    """The settings of a kind in the order of its fields."""
    return tuple(setting for setting, _ in _fields(kind).values())


def make(kinds: Kinds, kind: str, settings: object, path: str = "") -> Fault:
    """A fault of `kind` with `settings` (a mapping of names to JSON values).

    A null is a setting that is not given, but where the kind takes one. A number that is not finite
    is taken only where it is the default.

    Raises:
        SettingsError: the kind is unknown, or a setting is unknown, missing or out of range.
    """
    cls = kinds.get(kind)
    if cls is None:
        raise SettingsError(f"there is no kind {quote(kind)}; there are {', '.join(kinds)}", path)
    if not isinstance(settings, Mapping):
        raise SettingsError(f"{kind} takes a table of settings, not {quote(settings)}", path)
    fields = _fields(cls)
    for name in settings:
        if name not in fields:
            known = f"it has {', '.join(fields)}" if fields else "it has none"
            raise SettingsError(f"{kind} has no setting {quote(name)}; {known}", path, str(name))
    values = {}
    for name, (setting, hint) in fields.items():
        raw = settings.get(name)
        if raw is None and (name not in settings or NoneType not in get_args(hint)):
            if setting.required:
                raise SettingsError(f"{kind} needs the setting {name!r}", path)
            continue
        try:
            values[name] = _value(setting, hint, raw)
        except ValueError as error:
            raise SettingsError(f"{kind}: {name} must be {error}", path, name) from None
    try:
        return cls(**values)
    except (ValueError, TypeError) as error:
        words = str(next(iter(error.args), "these settings cannot be"))[:LONGEST_REASON]
        # Nothing but its words tells which setting a validator refused; those of attrs quote it.
        guilty = next(
            (name for name in values if words.startswith(f"{name} ") or f"'{name}'" in words), None
        )
        raise SettingsError(f"{kind}: {words}", path, guilty) from None


def as_settings(fault: Any) -> dict[str, Any]:
    """The settings that differ from their defaults, as JSON: what `make` takes back.

    Args:
        fault: a fault, or the fate of a connection.
    """
    kind: type[Fault] = type(fault)
    return {
        name: _as_json(getattr(fault, name))
        for name, (setting, _) in _fields(kind).items()
        if setting.required or getattr(fault, name) != setting.default
    }


@attrs.frozen
class Fired:
    """A fault that fires on a request, with the name of the rule that it came from.

    `order_dependent` is whether another order of arrival could have led to something else.
    """

    rule: str
    kind: str
    fault: Fault
    order_dependent: bool = False


def effective(fired: Iterable[Fired]) -> tuple[Fired, ...]:
    """Those of `fired` that have an effect: a replacing fault drops what came before it."""
    kept: list[Fired] = []
    for each in fired:
        if each.fault.replaces:
            kept.clear()
        kept.append(each)
    return tuple(kept)


def under(fired: Iterable[Fired], circumstances: Circumstances) -> tuple[Fired, ...]:
    """`fired`, each as it is under the circumstances; most are the same under any."""
    return tuple(
        attrs.evolve(each, fault=each.fault.under(circumstances))
        if hasattr(each.fault, "under")
        else each
        for each in fired
    )


def compose(plan: Plan, fired: Iterable[Fired], chance: Callable[[str], Random]) -> Plan:
    """`plan` made worse by each of `fired` in turn.

    Args:
        plan: the answer as it would be.
        fired: the faults, in the order of their rules.
        chance: the source of randomness of a use, by its name. Names of rules have no slash, and
            the n-th fault of a rule (a script's item may have several) draws as `rule/n`.
    """
    kept = effective(fired)
    for each, name in zip(kept, part_names(kept), strict=True):
        # Not the rule's own name: with that `chance` draws whether the rule fires, and the first
        # number that a fault drew would be the small one that made it fire.
        plan = _named(each.fault.rewrite(plan, chance(name)), name)
    return plan


def part_names(fired: Sequence[Fired]) -> tuple[str, ...]:
    """What each fault is called in marks and draws: `rule/n` for the n-th fault of a rule."""
    parts: Counter[str] = Counter()
    names = []
    for each in fired:
        names.append(f"{each.rule}/{parts[each.rule]}")
        parts[each.rule] += 1
    return tuple(names)


def stand_in(head: Head) -> Plan:
    """The plan that a replacing fault rewrites: the head of an answer that will not be given."""
    return (head,)


def _named(plan: Iterator[Step], name: str) -> Iterator[Step]:
    for step in plan:
        yield Mark(name) if isinstance(step, Mark) and not step.name else step


# Types are looked up again for every fault of a script, and reading them takes long.
@lru_cache(maxsize=256)
def _fields(kind: type[Fault]) -> Mapping[str, tuple[Setting, Any]]:
    """Every setting of a kind by its name, with its type."""
    hints = get_type_hints(kind)
    return {
        field.name: (
            Setting(
                name=field.name,
                type=_words(hints[field.name]),
                default=None if field.default is attrs.NOTHING else field.default,
                required=field.default is attrs.NOTHING,
            ),
            hints[field.name],
        )
        for field in attrs.fields(kind)  # type: ignore[arg-type]  # every kind is an attrs class
    }


def _value(setting: Setting, hint: Any, raw: Any) -> Any:
    """`raw` as a value of type `hint`; a ValueError says what it must be instead."""
    try:
        value = msgspec.convert(raw, hint)
    except msgspec.ValidationError:
        raise ValueError(f"{setting.type}, not {quote(raw)}") from None
    if isinstance(value, float) and not isfinite(value) and value != setting.default:
        raise ValueError(f"a finite number, not {quote(raw)}")
    if isinstance(value, str) and any("\ud800" <= letter <= "\udfff" for letter in value):
        raise ValueError(f"text without lone surrogates, not {quote(raw)}")
    return value


def _words(hint: Any) -> str:
    if get_origin(hint) in {Union, UnionType}:
        return " or ".join(_words(option) for option in get_args(hint) if option is not NoneType)
    if get_origin(hint) is Literal:
        return f"one of {', '.join(quote(value) for value in get_args(hint))}"
    words = {
        int: "a whole number",
        float: "a number",
        str: "text",
        bool: "true or false",
        tuple: "a list",
        list: "a list",
        dict: "a table",
        Mapping: "a table",
    }
    return words.get(get_origin(hint) or hint, "something else")


def _as_json(value: Any) -> Any:
    return [_as_json(each) for each in value] if isinstance(value, list | tuple) else value
