"""What was done: messages, the log, usage, the journal; and a fresh start."""

from __future__ import annotations

from simtwin.edge.twin_plane.answer import Answer, Question, json
from simtwin.edge.twin_plane.errors import bad_request, forbidden
from simtwin.edge.twin_plane.owned import asked_scope, owned_key, owned_tenant
from simtwin.edge.twin_plane.port import OfKey, OfLane, OfTenant, Operator, Scope, owner
from simtwin.edge.twin_plane.query import LAST, limit, offset, whole

#: Seconds that a reader of the journal may wait for answers under way.
LONGEST_WAIT = 60


def messages(question: Question) -> Answer:
    """Requests for messages and the answers to them, newest first."""
    most = limit(question.query)
    records = question.twin.store.messages(owner(question.scope), limit=most)
    return json({"messages": [record.doc() for record in records], "limit": most})


def logs(question: Question) -> Answer:
    """Operations and their outcomes, newest first."""
    most, skipped = limit(question.query), offset(question.query)
    records = question.twin.store.logs(owner(question.scope), limit=most, offset=skipped)
    rendered = [record.doc(number) for number, record in records]
    return json({"logs": rendered, "limit": most, "offset": skipped})


async def usage(question: Question) -> Answer:
    """Requests and tokens, by key and model."""
    return json({"usage": await question.twin.usage(question.scope)})


async def journal(question: Question) -> Answer:
    """Requests after a number, and what was told of calls, oldest first, a line of JSON each.

    With `wait`, once no answer of these is under way, or after so many seconds.
    """
    after = whole(question.query, "after", 0, 0, LAST)
    scope = asked_scope(question)
    lane = question.query.get("lane")
    await question.twin.quiet(scope, whole(question.query, "wait", 0, 0, LONGEST_WAIT))
    lines = question.twin.saved(scope, lane=lane, after=after, limit=limit(question.query))
    body = b"".join(line + b"\n" for line in lines)
    return Answer(body, content_type="application/x-ndjson")


async def reset(question: Question) -> Answer:
    """Begin again: ordinals, places in scripts, limits, journal and cache; never settings."""
    kind, id_ = question.body.get("scope"), question.body.get("id")
    if id_ is not None and not isinstance(id_, str):
        raise bad_request("'id' must be text")
    scope = _scope(question, kind, id_)
    await question.twin.reset(scope)
    match scope:
        case OfKey(api_key_id=api_key_id):
            return json({"scope": "key", "id": api_key_id}, resource=("api_key", api_key_id))
        case OfLane(api_key_id=api_key_id, lane=lane):
            name = f"{api_key_id}/{lane}"
            return json({"scope": "lane", "id": name}, resource=("lane", name))
        case OfTenant(tenant_id=tenant_id):
            return json({"scope": "tenant", "id": tenant_id}, resource=("tenant", tenant_id))
        case Operator():
            return json({"scope": "all", "id": None})


def _scope(question: Question, kind: object, id_: str | None) -> Scope:
    caller = question.scope
    match kind, id_:
        case "key", str(api_key_id):
            return owned_key(question, api_key_id)
        case "key", _:
            raise bad_request("'id' must be the id of an API key")
        case "lane", str(name):
            api_key_id, _, lane = name.partition("/")
            key = owned_key(question, api_key_id)
            return OfLane(key.tenant_id, api_key_id, lane)
        case "lane", _:
            raise bad_request("'id' must be the id of an API key, a slash and the name of a lane")
        case "tenant", _:
            return caller if id_ is None else owned_tenant(question, id_)
        case "all", _:
            if caller != Operator():
                raise forbidden("only the operator resets everything")
            return caller
        case _:
            raise bad_request("'scope' must be 'key', 'lane' or 'tenant'")
