"""What happens to connections before anybody knows whose they are: rules of the operator's.

    {"connections": [{"when": {"window": [5, 10]}, "refuse": {}},
                     {"name": "dead", "when": {"every": 3}, "close": {"reset": true}}]}

A rule looks at every connection that is accepted, and has exactly one table of those in KINDS.
`refuse` is the one that no connection is seen by: it holds as long as its window does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from types import MappingProxyType

import attrs

from simtwin.core import bounds
from simtwin.core.bucket import NS
from simtwin.core.fault import SettingsError
from simtwin.core.named_tables import named_tables, numbered, only_kind
from simtwin.core.names import Names
from simtwin.core.quote import quote
from simtwin.core.rule import name_of
from simtwin.core.tables import table_of, truth_in
from simtwin.core.tls import Tls
from simtwin.core.when import When, when_of

#: Each connection looks at each rule.
MOST_RULES = 100
#: A twin that refuses connections cannot be told to stop that, so it stops by itself.
LONGEST_REFUSAL = 3_600

_KNOWN_WHEN = ("nth", "first", "every", "offset", "chance", "window")


@attrs.frozen
class Refuse:
    """Nobody listens: who connects is told so by the system, with a reset."""


@attrs.frozen
class Close:
    """Accept, read nothing, and hang up.

    Args:
        after_seconds: how long after (s).
        reset: by RST, rather than by FIN.
    """

    after_seconds: float = attrs.field(default=0.0, validator=bounds.from_zero)
    reset: bool = attrs.field(default=False, validator=bounds.truth)


@attrs.frozen
class BlackHole:
    """Accept, and take whatever comes without a word.

    Args:
        seconds: until a FIN (s); None is for ever.
    """

    seconds: float | None = attrs.field(default=None, validator=bounds.from_zero)


@attrs.frozen
class Stale:
    """Serve the connection up to one request, and end it with the first byte of that one.

    Args:
        request: which one, from 1.
        reset: by RST, rather than by FIN.
    """

    request: int = attrs.field(default=2, validator=bounds.whole(1))
    reset: bool = attrs.field(default=True, validator=bounds.truth)


@attrs.frozen
class Idle:
    """Serve the connection, and end it once it has been idle.

    Args:
        seconds: for how long (s).
        reset: by RST, rather than by FIN.
    """

    seconds: float = attrs.field(default=400.0, validator=bounds.from_zero)
    reset: bool = attrs.field(default=False, validator=bounds.truth)


@attrs.frozen
class Early:
    """Answer the first request before its body is read, with an error, and hang up.

    Args:
        status: of the answer.
        reset: by RST, as it happens where a body is on its way, rather than by FIN.
    """

    status: int = attrs.field(default=413, validator=bounds.whole(400, 599))
    reset: bool = attrs.field(default=True, validator=bounds.truth)


Fate = Refuse | Close | BlackHole | Stale | Idle | Early | Tls

KINDS: Mapping[str, type[Fate]] = MappingProxyType(
    {
        "refuse": Refuse,
        "close": Close,
        "black_hole": BlackHole,
        "stale": Stale,
        "idle": Idle,
        "early": Early,
        "tls": Tls,
    }
)


@attrs.frozen
class ConnectionRule:
    """A fate, and the connections that it is meant for.

    Args:
        name: one of its kind among the rules.
        kind: what the fate is called in settings.
        epoch: when its window begins to count (ns).
        must_fire: whether a run in which it does not has shown too little.
    """

    name: str
    when: When
    kind: str
    fate: Fate
    epoch: int = 0
    must_fire: bool = False


def connection_rules(doc: object, path: str) -> tuple[ConnectionRule, ...]:
    """A list of rules for connections.

    Raises:
        SettingsError: it cannot be, with a path such as `connections[0].close.reset`.
    """
    return named_tables(doc, path, numbered(path), _rule, most=MOST_RULES)


def _rule(doc: object, names: Names) -> ConnectionRule:
    if not isinstance(doc, Mapping):
        raise SettingsError(f"a rule is a table, not {quote(doc)}")
    needs = f"a rule has name, when, must_fire and one table of {', '.join(KINDS)}"
    for name in doc:
        if name not in ("name", "when", "must_fire") and name not in KINDS:
            raise SettingsError(f"there is no {quote(name)}; {needs}")
    given = {name: value for name, value in doc.items() if value is not None}
    kind = only_kind(given, KINDS, needs)
    when = when_of(given.get("when", {}), _KNOWN_WHEN)
    if kind == "refuse":
        _check_refusal(when)
    return ConnectionRule(
        name_of(given, kind, names),
        when,
        kind,
        table_of(KINDS[kind], given[kind], kind),
        must_fire=truth_in(given, "must_fire"),
    )


def _check_refusal(when: When) -> None:
    if when.window is None or when != When(window=when.window):
        raise SettingsError("refuse takes a window and nothing else: no connection is seen", "when")
    if when.window[1] - when.window[0] > LONGEST_REFUSAL:
        raise SettingsError(
            f"refuse holds for {LONGEST_REFUSAL:,} seconds at most, as nobody could end it",
            "when.window",
        )


def decide(
    rules: Sequence[ConnectionRule],
    looked: Mapping[str, int],
    now: int,
    chance: Callable[[str, int], Random],
) -> tuple[tuple[ConnectionRule, ...], Mapping[str, int]]:
    """The rules that fire on a connection, and at how many each of them has looked after it.

    Args:
        rules: those in force; no two of one name.
        looked: at how many connections each has looked before, by its name; left as it is.
        now: when the connection comes in (ns).
        chance: the source of chance of a rule for the connection of that number, from 1.
    """
    after, fired = dict(looked), []
    for rule in rules:
        if isinstance(rule.fate, Refuse):
            continue
        after[rule.name] = number = looked.get(rule.name, 0) + 1
        if not rule.when.counts(number) or not _in_window(rule, now):
            continue
        odds = rule.when.chance
        if odds is None or chance(rule.name, number).random() < odds:
            fired.append(rule)
    return tuple(fired), after


def refuses(rules: Sequence[ConnectionRule], now: int) -> bool:
    """Whether nobody is to listen now (ns)."""
    return any(True for _ in shutting(rules, now))


def shutting(rules: Sequence[ConnectionRule], now: int) -> Iterator[ConnectionRule]:
    """The rules for which nobody is to listen now (ns)."""
    return (rule for rule in rules if isinstance(rule.fate, Refuse) and _in_window(rule, now))


def next_turn(rules: Sequence[ConnectionRule], now: int) -> int | None:
    """When `refuses` may change next (ns), None where it will not."""
    edges = [
        rule.epoch + round(second * NS)
        for rule in rules
        if isinstance(rule.fate, Refuse)
        for second in rule.when.window or ()
    ]
    return min((edge for edge in edges if edge > now), default=None)


def _in_window(rule: ConnectionRule, now: int) -> bool:
    if rule.when.window is None:
        return True
    start, end = (rule.epoch + round(second * NS) for second in rule.when.window)
    return start <= now < end
