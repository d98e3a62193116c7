"""What the routes of the SDK do, by how they look."""

from __future__ import annotations

from collections.abc import Mapping

#: Parts of the SDK's names that say nothing of what is asked for.
UNNAMED = ("list",)

#: Of actions: what becomes of the fields of the thing that they are done to.
EFFECTS: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("deployments", "pause"): {"status": "paused"},
    ("deployments", "unpause"): {"status": "active"},
    ("dreams", "cancel"): {"status": "canceled"},
    ("work", "ack"): {"state": "active"},
    ("work", "stop"): {"state": "stopping"},
    ("increase_requests", "approve"): {"status": "approved"},
    ("increase_requests", "deny"): {"status": "denied"},
}


def kinds(routes: Mapping[tuple[str, str], tuple[str, str, bool]]) -> dict[tuple[str, str], str]:
    """The kind of each route.

    Args:
        routes: by method and path: the SDK's verb, how it is paged, whether it is a stream.
    """
    return {key: _kind(key, *what, routes) for key, what in routes.items()}


def _kind(
    key: tuple[str, str],
    verb: str,
    page: str,
    streams: bool,
    routes: Mapping[tuple[str, str], object],
) -> str:
    method, path = key
    if page:
        return "list"
    if streams:
        return "stream"
    above, _, last = path.rpartition("/")
    if last.startswith("{"):
        if method == "POST":
            return "put" if verb in ("set", "add") else "update"
        return "delete" if method == "DELETE" else "retrieve"
    paths = {other for _, other in routes}
    if method == "GET":
        return "fetch" if above.endswith("}") or above in paths else "only"
    if ("GET", path) in routes and not any(other.startswith(f"{path}/{{") for other in paths):
        listed = routes["GET", path]
        assert isinstance(listed, tuple), "what is known of a route"  # noqa: S101
        return "create" if listed[1] else "set_only"
    if ("GET", path) in routes or any(other.startswith(f"{path}/{{") for other in paths):
        return "create"
    if last == "archive":
        return "archive"
    return "act" if above.endswith("}") else "compute"
