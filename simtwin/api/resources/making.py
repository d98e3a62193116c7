"""Making a thing: by an id of its own, or by one that its maker brings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from simtwin.api.errors import ApiError, Rejected
from simtwin.api.resources import stories
from simtwin.api.resources.asked import Ask
from simtwin.api.resources.changing import kept
from simtwin.api.resources.finding import found, shown
from simtwin.api.resources.shelves import Shelves, Thing

Doc = Mapping[str, Any]

_RUNS = "/v1/deployment_runs"


def create(shelves: Shelves, ask: Ask) -> tuple[Shelves, Doc]:
    """Make a thing in a collection: a member is called as what it is a member.

    Raises:
        Rejected: it is a member already, or refers to what is not there.
    """
    shelf, name = shelves.shelf(ask.shelf), item_name(ask)
    brought = ask.body.get(name)
    if not isinstance(brought, str):
        return made(shelves, ask, ask.new_id(name, shelf))
    if brought in shelf:
        raise Rejected(
            ApiError(
                400, "invalid_request_error", f"{brought} is already a member", "already_member"
            )
        )
    return made(shelves, ask, brought)


def made(shelves: Shelves, ask: Ask, id_: str) -> tuple[Shelves, Doc]:
    """Make a thing of this id."""
    known = {**ask.named, **stories.known(shelves, ask), "id": id_}
    thing = Thing(shelves.made, id_, kept(ask, id_, known), ask.wall)
    shelves = stories.after(shelves.put(ask.shelf, thing), ask, thing)
    return shelves, shown(shelves, ask, shelves.shelf(ask.shelf)[id_])


def run(shelves: Shelves, ask: Ask) -> tuple[Shelves, Doc]:
    """Run a deployment: it makes a session, and a record of the run."""
    deployed = found(shelves, ask).doc
    route = next(each for each in ask.table.routes if each.name == "sessions_create")
    fields = ("environment_id", "initial_events", "vault_ids", "budget", "resources", "metadata")
    body = {"agent": deployed["agent"], **{name: deployed.get(name) for name in fields}}
    session = attrs.evolve(ask, route=route, arguments=(), body=body)
    shelves, begun = create(shelves, session)
    id_ = ask.new_id("deployment_run", shelves.shelf(_RUNS))
    known = {
        "id": id_,
        "agent": deployed["agent"],
        "deployment_id": ask.id,
        "session_id": begun["id"],
        "trigger_context": {"type": "manual"},
    }
    doc = ask.values(id_).project(ask.schema, known)
    return shelves.put(_RUNS, Thing(shelves.made, id_, doc, ask.wall)), doc


def item_name(ask: Ask) -> str:
    """What a thing of a collection is called in paths and bodies."""
    begun = f"{ask.route.path}/{{"
    paths = (route.path for route in ask.table.routes if route.path.startswith(begun))
    name = next((path.removeprefix(begun).partition("}")[0] for path in paths), "id")
    return ask.route.path.rpartition("/")[2] if name == "id" else name
