"""Sessions: what is sent to one, what its agent makes of that, and what is seen of it meanwhile.

    user.message ─► session.status_running ─► span.model_request_start
                ─► agent.message ─► span.model_request_end ─► session.status_idle

There is no agent: a turn is one message, drawn from the seed. All of its events are decided when the
turn is asked for, each with the moment from when on it is there; so a session is `running` for as
long as the events of a turn are still to come.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from simtwin.api.errors import invalid
from simtwin.api.resources.asked import Ask
from simtwin.api.resources.shelves import Shelves, Thing
from simtwin.api.resources.table import Schema, family
from simtwin.api.resources.turn import idle, next_id, turn
from simtwin.api.resources.values import MISFIT
from simtwin.api.timestamp import timestamp

Doc = Mapping[str, Any]

SESSIONS = "/v1/sessions"
_THREADS = "/v1/sessions/{session_id}/threads"
_EVENTS = "/v1/sessions/{session_id}/events"
_RESOURCES = "/v1/sessions/{session_id}/resources"
#: What an agent answers.
_ASKING = ("user.message", "user.tool_result", "user.custom_tool_result", "user.tool_confirmation")
_STATUS = "session.status_"


@attrs.frozen
class Follow:
    """An answer that is the events of a session as they come.

    Args:
        path: of the shelf that they are on.
        schema: what they look like.
    """

    path: str
    schema: Schema


@attrs.frozen
class News:
    """What there is to see of a session since it was looked at last.

    Args:
        events: the new ones, in order.
        place: what to ask with the next time.
        next_at: when the next one is due that is known of (unix time in seconds).
        over: whether there is no such session any more.
    """

    events: Sequence[Doc]
    place: tuple[float, int]
    next_at: float | None = None
    over: bool = False


def events_path(session: str) -> str:
    """The shelf of the events of a session."""
    return f"{SESSIONS}/{session}/events"


def followed(ask: Ask) -> Follow:
    """The events of a session, or of a thread of it: the primary one has them all."""
    return Follow(events_path(ask.arguments[0]), ask.schema)


def news(shelves: Shelves, path: str, since: tuple[float, int] | None, wall: float) -> News:
    """What has come to a session since a place in its events; None is now, with nothing before it."""
    session = path.split("/")[3]
    shelf = shelves.shelf(path)
    if since is None:
        since = max((_key(each) for each in shelf.values() if each.at <= wall), default=(wall, -1))
    later = sorted((*_key(each), each) for each in shelf.values() if _key(each) > since)
    new = [each for *_, each in later if each.at <= wall]
    due = next((each.at for *_, each in later if each.at > wall), None)
    place = _key(new[-1]) if new else since
    return News(
        [_event(each, wall) for each in new], place, due, session not in shelves.shelf(SESSIONS)
    )


def seen(shelves: Shelves, ask: Ask, thing: Thing) -> Doc:
    """What only the present says of a thing: what a session is doing, and what it has used."""
    if ask.collection == _EVENTS:
        return _event(thing, ask.wall)
    if ask.collection not in (SESSIONS, _THREADS):
        return {}
    session = thing.id if ask.collection == SESSIONS else ask.arguments[0]
    path = events_path(session)
    events = [each for each in shelves.shelf(path).values() if each.at <= ask.wall]
    spent = [each.doc["model_usage"] for each in events if "model_usage" in each.doc]
    active = _active(events, ask.wall)
    told: dict[str, Any] = {
        "status": "terminated" if _over(events) else _status(events),
        "usage": {
            "input_tokens": sum(each["input_tokens"] for each in spent),
            "output_tokens": sum(each["output_tokens"] for each in spent),
            "cache_read_input_tokens": 0,
            "active_seconds": active,
        },
        "stats": {"active_seconds": active, "duration_seconds": round(ask.wall - thing.at, 3)},
    }
    if ask.collection == SESSIONS:
        shelf = shelves.shelf(f"{SESSIONS}/{session}/resources")
        told["resources"] = [each.doc for each in shelf.values()]
    return told


def send(shelves: Shelves, ask: Ask) -> tuple[Shelves, Doc]:
    """Give events to a session; the answer is what became of them.

    Raises:
        Rejected: a 400 where one of them is of no type that can be sent.
    """
    shelves, sent = take(shelves, ask, ask.arguments[0], ask.body["events"])
    return shelves, {"data": [_event(each, ask.wall) for each in sent]}


def take(
    shelves: Shelves, ask: Ask, session: str, given: Sequence[Any]
) -> tuple[Shelves, list[Thing]]:
    """Put what a client says into a session, and what its agent will say to that.

    Raises:
        Rejected: likewise.
    """
    path = events_path(session)
    sent: list[Thing] = []
    kind = _sendable(ask)
    for place, each in enumerate(given):
        shelf = shelves.shelf(path)
        known = (
            {**each, "id": ask.new_id("event", shelf, str(place))}
            if isinstance(each, dict)
            else each
        )
        doc = ask.values().fitted(kind, known) if isinstance(known, dict) else MISFIT
        if doc is MISFIT or "type" not in known:
            raise invalid(
                f"events.{place}.type: Input should be the type of an event that users send"
            )
        start = max([ask.wall, *(thing.at for thing in shelf.values())])
        if doc["type"] == "user.interrupt":
            shelves, start = _interrupted(shelves, path, ask.wall), ask.wall
        if "processed_at" in doc:
            doc["processed_at"] = timestamp(start)
        event = Thing(shelves.made, doc["id"], doc, ask.wall)
        shelves = shelves.put(path, event)
        sent.append(event)
        if doc["type"] in _ASKING:
            for at, said in turn(ask, shelves.shelf(path), doc, start):
                shelves = shelves.put(path, Thing(shelves.made, said["id"], said, at))
        elif doc["type"] == "user.interrupt":
            waits = idle(next_id(ask, doc, "idle"), ask.wall)
            shelves = shelves.put(path, Thing(shelves.made, waits["id"], waits, ask.wall))
    return shelves, sent


def begun(shelves: Shelves, ask: Ask, session: Thing) -> Shelves:
    """A new session with its thread, its resources, and the events that it begins with."""
    threads = f"{SESSIONS}/{session.id}/threads"
    id_ = ask.new_id("thread", shelves.shelf(threads))
    values = ask.values(id_)
    known = {
        "id": id_,
        "session_id": session.id,
        "agent": session.doc.get("agent"),
        "status": "idle",
    }
    thread = values.project(family(_THREADS)[-1], known)
    shelves = shelves.put(threads, Thing(shelves.made, id_, thread, ask.wall))
    kind = family(_RESOURCES)[0]
    for place, given in enumerate(ask.body.get("resources") or ()):
        path = f"{SESSIONS}/{session.id}/resources"
        id_ = ask.new_id("resource", shelves.shelf(path), str(place))
        doc = ask.values(id_).fitted(
            kind, {**given, "id": id_} if isinstance(given, dict) else None
        )
        if doc is not MISFIT:
            shelves = shelves.put(path, Thing(shelves.made, id_, doc, ask.wall))
    return take(shelves, ask, session.id, ask.body.get("initial_events") or ())[0]


def _interrupted(shelves: Shelves, path: str, wall: float) -> Shelves:
    """Without the events that were still to come."""
    for each in list(shelves.shelf(path).values()):
        if each.at > wall:
            shelves = shelves.without(path, each.id)
    return shelves


def _event(thing: Thing, wall: float) -> Doc:
    """An event as it is at a moment: what is not processed yet says so."""
    told = thing.doc.get("processed_at")
    return {**thing.doc, "processed_at": None} if told and told > timestamp(wall) else thing.doc


def _key(thing: Thing) -> tuple[float, int]:
    return thing.at, thing.number


def _status(events: Sequence[Thing]) -> str:
    last = max((e for e in events if e.doc["type"].startswith(_STATUS)), key=_key, default=None)
    return "idle" if last is None else str(last.doc["type"].removeprefix(_STATUS))


def _over(events: Sequence[Thing]) -> bool:
    return any(each.doc["type"] == "session.status_terminated" for each in events)


def _active(events: Sequence[Thing], wall: float) -> float:
    """How many seconds a session was running."""
    total, since = 0.0, None
    for each in sorted((e for e in events if e.doc["type"].startswith(_STATUS)), key=_key):
        if since is not None:
            total, since = total + each.at - since, None
        if each.doc["type"] == "session.status_running":
            since = each.at
    return round(total + (0.0 if since is None else wall - since), 3)


def _sendable(ask: Ask) -> Schema:
    """The schema of an event that can be sent: what the answer to a sending is a list of."""
    route = next(each for each in ask.table.routes if each.name == "sessions_events_send")
    listed = ask.table.types[route.response]["data"]
    while listed[0] != "list":
        listed = listed[1]
    return listed[1]
