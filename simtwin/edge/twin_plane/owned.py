"""Things that a question names, where they are the asker's to ask about."""

from __future__ import annotations

from simtwin.core.fault import SettingsError
from simtwin.core.lanes import lane_name
from simtwin.edge.twin_plane.answer import Question
from simtwin.edge.twin_plane.errors import bad_request, no_such_key
from simtwin.edge.twin_plane.port import OfKey, OfLane, OfTenant, Operator


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
