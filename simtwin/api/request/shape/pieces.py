"""The same checks in pieces, for values that take more than a moment to look at."""

from __future__ import annotations

from typing import Any

from simtwin.api.request.phrases import EXTRA
from simtwin.api.request.shape.check import Array, Check, Either, Maybe
from simtwin.api.request.shape.record import Record, Tagged
from simtwin.api.request.steps import Steps

#: How many values are looked at before others get a turn: about a millisecond.
AT_ONCE = 1_000
#: What a value counts for that has parts of its own, but not many.
SOME = 10
#: What has more parts than this, with theirs, is looked at part by part.
_SHORT = 100


def is_long(value: Any) -> bool:
    """Whether an object or a list has so many parts in it that they are looked at one by one."""
    return _left(value, _SHORT) < 0


def _left(value: Any, parts: int) -> int:
    """What is left of a number of parts once those of `value` are counted; below zero, no more are."""
    parts -= len(value)
    if parts < 0:
        return parts
    # What the caller gives as `input` is counted as well, in vain; it is small where this is.
    for item in value.values() if type(value) is dict else value:
        kind = type(item)
        if kind is dict or kind is list:
            parts = _left(item, parts)
            if parts < 0:
                return parts
    return parts


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
        since += SOME if type(item) is dict or type(item) is list else 1
        if since >= AT_ONCE:
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
        since += SOME if type(item) is dict or type(item) is list else 1
        if since >= AT_ONCE:
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
