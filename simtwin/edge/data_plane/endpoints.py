"""Which paths there are under `/v1`, and which methods they take."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import attrs

from simtwin.api.batches import envelope
from simtwin.core.paths import Paths, Place
from simtwin.edge.data_plane.endpoint import Endpoint
from simtwin.edge.data_plane.organization_paths import ORGANIZATION_PATHS
from simtwin.edge.data_plane.upload_paths import FILE_PATHS, SKILL_PATHS

__all__ = ["UNKNOWN", "Endpoint", "find"]

#: An unknown path still has an ordinal and a fate, so it needs a name as well.
UNKNOWN = Endpoint("unknown", "data.unknown")
#: A request of a batch, which no path leads to.
BATCHED = Endpoint("batches_request", "data.batches.request", has_body=True, answers=True)

_FIXED: Mapping[str, Mapping[str, Endpoint]] = {
    "/v1/messages": {
        "POST": Endpoint("messages", "data.messages.create", has_body=True, answers=True)
    },
    "/v1/messages/count_tokens": {
        "POST": Endpoint("count_tokens", "data.messages.count_tokens", has_body=True)
    },
    "/v1/messages/batches": {
        "POST": Endpoint(
            "batches_create", "data.batches.create", spooled=envelope.MOST_BYTES, has_body=True
        ),
        "GET": Endpoint("batches", "data.batches.list"),
    },
    "/v1/complete": {
        "POST": Endpoint("complete", "data.complete.create", has_body=True, answers=True)
    },
    "/v1/chat/completions": {
        "POST": Endpoint(
            "chat_completions",
            "data.chat.completions.create",
            has_body=True,
            answers=True,
            openai=True,
        )
    },
    "/v1/models": {"GET": Endpoint("models", "data.models.list")},
}
_TEMPLATES: Mapping[str, Mapping[str, Endpoint]] = {
    "/v1/messages/batches/{message_batch_id}": {
        "GET": Endpoint("batches_retrieve", "data.batches.retrieve"),
        "DELETE": Endpoint("batches_delete", "data.batches.delete"),
    },
    "/v1/messages/batches/{message_batch_id}/cancel": {
        "POST": Endpoint("batches_cancel", "data.batches.cancel"),
    },
    "/v1/messages/batches/{message_batch_id}/results": {
        "GET": Endpoint("batches_results", "data.batches.results"),
    },
    "/v1/models/{model_id}": {"GET": Endpoint("models_retrieve", "data.models.retrieve")},
    **FILE_PATHS,
    **SKILL_PATHS,
    **ORGANIZATION_PATHS,
}
_PATHS = Paths(_TEMPLATES)


def find(method: str, path: str) -> tuple[Endpoint, tuple[str, ...]]:
    """The endpoint of a method and a decoded path, and the methods that the path takes.

    `UNKNOWN` with no methods is an unknown path; `UNKNOWN` with some is a wrong method.
    """
    fixed = _FIXED.get(path)
    if fixed is not None:
        return fixed.get(method, UNKNOWN), tuple(fixed)
    own = _PATHS.find(path)
    if own is not None and method in own.methods:
        return _found(own, method), tuple(own.methods)
    of_resources = resource_paths().find(path)
    if of_resources is not None and method in of_resources.methods:
        return _found(of_resources, method), tuple(of_resources.methods)
    known = (place.methods for place in (own, of_resources) if place is not None)
    return UNKNOWN, tuple(dict.fromkeys(name for methods in known for name in methods))


def own_name(method: str, template: str) -> str | None:
    """What a route is called that is not left to the table of resources; None for one that is."""
    endpoint = {**_FIXED.get(template, {}), **_TEMPLATES.get(template, {})}.get(method)
    return None if endpoint is None else endpoint.name


def _found(place: Place[Endpoint], method: str) -> Endpoint:
    return attrs.evolve(place.methods[method], arguments=place.arguments)


@cache
def resource_paths() -> Paths[Endpoint]:
    """The paths of the long tail: only those who ask for one pay for reading the table."""
    from simtwin.api.resources.table import table  # noqa: PLC0415  # the above

    templates: dict[str, dict[str, Endpoint]] = {}
    for route in table().routes:
        templates.setdefault(route.path, {})[route.method] = Endpoint(
            route.name,
            f"data.{route.name}",
            has_body=route.method == "POST",
            may_be_empty=not any(name in route.body for name in route.required),
            form=route.multipart,
        )
    return Paths(templates)
