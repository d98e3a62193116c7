"""What a few resources are beyond a document: what they are made of, and what they bring about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from simtwin.api.resources import sessions
from simtwin.api.resources.asked import Ask
from simtwin.api.resources.finding import found, not_found, shown
from simtwin.api.resources.shelves import Shelves, Thing
from simtwin.api.resources.table import family

Doc = Mapping[str, Any]

_AGENTS, _ENVIRONMENTS = "/v1/agents", "/v1/environments"
_VERSIONS = "/v1/memory_stores/{memory_store_id}/memory_versions"


def known(shelves: Shelves, ask: Ask) -> dict[str, Any]:
    """What is known of a new thing: what its maker says, and what that refers to.

    Raises:
        Rejected: it refers to what is not there.
    """
    tell = _KNOWN.get(ask.route.name)
    return {**ask.body, **(tell(shelves, ask) if tell is not None else {})}


def renewed(ask: Ask, before: Doc) -> dict[str, Any]:
    """What else changes where a thing does."""
    if ask.route.name == "agents_update":
        return {"version": before["version"] + 1}
    if ask.route.name == "memory_stores_memories_update":
        content = ask.body.get("content")
        return _content(content) if isinstance(content, str) else {}
    return {}


def after(shelves: Shelves, ask: Ask, thing: Thing) -> Shelves:
    """What comes of something that was made, changed, or is gone."""
    tell = _AFTER.get(ask.route.name)
    return shelves if tell is None else tell(shelves, ask, thing)


def agent_as_it_was(shelves: Shelves, ask: Ask) -> tuple[Shelves, Doc]:
    """An agent, in the version that was asked for."""
    version = ask.query.last("version")
    if version is None:
        return shelves, shown(shelves, ask, found(shelves, ask))
    return shelves, shown(shelves, ask, _version(shelves, ask.id, version))


def _version(shelves: Shelves, agent: str, version: str) -> Thing:
    thing = shelves.shelf(f"{_AGENTS}/{agent}/versions").get(version)
    if thing is None:
        raise not_found("agent version", version)
    return thing


def _refers(shelves: Shelves, ask: Ask) -> dict[str, Any]:
    """The agent and the environment that a session or a deployment is to have."""
    given, environment = ask.body["agent"], str(ask.body["environment_id"])
    id_ = str(given.get("id", "")) if isinstance(given, dict) else str(given)
    agent = shelves.shelf(_AGENTS).get(id_)
    if agent is None:
        raise not_found("agent_id", id_)
    if environment not in shelves.shelf(_ENVIRONMENTS):
        raise not_found("environment_id", environment)
    version = given.get("version") if isinstance(given, dict) else None
    if version is not None:
        agent = _version(shelves, id_, str(version))
    return {"agent": agent.doc}


def _agent(_: Shelves, ask: Ask) -> dict[str, Any]:
    """Who an agent acts as, and how fast its model is, where nobody says."""
    model = ask.body["model"]
    model = {"id": model} if isinstance(model, str) else model
    return {
        "execution_identity": ask.body.get("execution_identity") or {"type": "service_account"},
        "model": {"speed": "standard", **model} if isinstance(model, dict) else model,
    }


def _remembered(_: Shelves, ask: Ask) -> dict[str, Any]:
    content = ask.body["content"]
    return _content(content) if isinstance(content, str) else {}


def _content(content: str) -> dict[str, Any]:
    data = content.encode()
    return {"content_sha256": sha256(data).hexdigest(), "content_size_bytes": len(data)}


def _agent_version(shelves: Shelves, ask: Ask, thing: Thing) -> Shelves:
    """Each version of an agent is kept."""
    path, version = f"{_AGENTS}/{thing.id}/versions", str(thing.doc["version"])
    if version in shelves.shelf(path):
        return shelves
    return shelves.put(path, Thing(shelves.made, version, thing.doc, ask.wall))


def _memory_version(operation: str) -> Callable[[Shelves, Ask, Thing], Shelves]:
    """What a memory said is kept, also when it says something else or is gone."""

    def remember(shelves: Shelves, ask: Ask, thing: Thing) -> Shelves:
        path = ask.path(_VERSIONS)
        id_ = ask.new_id("memory_version", shelves.shelf(path))
        said = {} if operation == "deleted" else thing.doc
        known = {
            "id": id_,
            "memory_id": thing.id,
            "memory_store_id": ask.arguments[0],
            "operation": operation,
            "path": thing.doc.get("path"),
            **{
                name: said.get(name) for name in ("content", "content_sha256", "content_size_bytes")
            },
        }
        doc = ask.values(id_).project(family(_VERSIONS)[-1], known)
        shelves = shelves.put(path, Thing(shelves.made, id_, doc, ask.wall))
        if operation == "deleted":
            return shelves
        doc = {**thing.doc, "memory_version_id": id_}
        return shelves.put(ask.shelf, Thing(thing.number, thing.id, doc, thing.at))

    return remember


_KNOWN: Mapping[str, Callable[[Shelves, Ask], dict[str, Any]]] = {
    "agents_create": _agent,
    "sessions_create": _refers,
    "deployments_create": _refers,
    "memory_stores_memories_create": _remembered,
}
_AFTER: Mapping[str, Callable[[Shelves, Ask, Thing], Shelves]] = {
    "agents_create": _agent_version,
    "agents_update": _agent_version,
    "sessions_create": sessions.begun,
    "memory_stores_memories_create": _memory_version("created"),
    "memory_stores_memories_update": _memory_version("modified"),
    "memory_stores_memories_delete": _memory_version("deleted"),
}
