"""Who is in a workspace: members of the organization, and service accounts.

Python SDK 2.12.0, `resources/organization/workspaces/members.py` and `service_accounts.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import attrs

from simtwin.api.errors import invalid
from simtwin.api.organization.organization import (
    Call,
    Doc,
    Operation,
    Organization,
    missing,
    without,
)
from simtwin.api.organization.users import users
from simtwin.api.organization.workspaces import active, one
from simtwin.api.pages import by_cursor, by_ids
from simtwin.api.request.shape.check import literal, sized
from simtwin.api.request.shape.record import Record

ADDED_ROLES = (
    "workspace_admin",
    "workspace_developer",
    "workspace_restricted_developer",
    "workspace_user",
)
#: Whoever is in the organization for billing can be given that role in a workspace too.
MEMBER_ROLES = (*ADDED_ROLES, "workspace_billing")
#: Of all workspaces together.
MOST = 10_000


@attrs.frozen
class Sort:
    """One of the two sorts of those who can be in a workspace.

    Args:
        field: the state that they are in.
        id_name: what their id is called.
        type: of one of them; `type`_deleted is one who was removed.
        what: as a 404 calls one.
        roles: those that one can be given later.
        by_cursor: which way their list is paged.
        more: what else one of them has.
    """

    field: str
    id_name: str
    type: str
    what: str
    roles: tuple[str, ...]
    by_cursor: bool = False
    more: Mapping[str, Any] = attrs.field(factory=dict)

    def roles_of(self, organization: Organization) -> Mapping[tuple[str, str], str]:
        """Their roles, by the ids of workspace and member."""
        roles: Mapping[tuple[str, str], str] = getattr(organization, self.field)
        return roles

    def put(self, organization: Organization, roles: Mapping[tuple[str, str], str]) -> Organization:
        """The organization with other roles of theirs."""
        changes: dict[str, Any] = {self.field: roles}
        return attrs.evolve(organization, **changes)

    def doc(self, workspace: str, id_: str, role: str) -> Doc:
        """One of them."""
        return {
            "type": self.type,
            "workspace_id": workspace,
            self.id_name: id_,
            "workspace_role": role,
            **self.more,
        }


PEOPLE = Sort("members", "user_id", "workspace_member", "Workspace member", MEMBER_ROLES)
SERVICES = Sort(
    "service_accounts",
    "service_account_id",
    "service_account_workspace_member",
    "Service account",
    ADDED_ROLES,
    by_cursor=True,
    more={"created_by_actor_id": None, "implicit": False},
)


def _added(sort: Sort, organization: Organization, call: Call) -> tuple[Organization, Doc]:
    workspace = active(organization, call)["id"]
    body = call.checked(
        Record({sort.id_name: sized(1, 100), "workspace_role": literal(*ADDED_ROLES)})
    )
    id_, roles = body[sort.id_name], sort.roles_of(organization)
    if sort is PEOPLE and id_ not in users(organization, call):
        raise missing("User")
    if (workspace, id_) in roles:
        raise invalid(f"{sort.what} is in this workspace already")
    if len(roles) >= MOST:
        raise invalid("The workspaces of this organization have too many members")
    return _with(sort, organization, workspace, id_, body["workspace_role"])


def _listed(sort: Sort, organization: Organization, call: Call) -> tuple[Organization, Doc]:
    workspace = one(organization, call)["id"]
    found = [
        sort.doc(workspace, id_, role)
        for (where, id_), role in [*sort.roles_of(organization).items()][::-1]
        if where == workspace
    ]
    if sort.by_cursor:
        return organization, by_cursor(found, call.query)
    return organization, by_ids(found, call.query, sort.id_name)


def _retrieved(sort: Sort, organization: Organization, call: Call) -> tuple[Organization, Doc]:
    workspace, id_, role = _found(sort, organization, call)
    return organization, sort.doc(workspace, id_, role)


def _updated(sort: Sort, organization: Organization, call: Call) -> tuple[Organization, Doc]:
    workspace, id_, _ = _found(sort, organization, call)
    active(organization, call)
    body = call.checked(Record({"workspace_role": literal(*sort.roles)}))
    return _with(sort, organization, workspace, id_, body["workspace_role"])


def _removed(sort: Sort, organization: Organization, call: Call) -> tuple[Organization, Doc]:
    workspace, id_, _ = _found(sort, organization, call)
    left = without(sort.roles_of(organization), (workspace, id_))
    gone = {"type": f"{sort.type}_deleted", "workspace_id": workspace, sort.id_name: id_}
    return sort.put(organization, left), gone


def _found(sort: Sort, organization: Organization, call: Call) -> tuple[str, str, str]:
    workspace, id_ = one(organization, call)["id"], call.arguments[sort.id_name]
    role = sort.roles_of(organization).get((workspace, id_))
    if role is None:
        raise missing(sort.what)
    return workspace, id_, role


def _with(
    sort: Sort, organization: Organization, workspace: str, id_: str, role: str
) -> tuple[Organization, Doc]:
    roles = {**sort.roles_of(organization), (workspace, id_): role}
    return sort.put(organization, roles), sort.doc(workspace, id_, role)


def _operations(prefix: str, sort: Sort) -> dict[str, Operation]:
    return {
        prefix: partial(_listed, sort),
        f"{prefix}_create": partial(_added, sort),
        f"{prefix}_retrieve": partial(_retrieved, sort),
        f"{prefix}_update": partial(_updated, sort),
        f"{prefix}_delete": partial(_removed, sort),
    }


MEMBERS: Mapping[str, Operation] = {
    **_operations("workspaces_members", PEOPLE),
    **_operations("workspaces_service_accounts", SERVICES),
}
