"""What was done: messages, the log, usage, the journal; and a fresh start."""

from __future__ import annotations

from simtwin.edge.twin_plane.answer import Answer, Question, json
from simtwin.edge.twin_plane.errors import bad_request, forbidden, no_such_key, not_found
from simtwin.edge.twin_plane.port import OfKey, OfTenant, Operator, Scope, owner
from simtwin.edge.twin_plane.query import LAST, limit, offset, whole


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


def journal(question: Question) -> Answer:
    """Entries after a number, oldest first, a line of JSON each."""
    after = whole(question.query, "after", 0, 0, LAST)
    lines = question.twin.journal(question.scope, after=after, limit=limit(question.query))
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
        case OfTenant(tenant_id=tenant_id):
            return json({"scope": "tenant", "id": tenant_id}, resource=("tenant", tenant_id))
        case Operator():
            return json({"scope": "all", "id": None})


def _scope(question: Question, kind: object, id_: str | None) -> Scope:
    caller = question.scope
    match kind, id_:
        case "key", str(api_key_id):
            tenant_id = question.twin.owner(api_key_id)
            if tenant_id is None or caller not in (Operator(), OfTenant(tenant_id)):
                raise no_such_key()
            return OfKey(tenant_id, api_key_id)
        case "key", _:
            raise bad_request("'id' must be the id of an API key")
        case "tenant", None:
            return caller
        case "tenant", str(tenant_id):
            if caller == OfTenant(tenant_id):
                return caller
            if caller != Operator() or not question.twin.has_tenant(tenant_id):
                raise not_found("there is no such tenant")
            return OfTenant(tenant_id)
        case "all", _:
            if caller != Operator():
                raise forbidden("only the operator resets everything")
            return caller
        case _:
            raise bad_request("'scope' must be 'key' or 'tenant'")
