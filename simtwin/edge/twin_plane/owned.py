"""Things that a question names, where they are the asker's to ask about."""

from __future__ import annotations

from simtwin.core.fault import SettingsError
from simtwin.core.lanes import lane_name
from simtwin.edge.twin_plane.answer import Question
from simtwin.edge.twin_plane.errors import bad_request, no_such_key, not_found
from simtwin.edge.twin_plane.port import OfKey, OfLane, OfTenant, Operator, Scope


def asked_scope(question: Question) -> Scope:
    """What `tenant` and `key` of the query narrow the caller's scope to; without them, all of it.

    Raises:
        Refusal: there is no such tenant or key for the asker, or the key is not that tenant's.
    """
    tenant, key = question.query.get("tenant"), question.query.get("key")
    within = question.scope if tenant is None else owned_tenant(question, tenant)
    if key is None:
        return within
    found = owned_key(question, key)
    if within not in (Operator(), OfTenant(found.tenant_id)):
        raise no_such_key()
    return found


def owned_tenant(question: Question, tenant_id: str) -> OfTenant:
    """The tenant of that id, if it is the asker or the asker is the operator.

    Raises:
        Refusal: there is none, or it is another, which is the same to the asker.
    """
    if question.scope != OfTenant(tenant_id) and (
        question.scope != Operator() or not question.twin.has_tenant(tenant_id)
    ):
        raise not_found("there is no such tenant")
    return OfTenant(tenant_id)


def owned_key(question: Question, api_key_id: str) -> OfKey:
    """The key of that id.

    Raises:
        Refusal: there is none, or it is somebody else's, which is the same to the asker.
    """
    tenant_id = question.twin.owner(api_key_id)
    if tenant_id is None or question.scope not in (Operator(), OfTenant(tenant_id)):
        raise no_such_key()
    return OfKey(tenant_id, api_key_id)


def owned_lane(question: Question, api_key_id: str, name: str) -> OfLane:
    """A lane of the key of that id, whether it was used or not.

    Raises:
        Refusal: there is no such key for the asker, or no lane can be called so.
    """
    key = owned_key(question, api_key_id)
    try:
        return OfLane(key.tenant_id, api_key_id, lane_name(name))
    except SettingsError as error:
        raise bad_request(error.message) from None
