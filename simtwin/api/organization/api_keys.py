"""API keys as the Admin API shows them (Python SDK 2.12.0, `resources/organization/api_keys.py`)."""

from __future__ import annotations

from typing import Any

import attrs

from simtwin.api.organization.organization import Call, Doc, Organization
from simtwin.api.organization.workspaces import active
from simtwin.api.pages import Query, by_ids
from simtwin.api.request.shape.check import Maybe, literal, sized
from simtwin.api.request.shape.record import Record
from simtwin.api.timestamp import timestamp

STATUSES = ("active", "archived", "expired", "inactive")

#: As long as a key made through the twin plane may be called.
_NAME = sized(1, 256)
_CREATE = Record({"name": _NAME}, {"workspace_id": Maybe(sized(1, 100))})
_UPDATE = Record(
    {}, {"name": Maybe(_NAME), "status": Maybe(literal("active", "archived", "inactive"))}
)


@attrs.frozen
class KnownKey:
    """What an organization knows of one of its keys.

    Args:
        id: of the key.
        name: what it is called.
        hint: its beginning and end, "" where it is not known any more.
        status: one of `STATUSES`.
        workspace: the id of its workspace, None for the default one.
        at: when it was made, Unix time in seconds.
    """

    id: str
    name: str
    hint: str
    status: str
    workspace: str | None
    at: float


def doc(key: KnownKey, call: Call) -> Doc:
    """A key (SDK 2.12.0, `types/organization/api_key.py`).

    The edition of 2026-10-21 says `scope` where the older one said `workspace_id`, null for the
    default workspace.
    """
    workspace = key.workspace or call.founded.default_workspace
    where: dict[str, Any] = (
        {"scope": {"type": "workspace", "workspace_id": workspace}}
        if call.newer
        else {"workspace_id": key.workspace}
    )
    return {
        "id": key.id,
        "type": "api_key",
        "name": key.name,
        "status": key.status,
        "partial_key_hint": key.hint or None,
        "created_at": timestamp(key.at),
        "created_by": {"type": "user", "id": call.founded.first_user},
        "expires_at": None,
        "principal": None,
        **where,
    }


def page(keys: list[KnownKey], call: Call) -> Doc:
    """A page of keys, newest first, of one status, workspace or creator where asked for."""
    query = call.query
    status = query.one_of("status", STATUSES)
    workspace, creator = query.last("workspace_id"), query.last("created_by_user_id")
    found = [
        doc(key, call)
        for key in keys
        if status in (None, key.status)
        and workspace in (None, key.workspace or call.founded.default_workspace)
        and creator in (None, call.founded.first_user)
    ]
    return by_ids(found, query)


def asked(organization: Organization, call: Call) -> tuple[str, str | None]:
    """The name and the workspace (None for the default one) of a key that is to be made.

    Raises:
        Rejected: the body is not as it has to be, or there is no such workspace to make keys in.
    """
    body = call.checked(_CREATE)
    workspace = body.get("workspace_id")
    if workspace is None or workspace == call.founded.default_workspace:
        return body["name"], None
    at = attrs.evolve(call, arguments={"workspace_id": workspace}, query=Query(b""))
    return body["name"], active(organization, at)["id"]


def changes(call: Call) -> dict[str, str]:
    """What is to change of a key: its `name`, its `status`."""
    given = call.checked(_UPDATE)
    return {name: value for name, value in given.items() if value is not None}
