"""Pages of a list, in the two ways that the API has of them (Python SDK 2.12.0, `pagination.py`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, TypeVar
from urllib.parse import parse_qs

from simtwin.api.errors import invalid
from simtwin.api.request.phrases import at_least, one_of

Doc = Mapping[str, Any]
T = TypeVar("T")

#: The most of a page: "Ranges from 1 to 1000" (SDK 2.12.0, in every list's parameters).
MOST = 1_000
_USUAL = 20
_CURSOR = "page_"


class Query:
    """The query of a request, by name; `name[]` is `name`.

    Args:
        raw: as it came, without the question mark.
    """

    def __init__(self, raw: bytes) -> None:
        given = parse_qs(raw.decode("latin-1"), keep_blank_values=True)
        self._given: dict[str, list[str]] = {}
        for name, values in given.items():
            self._given.setdefault(name.removesuffix("[]"), []).extend(values)

    def last(self, name: str) -> str | None:
        """The value of a parameter, None where it is absent."""
        values = self._given.get(name)
        return None if values is None else values[-1]

    def every(self, name: str) -> tuple[str, ...]:
        """All values of a parameter that is a list."""
        return tuple(self._given.get(name, ()))

    def truth(self, name: str, *, otherwise: bool = False) -> bool:
        """The value of a parameter that is true or false."""
        text = self.last(name)
        if text is None:
            return otherwise
        if text.lower() not in ("true", "false", "1", "0"):
            raise invalid(f"{name}: Input should be a valid boolean, unable to interpret input")
        return text.lower() in ("true", "1")

    def one_of(self, name: str, known: Sequence[str]) -> str | None:
        """The value of a parameter that is one of a few words, None where it is absent."""
        text = self.last(name)
        if text is not None and text not in known:
            raise invalid(f"{name}: {one_of(known)}")
        return text

    def some_of(self, name: str, known: Sequence[str]) -> tuple[str, ...]:
        """The values of a parameter that is a list of a few words."""
        values = self.every(name)
        for place, value in enumerate(values):
            if value not in known:
                raise invalid(f"{name}.{place}: {one_of(known)}")
        return values

    def limit(self, usual: int = _USUAL, most: int = MOST) -> int:
        """How many the page may have."""
        text = self.last("limit")
        if text is None:
            return usual
        try:
            size = int(text)
        except ValueError:
            raise invalid(
                "limit: Input should be a valid integer, unable to parse string as an integer"
            ) from None
        if size < 1:
            raise invalid(f"limit: {at_least(1)}")
        if size > most:
            raise invalid(f"limit: Input should be less than or equal to {most}")
        return size


def by_ids(items: Sequence[Doc], query: Query, name: str = "id") -> dict[str, Any]:
    """A page between ids of a list of documents; `name` is the field that cursors name.

    Raises:
        Rejected: a 400 for a limit that cannot be.
    """
    return between_ids(items, query, itemgetter(name), lambda item: item)


def between_ids(
    items: Sequence[T], query: Query, id_of: Callable[[T], str], shown: Callable[[T], Doc]
) -> dict[str, Any]:
    """A page between ids: `after_id`, `before_id`, `limit`.

    A cursor that names nothing in the list has nothing behind it.

    Args:
        items: the whole list, in its order.
        query: of the request.
        id_of: what cursors name of an item.
        shown: an item as the page has it; asked of those alone that are on it.

    Raises:
        Rejected: a 400 for a limit that cannot be.
    """
    size, after, before = query.limit(), query.last("after_id"), query.last("before_id")
    if after is not None:
        items = items[_place(items, id_of, after, len(items)) + 1 :]
    if before is not None:
        items = items[: _place(items, id_of, before, 0)]
    part = items[-size:] if before is not None and after is None else items[:size]
    return {
        "data": [shown(item) for item in part],
        "has_more": len(items) > size,
        "first_id": id_of(part[0]) if part else None,
        "last_id": id_of(part[-1]) if part else None,
    }


def by_cursor(items: Sequence[Doc], query: Query, usual: int = _USUAL) -> dict[str, Any]:
    """A page by an opaque cursor: `page`, `limit`.

    Args:
        items: the whole list, in its order.
        query: of the request.
        usual: the size where none is asked for.

    Raises:
        Rejected: a 400 for a limit that cannot be, or a cursor that the API never gave.
    """
    size = query.limit(usual)
    start = cursor_place(query.last("page"), len(items))
    end = start + size
    following = cursor(end) if end < len(items) else None
    return {"data": list(items[start:end]), "next_page": following}


def cursor(place: int) -> str:
    """The cursor of the page that begins at a place."""
    return f"{_CURSOR}{place:08x}"


def cursor_place(given: str | None, most: int) -> int:
    """The place that a cursor stands for, at most `most`; 0 where there is none.

    Raises:
        Rejected: a 400 for one that the API never gave.
    """
    if given is None:
        return 0
    digits = given.removeprefix(_CURSOR)
    if given == digits or len(digits) != 8 or not all(c in "0123456789abcdef" for c in digits):
        raise invalid("page: Invalid page token")
    return min(int(digits, 16), most)


def _place(items: Sequence[T], id_of: Callable[[T], str], wanted: str, otherwise: int) -> int:
    return next((place for place, item in enumerate(items) if id_of(item) == wanted), otherwise)
