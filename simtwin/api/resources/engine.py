"""One engine for all resources: from a request, and what there is, to an answer, and what there is then.

    shelves, ask ─► parameters ─► what it is below, and is about ─► by its kind ─► shelves, answer

What makes a few resources more than a document, is in `stories` and `sessions`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import attrs

from simtwin.api.errors import ApiError, Rejected, invalid
from simtwin.api.resources import sessions, stories
from simtwin.api.resources.asked import Ask, check
from simtwin.api.resources.changing import changed
from simtwin.api.resources.finding import found, shown, standing, told
from simtwin.api.resources.listing import page
from simtwin.api.resources.making import create, made, run
from simtwin.api.resources.shelves import FullError, Shelves, Thing
from simtwin.api.resources.table import family
from simtwin.api.timestamp import timestamp

Doc = Mapping[str, Any]


@attrs.frozen
class Bytes:
    """An answer that is no document."""

    data: bytes


Answer = Any
Step = Callable[[Shelves, Ask], tuple[Shelves, Answer]]

#: What is said where an organization has as much as the twin keeps.
FULL = ApiError.of(400, "This organization has too many resources. Delete some and try again.")
#: A resource that there is one of is on a shelf like all others.
_ONLY = "only"
_ARCHIVED = "is archived and cannot be changed"


def answered(shelves: Shelves, ask: Ask) -> tuple[Shelves, Answer]:
    """The answer to a request: a document, `Bytes`, or the error of the API.

    An error changes nothing.
    """
    try:
        check(ask)
        standing(shelves, ask)
        return (_INSTEAD.get(ask.route.name) or _STEPS[ask.route.kind])(shelves, ask)
    except Rejected as rejected:
        return shelves, rejected.error
    except FullError:
        return shelves, FULL


def example(ask: Ask) -> Answer:
    """What an answer looks like, whatever there is: every id exists, and everything was done."""
    if ask.schema == "any":
        return Bytes(b"")
    if ask.route.page:
        return {"data": [], "has_more": False, "first_id": None, "last_id": None, "next_page": None}
    known = {"id": ask.arguments[-1], **ask.named} if ask.arguments else {}
    return ask.values().project(ask.schema, {**ask.body, **known})


def _list(shelves: Shelves, ask: Ask) -> tuple[Shelves, Answer]:
    return _listed(shelves, ask, ask.shelf)


def _retrieve(shelves: Shelves, ask: Ask) -> tuple[Shelves, Answer]:
    return shelves, shown(shelves, ask, found(shelves, ask))


def _put(shelves: Shelves, ask: Ask) -> tuple[Shelves, Answer]:
    if ask.id in shelves.shelf(ask.shelf):
        return _update(shelves, ask)
    return made(shelves, ask, ask.id)


def _update(shelves: Shelves, ask: Ask) -> tuple[Shelves, Answer]:
    thing = _changeable(shelves, ask)
    doc = changed(ask, thing.doc, ask.body)
    if doc != thing.doc:
        doc = {**doc, "updated_at": timestamp(ask.wall), **stories.renewed(ask, thing.doc)}
    thing = attrs.evolve(thing, doc=doc)
    shelves = stories.after(shelves.put(ask.shelf, thing), ask, thing)
    return shelves, shown(shelves, ask, shelves.shelf(ask.shelf)[ask.id])


def _delete(shelves: Shelves, ask: Ask) -> tuple[Shelves, Answer]:
    thing = found(shelves, ask)
    shelves = stories.after(shelves.without(ask.shelf, ask.id), ask, thing)
    return shelves, ask.values(ask.id).project(ask.schema, {**ask.named, "id": ask.id})


def _archive(shelves: Shelves, ask: Ask) -> tuple[Shelves, Answer]:
    thing = found(shelves, ask)
    if not thing.archived:
        now = timestamp(ask.wall)
        effect = {"archived_at": now, "updated_at": now, "status": "archived"}
        thing = attrs.evolve(thing, archived=True, doc=changed(ask, thing.doc, effect))
        shelves = shelves.put(ask.shelf, thing)
    return shelves, shown(shelves, ask, thing)


def _act(shelves: Shelves, ask: Ask) -> tuple[Shelves, Answer]:
    thing = _changeable(shelves, ask)
    now = timestamp(ask.wall)
    effect = {field: now if value == "now" else value for field, value in ask.route.effect.items()}
    if effect:
        thing = attrs.evolve(thing, doc=changed(ask, thing.doc, {**effect, "updated_at": now}))
        shelves = shelves.put(ask.shelf, thing)
    if ask.schema in family(ask.collection):
        return shelves, shown(shelves, ask, thing)
    # Another sort of document: of the thing it has what is called the same, but not who it is.
    known = {name: value for name, value in thing.doc.items() if name not in ("id", "type")}
    return shelves, ask.values().project(ask.schema, {**known, **ask.named, **ask.body})


def _only(shelves: Shelves, ask: Ask) -> tuple[Shelves, Answer]:
    thing = shelves.shelf(ask.shelf).get(_ONLY) or Thing(shelves.made, _ONLY, {}, ask.wall)
    return shelves, shown(shelves, ask, thing)


def _set_only(shelves: Shelves, ask: Ask) -> tuple[Shelves, Answer]:
    thing = shelves.shelf(ask.shelf).get(_ONLY) or Thing(shelves.made, _ONLY, {}, ask.wall)
    doc = {**changed(ask, thing.doc, ask.body), "updated_at": timestamp(ask.wall)}
    thing = attrs.evolve(thing, doc=doc)
    return shelves.put(ask.shelf, thing), shown(shelves, ask, thing)


def _fetch(shelves: Shelves, ask: Ask) -> tuple[Shelves, Answer]:
    if ask.schema == "any":
        return shelves, Bytes(b"")
    return shelves, ask.values().project(ask.schema, ask.named)


def _compute(shelves: Shelves, ask: Ask) -> tuple[Shelves, Answer]:
    return shelves, ask.values().project(ask.schema, ask.body)


def _stream(shelves: Shelves, ask: Ask) -> tuple[Shelves, Answer]:
    return shelves, sessions.followed(ask)


def _thread_events(shelves: Shelves, ask: Ask) -> tuple[Shelves, Answer]:
    """The primary thread, the only one there is, has the events of its session."""
    return _listed(shelves, ask, sessions.events_path(ask.arguments[0]))


def _listed(shelves: Shelves, ask: Ask, path: str) -> tuple[Shelves, Answer]:
    things = list(shelves.shelf(path).values())
    return shelves, page(ask, things, partial(shown, shelves, ask), partial(told, shelves, ask))


def _nothing_to_do(shelves: Shelves, _: Ask) -> tuple[Shelves, Answer]:
    """Nothing ever queues work for an environment of one's own, so there is none."""
    return shelves, None


def _changeable(shelves: Shelves, ask: Ask) -> Thing:
    thing = found(shelves, ask)
    if thing.archived:
        raise invalid(f"{ask.id} {_ARCHIVED}")
    return thing


_STEPS: Mapping[str, Step] = {
    "list": _list,
    "create": create,
    "retrieve": _retrieve,
    "update": _update,
    "delete": _delete,
    "put": _put,
    "archive": _archive,
    "act": _act,
    "only": _only,
    "set_only": _set_only,
    "fetch": _fetch,
    "compute": _compute,
    "stream": _stream,
}
#: Of routes that are not what they look like, or more than that.
_INSTEAD: Mapping[str, Step] = {
    "agents_retrieve": stories.agent_as_it_was,
    "deployments_run": run,
    "sessions_events_send": sessions.send,
    "sessions_threads_events": _thread_events,
    "environments_work_poll": _nothing_to_do,
}
