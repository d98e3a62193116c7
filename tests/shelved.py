"""The engine of resources without a twin round it: requests one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from simtwin.api.errors import ApiError
from simtwin.api.pacing import INSTANT, Pace
from simtwin.api.pages import Query
from simtwin.api.resources.asked import Ask
from simtwin.api.resources.engine import Answer, answered
from simtwin.api.resources.shelves import Shelves
from simtwin.api.resources.table import Route, Schema, table
from simtwin.core.paths import Paths

ROUTES = Paths(
    {
        path: {route.method: route for route in table().routes if route.path == path}
        for path in {route.path for route in table().routes}
    }
)
#: 2026-11-24T12:00:00Z.
BEGAN = 1_795_521_600.0


@attrs.define
class Desk:
    """What one organization has made, and the time; each request takes a second."""

    shelves: Shelves = attrs.field(factory=Shelves)
    wall: float = BEGAN
    pace: Pace = INSTANT
    asked: int = 0

    def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        betas: frozenset[str] = frozenset(),
    ) -> Answer:
        """The answer to a request; a document, or an error of the API."""
        self.asked += 1
        self.wall += 1
        bare, _, query = path.partition("?")
        place = ROUTES.find(f"/v1/{bare}")
        assert place is not None, path
        ask = Ask(
            table(),
            place.methods[method],
            tuple(place.arguments.values()),
            Query(query.encode()),
            body or {},
            betas,
            self.wall,
            7,
            f"7/{self.asked}",
            self.pace,
        )
        self.shelves, answer = answered(self.shelves, ask)
        return answer

    def get(self, path: str) -> Any:
        """The document at a path."""
        return self.found(self.ask("GET", path))

    def post(self, path: str, **body: Any) -> Any:
        """What a POST with such a body makes."""
        return self.found(self.ask("POST", path, body))

    @staticmethod
    def found(answer: Answer) -> Any:
        """The document of an answer that is no error."""
        assert not isinstance(answer, ApiError), answer
        return answer


def a_value(schema: Schema, name: str) -> Any:
    """A value for a parameter, such as a client would give."""
    match schema:
        case ["lit", first, *_]:
            return first
        case ["null", inner] | ["or", inner, *_]:
            return a_value(inner, name)
        case ["list", _]:
            return []
        case ["map", _] | "any":
            return {}
        case "int" | "num":
            return 3
        case "bool":
            return True
        case "time":
            return "2026-11-24T12:00:00Z"
        case "date":
            return "2026-11-24"
    return f"the {name}"


def body_of(route: Route) -> dict[str, Any]:
    """The least body that a route takes."""
    return {name: a_value(route.body[name], name) for name in route.required if name in route.body}
