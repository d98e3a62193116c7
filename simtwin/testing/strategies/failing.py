"""What can go wrong: faults, scripts of them, rules and profiles."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from simtwin.core.fault import SettingsError, make, settings_of
from simtwin.core.script import part
from simtwin_faults import KINDS

#: What every client of the API has to live with, the simplest first.
COMMON = ("refuse", "latency", "error_event", "truncate", "disconnect", "stall", "hang", "page")
#: Every kind there is.
ALL = tuple(KINDS)

#: The statuses that a client meets most, the plainest first.
_STATUSES = (500, 529, 429, 503, 502, 504, 408, 409, 400, 401, 403, 404, 413)
#: Longer scripts than this say nothing that a shorter one does not.
_MOST_ITEMS = 20


def faults(kinds: Sequence[str] = COMMON, *, max_seconds: float = 3600) -> st.SearchStrategy[str]:
    """One fault, as a script says it: `stall(after_events=3, seconds=60)`.

    Args:
        kinds: the kinds to draw from, the simplest first.
        max_seconds: the longest that any one wait lasts, and the longest `retry_after`.

    Raises:
        ValueError: there is no such kind.
    """
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown or not kinds:
        raise ValueError(f"there is no kind {unknown}; there are {', '.join(KINDS)}")
    return st.one_of([_docs(kind, max_seconds).map(_said(kind)) for kind in kinds])


def scripts(
    kinds: Sequence[str] = COMMON, *, max_faults: int = _MOST_ITEMS, max_seconds: float = 3600
) -> st.SearchStrategy[str]:
    """A script of up to `max_faults` faults: what happens to one request after the other.

    An item is one fault, or `ok`; so the empty end of a script, where all is served, is near.

    Args:
        kinds: the kinds to draw from, the simplest first.
        max_faults: how many there are at most.
        max_seconds: the longest that any one wait lasts, and the longest `retry_after`.
    """
    item = st.just("ok") | faults(kinds, max_seconds=max_seconds)
    return st.lists(item, min_size=1, max_size=max_faults).map("; ".join)


def rules(
    kinds: Sequence[str] = COMMON, *, max_seconds: float = 3600
) -> st.SearchStrategy[dict[str, Any]]:
    """A rule as in settings: one fault, and the requests that it is for."""
    when = st.one_of(
        st.fixed_dictionaries({"first": st.integers(1, 5)}),
        st.fixed_dictionaries({"nth": st.integers(1, 9)}),
        st.fixed_dictionaries({"every": st.integers(2, 5)}),
        st.fixed_dictionaries({"chance": st.sampled_from((0.1, 0.3, 0.5, 0.9))}),
    )
    match = st.sampled_from(({}, {"stream": True}, {"stream": False}))
    tables = [_docs(kind, max_seconds).map(_table(kind)) for kind in kinds]
    return st.builds(
        lambda when, match, table: {"when": when, **({"match": match} if match else {}), **table},
        when,
        match,
        st.one_of(tables),
    )


def profiles(
    kinds: Sequence[str] = COMMON, *, max_rules: int = 5, max_seconds: float = 3600
) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Several rules at once, as `VirtualTwin(rules=…)` and settings take them."""
    return st.lists(rules(kinds, max_seconds=max_seconds), min_size=1, max_size=max_rules)


def _said(kind: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda doc: part(kind, doc)


def _table(kind: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda doc: {kind: doc}


def _docs(kind: str, max_seconds: float) -> st.SearchStrategy[dict[str, Any]]:
    """Settings of a kind: what it needs, and up to two of what it may have."""
    required = _required(kind)
    settings = _settings(kind, max_seconds)
    of = {name: values for name, values in settings.items() if values is not None}
    of |= {name: st.just(_least(kind)[name]) for name in required if name not in of}
    further = [name for name in of if name not in required]
    some = st.lists(st.sampled_from(further), max_size=2, unique=True) if further else st.just([])
    return some.flatmap(
        lambda chosen: st.fixed_dictionaries({name: of[name] for name in (*required, *chosen)})
    ).map(lambda doc: _together(kind, doc))


def _together(kind: str, doc: Mapping[str, Any]) -> dict[str, Any]:
    """Of the settings drawn, in their order, those that can be together."""
    kept: dict[str, Any] = {}
    left = dict(doc)
    for name in _required(kind):
        kept[name] = left.pop(name)
    if not _can_be(kind, tuple(kept.items())):
        kept = dict(_least(kind))
    for name, value in left.items():
        if _can_be(kind, (*kept.items(), (name, value))):
            kept[name] = value
    return kept


# Hypothesis draws the same few values again and again, most of all while it shrinks.
@lru_cache(maxsize=4_096, typed=True)
def _can_be(kind: str, settings: tuple[tuple[str, Any], ...]) -> bool:
    try:
        make(KINDS, kind, dict(settings))
    except SettingsError:
        return False
    return True


def _required(kind: str) -> tuple[str, ...]:
    return tuple(setting.name for setting in settings_of(KINDS[kind]) if setting.required)


@cache
def _least(kind: str) -> Mapping[str, Any]:
    """The least settings with which there can be a fault of a kind."""
    hints = get_type_hints(KINDS[kind])

    def least(name: str) -> Any:
        hint = hints[name]
        if get_origin(hint) is Literal:
            return get_args(hint)[0]
        return "name" if hint is str else 500 if name == "status" else 1

    return {name: least(name) for name in _required(kind)}


def _settings(kind: str, max_seconds: float) -> dict[str, st.SearchStrategy[Any] | None]:
    hints = get_type_hints(KINDS[kind])
    return {
        setting.name: _values(setting.name, hints[setting.name], max_seconds)
        for setting in settings_of(KINDS[kind])
    }


def _values(name: str, hint: Any, max_seconds: float) -> st.SearchStrategy[Any] | None:
    """What may be given for a setting, simple and early values first; None: leave it out."""
    if name == "status":
        return st.sampled_from(_STATUSES)
    if get_origin(hint) is Literal:
        return st.sampled_from(get_args(hint))
    options = {hint, *get_args(hint)}
    if name == "seconds" or name.endswith("_seconds") or name == "retry_after":
        return st.integers(1, max(1, int(max_seconds)))
    if bool in options:
        return st.booleans()
    if name in ("jitter", "share"):
        return st.sampled_from((0, 0.1, 0.5))
    if int in options:
        return st.integers(0, 40)
    if float in options:
        return st.integers(1, 100)
    if str in options and name == "before_event":
        return st.sampled_from(("message_stop", "message_delta", "content_block_delta"))
    return None
