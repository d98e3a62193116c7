"""The same checks in pieces, for values that take more than a moment to look at."""

from __future__ import annotations

from typing import Any

from simtwin.api.request.phrases import EXTRA
from simtwin.api.request.shape.check import Array, Check, Either, Maybe
from simtwin.api.request.shape.record import Record, Tagged
from simtwin.api.request.steps import Steps

#: How many values are looked at before others get a turn: about a millisecond.
AT_ONCE = 1_000
#: What has more parts than this is looked at part by part.
_SHORT = 100
#: Deeper than any list in a request that the tables know.
_DEEPEST = 6


def is_long(value: Any, deepest: int = _DEEPEST) -> bool:
    """Whether a value has a list or an object in it that is worth a pause."""
    if type(value) is dict:
        if len(value) > _SHORT:
            return True
        value = value.values()
    elif len(value) > _SHORT:
        return True
    # What the caller gives as `input` is looked at as well, in vain; it is small where this is.
    return any(
        (type(item) is dict or type(item) is list)
        and item
        and deepest
        and is_long(item, deepest - 1)
        for item in value
    )


def in_pieces(check: Check, value: Any) -> Steps[str | None]:
    """What `check(value)` says, with a pause now and then."""
    if (type(value) is not dict and type(value) is not list) or not is_long(value):
        return check(value)
    if isinstance(check, Tagged):
        tag, kind, unknown = check.kind(value)
        if kind is None:
            return unknown
        fault = yield from _record(kind, value)
        return None if fault is None else f".{tag}{fault}"
    if isinstance(check, Record):
        return (yield from _record(check, value))
    if isinstance(check, Maybe) or (isinstance(check, Either) and type(value) is list):
        return (yield from in_pieces(check.other, value))
    if isinstance(check, Array) and type(value) is list and check.outside(value) is None:
        return (yield from _array(check, value))
    return check(value)


def _array(check: Array, value: list[Any]) -> Steps[str | None]:
    since = 0
    for index, item in enumerate(value):
        fault = yield from in_pieces(check.item, item)
        if fault is not None:
            return f".{index}{fault}"
        since += 1
        if since == AT_ONCE:
            since = 0
            yield
    return None


def _record(kind: Record, value: Any) -> Steps[str | None]:
    if type(value) is not dict:
        return kind(value)
    faults: dict[str, str] = {}
    extra = None
    since = 0
    for name, item in value.items():
        since += 1
        if since == AT_ONCE:
            since = 0
            yield
        check = kind.fields.get(name)
        if check is None:
            extra = extra or name
            continue
        fault = yield from in_pieces(check, item)
        if fault is not None:
            faults[name] = fault
    if extra is not None:
        faults[extra] = f": {EXTRA}"
    return kind.first(value, faults)
