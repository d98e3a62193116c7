"""Settings: what a tenant, a key or everybody meets. `PUT` replaces, `PATCH` is RFC 7396."""

from __future__ import annotations

from simtwin.core.fault import SettingsError
from simtwin.edge.twin_plane.answer import Answer, Question, json
from simtwin.edge.twin_plane.errors import bad_request
from simtwin.edge.twin_plane.owned import owned_key, owned_lane
from simtwin.edge.twin_plane.port import OfKey, OfLane, OfTenant, Operator, Scope
from simtwin.store.records import TWIN


async def read(question: Question) -> Answer:
    """Where the twin is; for a caller also what it sets, what is in force, and from where."""
    public = {"twin": TWIN, "version": question.twin.version, "base_url": question.base_url}
    if question.caller is None:
        return json(public)
    return json({**public, **await question.twin.settings(question.caller)})


async def replace(question: Question) -> Answer:
    """Set the caller's settings anew; the operator's are the defaults for all."""
    return await _replace(question, question.scope)


async def patch(question: Question) -> Answer:
    """Change the caller's settings."""
    return await _patch(question, question.scope)


async def remove(question: Question) -> Answer:
    """Fall back to what the farther scopes set."""
    return await _remove(question, question.scope)


async def read_key(question: Question) -> Answer:
    """What a key sets, what is in force for it, and from where."""
    return await _told(question, _key(question))


async def replace_key(question: Question) -> Answer:
    """Set a key's settings anew."""
    return await _replace(question, _key(question))


async def patch_key(question: Question) -> Answer:
    """Change a key's settings."""
    return await _patch(question, _key(question))


async def remove_key(question: Question) -> Answer:
    """Fall back to the tenant's settings."""
    return await _remove(question, _key(question))


async def read_lane(question: Question) -> Answer:
    """What a lane sets, what is in force for it, and from where."""
    return await _told(question, _lane(question))


async def replace_lane(question: Question) -> Answer:
    """Set a lane's settings anew."""
    return await _replace(question, _lane(question))


async def patch_lane(question: Question) -> Answer:
    """Change a lane's settings."""
    return await _patch(question, _lane(question))


async def remove_lane(question: Question) -> Answer:
    """Fall back to the key's settings."""
    return await _remove(question, _lane(question))


async def _replace(question: Question, scope: Scope) -> Answer:
    try:
        await question.twin.configure(scope, question.body)
    except SettingsError as error:
        raise bad_request(str(error)) from None
    return await _told(question, scope)


async def _patch(question: Question, scope: Scope) -> Answer:
    try:
        await question.twin.patch(scope, question.body)
    except SettingsError as error:
        raise bad_request(str(error)) from None
    return await _told(question, scope)


async def _remove(question: Question, scope: Scope) -> Answer:
    await question.twin.configure(scope, None)
    return await _told(question, scope)


async def _told(question: Question, scope: Scope) -> Answer:
    return json(await question.twin.settings(scope), resource=_resource(scope))


def _key(question: Question) -> OfKey:
    """The key that the path names, if it is the caller's to set."""
    return owned_key(question, question.path["api_key_id"])


def _lane(question: Question) -> OfLane:
    """The lane that the path names, if it is the caller's to set."""
    return owned_lane(question, question.path["api_key_id"], question.path["lane"])


def _resource(scope: Scope) -> tuple[str, str] | None:
    match scope:
        case OfKey(api_key_id=api_key_id):
            return ("api_key", api_key_id)
        case OfLane(api_key_id=api_key_id, lane=lane):
            return ("lane", f"{api_key_id}/{lane}")
        case OfTenant(tenant_id=tenant_id):
            return ("tenant", tenant_id)
        case Operator():
            return None
