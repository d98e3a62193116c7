"""A request for a resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from simtwin.api.errors import invalid
from simtwin.api.pacing import INSTANT, Pace
from simtwin.api.pages import Query
from simtwin.api.request.phrases import MISSING, NOT_A, one_of
from simtwin.api.resources.naming import made_id
from simtwin.api.resources.shelves import Shelf
from simtwin.api.resources.table import Route, Schema, Table, collection
from simtwin.api.resources.values import MISFIT, Values

Doc = Mapping[str, Any]

_JSON_TYPES: Mapping[str, type] = {
    "str": str,
    "int": int,
    "num": float,
    "bool": bool,
    "list": list,
    "map": dict,
}


@attrs.frozen
class Ask:
    """A request for a resource, and what its answer is made of.

    Args:
        table: of all routes.
        route: the one that was asked for.
        arguments: what stands in the path, in the order of the template.
        query: of the request.
        body: the document, empty where there is none.
        betas: the names in `anthropic-beta`.
        wall: the present, unix time in seconds.
        seed: what texts depend on, beside what was asked.
        chance: what ids depend on.
        pace: how fast an agent answers.
    """

    table: Table
    route: Route
    arguments: tuple[str, ...]
    query: Query
    body: Doc = attrs.field(factory=dict)
    betas: frozenset[str] = frozenset()
    wall: float = 0.0
    seed: int = 0
    chance: str = ""
    pace: Pace = INSTANT

    @property
    def schema(self) -> Schema:
        """What the answer looks like."""
        return self.route.schema(self.betas)

    @property
    def collection(self) -> str:
        """The template of the collection that it is about."""
        return collection(self.route)

    @property
    def shelf(self) -> str:
        """The path of that collection."""
        return self.path(self.collection)

    @property
    def id(self) -> str:
        """What the thing is called that it is about."""
        return self.arguments[self.collection.count("{")]

    @property
    def named(self) -> dict[str, str]:
        """The arguments by the names that the template has for them."""
        names = [part[1:-1] for part in self.route.path.split("/") if part.startswith("{")]
        return dict(zip(names, self.arguments, strict=True))

    def path(self, template: str) -> str:
        """A template that begins as the route's own, with the arguments in it."""
        given = iter(self.arguments)
        return "/".join(
            next(given) if part.startswith("{") else part for part in template.split("/")
        )

    def values(self, chance: str | None = None, wall: float | None = None) -> Values:
        """What makes values for the answer; those of a thing come of its own id and time."""
        return Values(
            self.table.types,
            self.wall if wall is None else wall,
            self.chance if chance is None else chance,
        )

    def new_id(self, name: str, shelf: Shelf, use: str = "") -> str:
        """An id that nothing on a shelf has; after a reset the same chance comes again."""
        tried = 0
        while (id_ := made_id(name, f"{self.chance}/{use}/{name}/{tried}")) in shelf:
            tried += 1
        return id_


def check(ask: Ask) -> None:
    """Hold the parameters against what the route takes; what it does not know is left alone.

    Raises:
        Rejected: a 400 that names the first which is missing, or is of another type.
    """
    for name in ask.route.required:
        given = name in ask.body if name in ask.route.body else ask.query.last(name) is not None
        if not given:
            raise invalid(f"{name}: {MISSING}")
    values = ask.values()
    for name, schema in ask.route.body.items():
        if name in ask.body and values.fitted(schema, ask.body[name]) is MISFIT:
            raise invalid(f"{name}: {_wanted(schema)}")


def _wanted(schema: Schema) -> str:
    match schema:
        case ["lit", *known]:
            return one_of(known)
        case ["null", inner]:
            return _wanted(inner)
        case ["or", first, *_]:
            return _wanted(first)
        case [kind, *_] | kind:
            return NOT_A[_JSON_TYPES.get(kind, str)]
    return NOT_A[str]
