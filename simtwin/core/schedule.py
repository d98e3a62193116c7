"""When a fault fires: what a rule looks at, and which rules fire on a request.

    Asked ─► Match: does the rule look at this request? ─► its count goes up
                    When: does it fire on this one?     ─► its fault, in the order of the rules

Counts are kept for each key and each rule by name, so what one key does moves no other key's rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import isfinite
from random import Random
from typing import Any

import attrs

from simtwin.core import glob
from simtwin.core.fault import Fault, SettingsError
from simtwin.core.quote import quote

ENDPOINTS = ("messages", "count_tokens", "models", "models_retrieve", "unknown")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

#: Thirty years of seconds, and more requests than any run makes: what lies beyond is a slip.
MOST = 1_000_000_000


@attrs.frozen
class Asked:
    """A request as rules see it.

    Args:
        endpoint: one of ENDPOINTS.
        method: the HTTP method, in capitals.
        path: the path without query.
        model: the model that the body names; None where it names none, or does not parse.
        stream: whether the body asks for a stream; None where it does not parse.
        answers: whether a model is to answer: such requests use up the items of a script.
    """

    endpoint: str
    method: str
    path: str
    model: str | None = None
    stream: bool | None = None
    answers: bool = False


def _of(known: Sequence[str]) -> Callable[[object, Any, object], None]:
    def check(_: object, field: Any, value: object) -> None:
        if value is not None and value not in known:
            raise SettingsError(
                f"must be one of {', '.join(known)}, not {quote(value)}", field.name
            )

    return check


def _glob(_: object, field: Any, value: object) -> None:
    if value is None:
        return
    if not isinstance(value, str):
        raise SettingsError(f"must be the name of a model, not {quote(value)}", field.name)
    if not 0 < len(value) <= glob.LONGEST_GLOB:
        raise SettingsError(f"must have 1 to {glob.LONGEST_GLOB} characters", field.name)
    if "[" in value:
        # No name of a model has one, so it is meant as a set, which would silently never fit.
        raise SettingsError(f"knows * and ? alone, so {quote(value)} fits no model", field.name)


def _truth(_: object, field: Any, value: object) -> None:
    if value is not None and not isinstance(value, bool):
        raise SettingsError(f"must be true or false, not {quote(value)}", field.name)


@attrs.frozen
class Match:
    """The requests that a rule looks at: what is given must hold, and nothing given is all of them.

    Args:
        endpoint: one of ENDPOINTS.
        method: one of METHODS.
        model: a glob of `*` and `?` that the model's name must fit, as it was asked for.
        stream: whether a stream was asked for.

    Raises:
        SettingsError: with the field at fault as its path.
    """

    endpoint: str | None = attrs.field(default=None, validator=_of(ENDPOINTS))
    method: str | None = attrs.field(default=None, validator=_of(METHODS))
    model: str | None = attrs.field(default=None, validator=_glob)
    stream: bool | None = attrs.field(default=None, validator=_truth)

    def fits(self, asked: Asked) -> bool:
        """Whether the rule looks at this request. A body that does not parse has no model."""
        return (
            (self.endpoint is None or self.endpoint == asked.endpoint)
            and (self.method is None or self.method == asked.method)
            and (self.stream is None or self.stream is asked.stream)
            and (
                self.model is None
                or (asked.model is not None and glob.fits(self.model, asked.model))
            )
        )


def _is_number(value: object) -> bool:
    # A bool is an int to Python, and to nobody who writes settings.
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _count(_: object, field: Any, value: object) -> None:
    if value is not None and not (type(value) is int and 1 <= value <= MOST):
        raise SettingsError(
            f"must be a whole number from 1 to {MOST:,}, not {quote(value)}", field.name
        )


def _chance(_: object, field: Any, value: Any) -> None:
    if value is not None and not (_is_number(value) and 0 <= value <= 1):
        raise SettingsError(f"must be a number from 0 to 1, not {quote(value)}", field.name)


def _pair(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _window(_: object, field: Any, value: Any) -> None:
    if value is None:
        return
    is_pair = isinstance(value, tuple) and len(value) == 2 and all(map(_is_number, value))
    if not is_pair or not 0 <= value[0] < value[1] <= MOST:
        shown = list(value) if isinstance(value, tuple) else value
        raise SettingsError(
            f"must be [from, to] in seconds, with 0 <= from < to, not {quote(shown)}", field.name
        )


@attrs.frozen
class When:
    """On which of the requests that it looks at a rule fires: all that is given must hold.

    Requests are counted from 1, for each key, by the rule itself: one that it looks at counts
    whether or not the rule fires on it.

    Args:
        nth: that one.
        first: that many from the start.
        every: each n-th one, from `offset` on.
        offset: the first one that `every` means; default `every` itself.
        chance: the share of requests, 0 to 1, that it fires on.
        window: seconds since the key was made or reset, from the first up to the second, so that
            windows that follow each other share no instant.

    Raises:
        SettingsError: with the field at fault as its path.
    """

    nth: int | None = attrs.field(default=None, validator=_count)
    first: int | None = attrs.field(default=None, validator=_count)
    every: int | None = attrs.field(default=None, validator=_count)
    offset: int | None = attrs.field(default=None, validator=_count)
    chance: float | None = attrs.field(default=None, validator=_chance)
    window: tuple[float, float] | None = attrs.field(
        default=None, converter=_pair, validator=_window
    )

    def __attrs_post_init__(self) -> None:
        if self.offset is not None and self.every is None:
            raise SettingsError("means nothing without every", "offset")

    def fires(self, count: int, elapsed: float, rng: Callable[[], Random]) -> bool:
        """Whether the rule fires.

        Args:
            count: which of the requests that the rule looks at this is, from 1.
            elapsed: seconds since the key was made or reset.
            rng: makes the source of chance; called only where all else holds.
        """
        if self.nth is not None and count != self.nth:
            return False
        if self.first is not None and count > self.first:
            return False
        if self.every is not None:
            past = count - (self.offset or self.every)
            if past < 0 or past % self.every:
                return False
        if self.window is not None and not self.window[0] <= elapsed < self.window[1]:
            return False
        return self.chance is None or rng().random() < self.chance


@attrs.frozen
class Rule:
    """A fault, the requests it is meant for, and when it fires on them.

    Args:
        name: one of its kind among the rules in force; chance is drawn by it.
        kind: what the fault is called in settings.
        charge: whether limits are charged although the fault takes the place of the answer.
        must_fire: whether a run in which it does not fire has not shown what it was to show.
    """

    name: str
    match: Match
    when: When
    kind: str
    fault: Fault
    charge: bool = False
    must_fire: bool = False


def decide(
    rules: Sequence[Rule],
    asked: Asked,
    counts: Mapping[str, int],
    elapsed: float,
    chance: Callable[[str], Random],
) -> tuple[tuple[Rule, ...], Mapping[str, int]]:
    """The rules that fire on a request, in their order, and the counts after it.

    Args:
        rules: the rules in force; no two of one name.
        asked: the request.
        counts: how many requests each rule has looked at, by its name; left as it is. The new one
            has no counts of rules that are no longer in force, or renaming would make it grow.
        elapsed: seconds since the key was made or reset.
        chance: the source of chance of a rule for this request, by the rule's name.
    """
    matched = [rule for rule in rules if rule.match.fits(asked)]
    if not matched:
        return (), counts
    after = {rule.name: counts[rule.name] for rule in rules if rule.name in counts}
    fired = []
    for rule in matched:
        after[rule.name] = count = after.get(rule.name, 0) + 1
        if rule.when.fires(count, elapsed, partial(chance, rule.name)):
            fired.append(rule)
    return tuple(fired), after
