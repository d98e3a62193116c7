"""Looking for what a request is about, and showing it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from simtwin.api.errors import ApiError, Rejected, invalid
from simtwin.api.resources.asked import Ask
from simtwin.api.resources.sessions import seen
from simtwin.api.resources.shelves import Shelves, Thing
from simtwin.core.quote import quote

Doc = Mapping[str, Any]

#: What makes something new below another, which has to be open for it.
_MAKING = ("create", "put")


def not_found(what: str, id_: str) -> Rejected:
    """The API's 404 for a thing that there is not, by what it is called in the path."""
    word = what.removesuffix("_id").replace("_", " ").capitalize()
    return Rejected(ApiError.of(404, f"{word} not found: {quote(id_)}"))


def found(shelves: Shelves, ask: Ask) -> Thing:
    """The thing that a request is about.

    Raises:
        Rejected: there is none.
    """
    thing = shelves.shelf(ask.shelf).get(ask.id)
    if thing is None or thing.at > ask.wall:
        raise not_found(list(ask.named)[ask.collection.count("{")], ask.id)
    return thing


def standing(shelves: Shelves, ask: Ask) -> None:
    """Hold what a request is below against what there is.

    Raises:
        Rejected: it is below what is not there, or would be made below what was put away.
    """
    for name, path, id_ in _above(ask):
        thing = shelves.shelf(path).get(id_)
        if thing is None:
            raise not_found(name, id_)
        if thing.archived and ask.route.kind in _MAKING:
            raise invalid(f"{id_} is archived and cannot be changed")


def shown(shelves: Shelves, ask: Ask, thing: Thing) -> Doc:
    """A thing as the answer to a request shows it."""
    doc: Doc = ask.values(thing.id, thing.at).project(ask.schema, told(shelves, ask, thing))
    return doc


def told(shelves: Shelves, ask: Ask, thing: Thing) -> Doc:
    """All that is known of a thing at present, whatever of it an answer shows."""
    return {**ask.named, **thing.doc, **seen(shelves, ask, thing)}


def _above(ask: Ask) -> Iterator[tuple[str, str, str]]:
    """Name, shelf and id of each thing that the collection, or what is fetched, is below."""
    parts = ask.route.path if ask.route.kind in ("fetch", "stream") else ask.collection
    template = parts.split("/")
    path = ask.path(parts).split("/")
    for place, part in enumerate(template):
        if part.startswith("{"):
            yield part[1:-1], "/".join(path[:place]), path[place]
