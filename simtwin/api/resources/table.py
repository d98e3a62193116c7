"""The table of resources: what `benchmarks/generate_resources.py` found in the SDK's types."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

#: The type of a value, in the few words that are needed to make one and to tell whether one is good:
#: "str", "int", "num", "bool", "time" (RFC 3339), "date", "any"; a number is a place in
#: `Table.types`; `["lit", …]` is one of these, `["list", of]`, `["map", of]` (of strings to),
#: `["null", or_this]`, `["or", …]` is any of these.
Schema = Any

#: What the routes do:
#:
#:   list, create, retrieve, update, delete   what they say
#:   put       make or replace, by an id that the caller brings
#:   archive   put away, never to be changed again
#:   act       any other thing that is done to one
#:   only, set_only   find and change what there is one of
#:   fetch     something beside a resource, without changing it
#:   compute   an answer that leaves nothing behind
#:   stream    events as they come
KINDS = (
    "list",
    "create",
    "retrieve",
    "update",
    "delete",
    "put",
    "archive",
    "act",
    "only",
    "set_only",
    "fetch",
    "compute",
    "stream",
)


class Route(msgspec.Struct, frozen=True, gc=False):
    """One method of one path.

    Args:
        method: of HTTP.
        path: the template.
        name: the endpoint as rules match on it.
        kind: one of KINDS.
        page: of a list: "ids" (`after_id`), "cursor" (`page`), "both" (`prev_page` too) or
            "report" (`has_more` too).
        multipart: whether the body is a form.
        body: the parameters in the body, each with its schema to the first depth.
        query: the parameters in the query.
        required: those that may not be missing, of both.
        response: of a list, what it is a list of.
        beta: the name in `anthropic-beta` that the SDK sends, "" for none.
        shapes: other responses, by the name in `anthropic-beta` that asks for one.
        effect: fields of the resource after this action.
    """

    method: str
    path: str
    name: str
    kind: str
    page: str
    multipart: bool
    body: dict[str, Schema]
    query: list[str]
    required: list[str]
    response: Schema
    beta: str
    shapes: dict[str, Schema]
    effect: dict[str, str]

    def schema(self, betas: frozenset[str]) -> Schema:
        """The schema of the answer to a request with these names in `anthropic-beta`."""
        return next((s for name, s in self.shapes.items() if name in betas), self.response)


class Table(msgspec.Struct, frozen=True, gc=False):
    """All routes, and the types of objects that they answer with, by their places in the list.

    Args:
        sdk: the version of the SDK that it was made from.
        types: the fields of each type.
        routes: in the order of their paths.
    """

    sdk: str
    types: list[dict[str, Schema]]
    routes: list[Route]

    def route(self, name: str) -> Route | None:
        """The route of an endpoint, None where it is none of a resource."""
        return next((route for route in self.routes if route.name == name), None)


@cache
def table() -> Table:
    """The table that comes with this package: read when it is first asked for, which takes a moment."""
    data = files(__package__ or __name__).joinpath("table.json").read_bytes()
    return msgspec.json.decode(data, type=Table)


def collection(route: Route) -> str:
    """The template of the collection that a route is about."""
    if route.kind in ("list", "create", "only", "set_only", "compute"):
        return route.path
    parts = route.path.split("/")
    while not parts[-1].startswith("{"):
        parts.pop()
    return "/".join(parts[:-1])


_TELLING = ("list", "only", "retrieve", "create", "put")


def family(path: str) -> tuple[Schema, ...]:
    """What the things in a collection look like: the schemas of its routes, the fullest last."""
    return _families().get(path, ())


@cache
def _families() -> Mapping[str, tuple[Schema, ...]]:
    schemas: dict[str, list[Schema]] = {}
    for kind in _TELLING:
        for route in table().routes:
            if route.kind == kind and not route.path.endswith("/events"):
                known = schemas.setdefault(collection(route), [])
                every = (*route.shapes.values(), route.response)
                known += [each for each in every if each not in known]
    return {path: tuple(each) for path, each in schemas.items()}
