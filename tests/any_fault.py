"""Any fault of any kind, and any chain of them, for laws."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

from hypothesis import strategies as st
from plans import EVENTS

from simtwin.core.fault import Fault, Fired, SettingsError, make, settings_of
from simtwin_faults import KINDS

_VALUES: dict[object, st.SearchStrategy[Any]] = {
    int: st.integers(0, 40) | st.integers(300, 599),
    float: st.integers(0, 9) | st.floats(0, 1) | st.floats(0, 1000),
    str: st.sampled_from((*EVENTS, "error")) | st.text(),
    bool: st.booleans(),
}


def values(hint: Any) -> st.SearchStrategy[Any]:
    """What may be given for a setting of that type."""
    if get_origin(hint) is Literal:
        return st.sampled_from(get_args(hint))
    options = [_VALUES[option] for option in (hint, *get_args(hint)) if option in _VALUES]
    return st.one_of(options)


def settings_docs(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    """Settings of a kind: what it needs, and up to three of what it may have."""
    hints = get_type_hints(KINDS[kind])
    of = {setting.name: values(hints[setting.name]) for setting in settings_of(KINDS[kind])}
    required = {setting.name for setting in settings_of(KINDS[kind]) if setting.required}
    further = sorted(of.keys() - required)
    # There is nothing to sample from an empty list.
    some = st.lists(st.sampled_from(further), max_size=3, unique=True) if further else st.just([])
    return some.flatmap(
        lambda chosen: st.fixed_dictionaries({name: of[name] for name in [*required, *chosen]})
    )


def needed(kind: str) -> dict[str, Any]:
    """The least settings with which there can be a fault of a kind."""
    hints = get_type_hints(KINDS[kind])
    return {
        setting.name: get_args(hints[setting.name])[0]
        if get_origin(hints[setting.name]) is Literal
        else "name"
        if hints[setting.name] is str
        else 429
        for setting in settings_of(KINDS[kind])
        if setting.required
    }


@cache
def faults(kind: str) -> st.SearchStrategy[Fault]:
    """Any fault of a kind: of the settings drawn, those that can be together."""

    def made(doc: dict[str, Any]) -> Fault:
        kept = needed(kind)
        fault = make(KINDS, kind, kept)
        for name, value in doc.items():
            try:
                fault = make(KINDS, kind, kept | {name: value})
            except SettingsError:
                continue
            kept |= {name: value}
        return fault

    return settings_docs(kind).map(made)


@st.composite
def chains(draw: st.DrawFn) -> list[Fired]:
    """Several faults on one request."""
    kinds = draw(st.lists(st.sampled_from(list(KINDS)), min_size=1, max_size=4))
    return [Fired(f"rule {number}", kind, draw(faults(kind))) for number, kind in enumerate(kinds)]
