"""Lists: which things there are in one, in which order, and the page that was asked for."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

import attrs

from simtwin.api.errors import invalid
from simtwin.api.pages import between_ids, cursor, cursor_place
from simtwin.api.resources.asked import Ask
from simtwin.api.resources.shelves import Thing
from simtwin.api.timestamp import unix

Doc = Mapping[str, Any]

#: Of lists that nobody can page back in, a cursor never has this bit.
_BACKWARDS = 1 << 31
_LAST = _BACKWARDS - 1
#: Parameters that are about the page, or have a meaning of their own.
_OF_PAGES = ("limit", "page", "after_id", "before_id", "order", "order_by", "include_archived")
_BOUNDS: Mapping[str, Callable[[float, float], bool]] = {
    "gt": lambda at, bound: at > bound,
    "gte": lambda at, bound: at >= bound,
    "lt": lambda at, bound: at < bound,
    "lte": lambda at, bound: at <= bound,
}


@attrs.frozen
class Place:
    """Where a page begins: behind something that came then, or, backwards, before it."""

    at: float
    number: int
    backwards: bool = False


def page(
    ask: Ask,
    things: Sequence[Thing],
    shown: Callable[[Thing], Doc],
    told: Callable[[Thing], Doc],
) -> dict[str, Any]:
    """The page of a list that was asked for.

    A cursor names a place in time, not in the list: what is made or goes meanwhile neither hides
    anything nor shows it twice.

    Args:
        ask: the request.
        things: all that could be in it, oldest first.
        shown: a thing as the list shows it, which takes a while to make up.
        told: what is known of it.

    Raises:
        Rejected: a 400 for a limit, a cursor, an order or a date that cannot be.
    """
    place = _place(ask, things)
    # By when they came, and only then by when they were decided: events are so beforehand.
    wanted = sorted(_wanted(ask, things, told), key=_key)
    usual = "asc" if ask.route.path.endswith("/events") else "desc"
    descends = (ask.query.one_of("order", ("asc", "desc")) or usual) == "desc"
    if descends:
        wanted.reverse()
    if ask.route.page == "ids":
        return between_ids(wanted, ask.query, attrgetter("id"), shown)
    return _by_cursor(ask, wanted, shown, place, descends=descends)


def _place(ask: Ask, things: Sequence[Thing]) -> Place | None:
    """The place that the cursor of a request names."""
    text = ask.query.last("page")
    if text is None:
        return None
    found = cursor_place(text, _BACKWARDS | _LAST)
    number = found & _LAST
    # What is gone since then came when the next one that is not did, as far as lists can tell.
    near = min((each for each in things if each.number >= number), key=_number, default=None)
    at = near.at if near is not None else math.inf
    return Place(at, number, backwards=bool(found & _BACKWARDS))


def _by_cursor(
    ask: Ask,
    things: list[Thing],
    shown: Callable[[Thing], Doc],
    place: Place | None,
    *,
    descends: bool,
) -> dict[str, Any]:
    size, start = ask.query.limit(), 0
    if place is not None:
        key = (place.at, place.number)
        passed = sum((_key(each) > key) is descends and _key(each) != key for each in things)
        if place.backwards:
            start = max(0, passed - size)
            size = passed - start
        else:
            start = passed + any(_key(each) == key for each in things)
    part = things[start : start + size]
    more = part and start + len(part) < len(things)
    found: dict[str, Any] = {
        "data": [shown(thing) for thing in part],
        "next_page": cursor(part[-1].number) if more else None,
    }
    if ask.route.page == "both":
        found["prev_page"] = cursor(_BACKWARDS | part[0].number) if part and start else None
    if ask.route.page == "report":
        found |= {"has_more": bool(more), "data_refreshed_at": None}
    return found


def _key(thing: Thing) -> tuple[float, int]:
    return thing.at, thing.number


def _number(thing: Thing) -> int:
    return thing.number


def _wanted(ask: Ask, things: Sequence[Thing], told: Callable[[Thing], Doc]) -> Iterator[Thing]:
    """Those that are there, and are what the parameters ask for."""
    hides = "include_archived" in ask.route.query and not ask.query.truth("include_archived")
    given = [name for name in ask.route.query if name not in _OF_PAGES and ask.query.every(name)]
    conditions = [_condition(ask, name) for name in given]
    for thing in things:
        if thing.at > ask.wall or (hides and thing.archived):
            continue
        if not conditions or _holds(conditions, told(thing)):
            yield thing


def _holds(conditions: Sequence[Callable[[Doc], bool]], doc: Doc) -> bool:
    return all(condition(doc) for condition in conditions)


def _condition(ask: Ask, name: str) -> Callable[[Doc], bool]:
    """What one parameter asks of a thing; one that is about no field of it asks nothing."""
    field, _, bound = name.rstrip("]").partition("[")
    if bound in _BOUNDS:
        limit, compare = _moment(ask.query.last(name) or "", name), _BOUNDS[bound]
        return lambda doc: compare(_moment(str(doc.get(field)), field), limit)
    values, names = ask.query.every(name), (name, _singular(name), _without_id(name))

    def condition(doc: Doc) -> bool:
        called = next((each for each in names if each in doc), None)
        if called is None:
            return True
        value = doc[called]
        return str(value.get("id") if isinstance(value, Mapping) else value) in values

    return condition


def _singular(name: str) -> str:
    if name.endswith("uses"):
        return name[:-2]
    return name.removesuffix("s")


def _without_id(name: str) -> str:
    return _singular(name).removesuffix("_id")


def _moment(text: str, name: str) -> float:
    try:
        return unix(text)
    except ValueError:
        raise invalid(f"{name}: Input should be a valid datetime") from None
