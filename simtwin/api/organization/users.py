"""The members of an organization (Python SDK 2.12.0, `resources/organization/users.py`)."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from simtwin.api.errors import invalid
from simtwin.api.organization.organization import (
    Call,
    Doc,
    Operation,
    Organization,
    missing,
    newest,
    without,
)
from simtwin.api.pages import by_ids
from simtwin.api.request.shape.check import literal
from simtwin.api.request.shape.record import Record
from simtwin.api.timestamp import timestamp

#: Roles that can be given through the API; an admin is made in the Console alone.
GIVEN_ROLES = ("billing", "claude_code_user", "developer", "managed", "user")
ROLES = ("admin", "membership_admin", "owner", "primary_owner", *GIVEN_ROLES)

_UPDATE = Record({"role": literal(*GIVEN_ROLES)})


def users(organization: Organization, call: Call) -> Mapping[str, Doc]:
    """The members by id, oldest first: at first who made the organization."""
    if organization.users is not None:
        return organization.users
    founded = call.founded
    first = user(founded.first_user, "admin@twin.invalid", "Admin", "admin", founded.at)
    return {founded.first_user: first}


def user(id_: str, email: str, name: str, role: str, at: float) -> Doc:
    """A member (SDK 2.12.0, `types/organization/organization_user.py`)."""
    return {
        "id": id_,
        "type": "user",
        "email": email,
        "name": name,
        "role": role,
        "added_at": timestamp(at),
    }


def me(organization: Organization, call: Call) -> tuple[Organization, Doc]:
    """The organization itself (SDK 2.12.0, `types/organization_info.py`)."""
    founded = call.founded
    return organization, {"id": founded.id, "type": "organization", "name": founded.name}


def listed(organization: Organization, call: Call) -> tuple[Organization, Doc]:
    """A page of members, newest first."""
    email, roles = call.query.last("email"), call.query.some_of("roles", ROLES)
    found = [
        each
        for each in newest(users(organization, call))
        if email in (None, each["email"]) and (not roles or each["role"] in roles)
    ]
    return organization, by_ids(found, call.query)


def retrieved(organization: Organization, call: Call) -> tuple[Organization, Doc]:
    """One member."""
    return organization, _one(organization, call)


def updated(organization: Organization, call: Call) -> tuple[Organization, Doc]:
    """One member with another role."""
    was = _one(organization, call)
    role = call.checked(_UPDATE)["role"]
    _no_admin(was)
    now = {**was, "role": role}
    return attrs.evolve(organization, users={**users(organization, call), was["id"]: now}), now


def removed(organization: Organization, call: Call) -> tuple[Organization, Doc]:
    """One member less, also in every workspace."""
    was = _one(organization, call)
    _no_admin(was)
    after = attrs.evolve(
        organization,
        users=without(users(organization, call), was["id"]),
        members={ids: role for ids, role in organization.members.items() if ids[1] != was["id"]},
    )
    return after, {"id": was["id"], "type": "user_deleted"}


def signed_out(organization: Organization, call: Call) -> tuple[Organization, Doc]:
    """One member, of whom nothing is signed in any more: the twin knows no sessions of people."""
    return organization, _one(organization, call)


def _one(organization: Organization, call: Call) -> Doc:
    found = users(organization, call).get(call.arguments["user_id"])
    if found is None:
        raise missing("User")
    return found


def _no_admin(user: Doc) -> None:
    if user["role"] not in GIVEN_ROLES:
        # "Users cannot be promoted to admin, nor admins changed or removed, through the API" (docs,
        # Admin API, 2026-08); the words are assumed.
        raise invalid("Organization admins cannot be changed or removed through the API")


USERS: Mapping[str, Operation] = {
    "me": me,
    "users": listed,
    "users_retrieve": retrieved,
    "users_update": updated,
    "users_delete": removed,
    "users_sign_out": signed_out,
}
