"""Invitations to an organization (Python SDK 2.12.0, `resources/organization/invites.py`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from simtwin.api.errors import ApiError, Rejected, invalid
from simtwin.api.organization.organization import (
    Call,
    Doc,
    Operation,
    Organization,
    missing,
    newest,
)
from simtwin.api.organization.users import GIVEN_ROLES, ROLES, user, users
from simtwin.api.pages import by_ids
from simtwin.api.request.shape.check import Array, literal, matching, sized
from simtwin.api.request.shape.record import Record
from simtwin.api.timestamp import timestamp

#: "Invites expire after 21 days" (docs, Admin API, 2026-08).
LIFE = 21 * 24 * 3600.0
#: Of invites and of members each: enough for any test, and a few MB at the most.
MOST = 1_000

_STATUSES = ("accepted", "expired", "pending")
_CREATE = Record(
    {
        "email": matching(r"^[^@\s]+@[^@\s]+\.[^@\s]+$", 254),
        "role": literal(*GIVEN_ROLES),
    },
    {"rbac_group_ids": Array(sized(1, 100), 100)},
)


def created(organization: Organization, call: Call) -> tuple[Organization, Doc]:
    """One more invite."""
    body = call.checked(_CREATE)
    email = body["email"]
    if any(each["email"] == email for each in users(organization, call).values()):
        raise _conflict("already_member", f"{email} is a member of this organization already")
    if any(
        each["email"] == email and _status(each, call) == "pending"
        for each in organization.invites.values()
    ):
        raise _conflict("invite_already_exists", f"There is a pending invite for {email} already")
    if len(organization.invites) >= MOST or len(users(organization, call)) >= MOST:
        raise _conflict("org_member_limit_exceeded", "The organization has too many members")
    invite: dict[str, Any] = {
        "id": call.new_id("invite_01"),
        "type": "invite",
        "email": email,
        "role": body["role"],
        "invited_at": timestamp(call.at),
        "expires_at": timestamp(call.at + LIFE),
        "accepted_at": None,
        "rbac_group_ids": list(body.get("rbac_group_ids", ())),
        "status": "pending",
    }
    after = attrs.evolve(organization, invites={**organization.invites, invite["id"]: invite})
    return after, invite


def listed(organization: Organization, call: Call) -> tuple[Organization, Doc]:
    """A page of invites, newest first; deleted ones are in none."""
    query = call.query
    email, roles = query.last("email"), query.some_of("roles", ROLES)
    statuses = query.some_of("statuses", _STATUSES) or _STATUSES
    shown = (_now(each, call) for each in newest(organization.invites))
    found = [
        each
        for each in shown
        if email in (None, each["email"])
        and (not roles or each["role"] in roles)
        and each["status"] in statuses
    ]
    return organization, by_ids(found, query)


def retrieved(organization: Organization, call: Call) -> tuple[Organization, Doc]:
    """One invite."""
    return organization, _now(_one(organization, call.arguments["invite_id"]), call)


def removed(organization: Organization, call: Call) -> tuple[Organization, Doc]:
    """One invite that nobody can accept any more."""
    was = _one(organization, call.arguments["invite_id"])
    if _status(was, call) == "accepted":
        raise invalid("An accepted invite cannot be deleted")
    after = {**organization.invites, was["id"]: {**was, "status": "deleted"}}
    return attrs.evolve(organization, invites=after), {"id": was["id"], "type": "invite_deleted"}


def accepted(organization: Organization, call: Call) -> tuple[Organization, Doc]:
    """The member that an invite makes: what a person does in the Console, and a test through the twin.

    Raises:
        Rejected: there is no such invite, or it is not pending.
    """
    was = _one(organization, call.arguments["invite_id"])
    if _status(was, call) != "pending":
        raise invalid("The invite is not pending")
    name = was["email"].partition("@")[0]
    member = user(call.new_id("user_01"), was["email"], name, was["role"], call.at)
    invite = {**was, "status": "accepted", "accepted_at": timestamp(call.at)}
    after = attrs.evolve(
        organization,
        users={**users(organization, call), member["id"]: member},
        invites={**organization.invites, was["id"]: invite},
    )
    return after, member


def _one(organization: Organization, invite_id: str) -> Doc:
    found = organization.invites.get(invite_id)
    if found is None:
        raise missing("Invite")
    return found


def _status(invite: Doc, call: Call) -> str:
    # Both are RFC 3339 in UTC of the same length, which sort as text.
    expired = invite["status"] == "pending" and invite["expires_at"] <= timestamp(call.at)
    return "expired" if expired else str(invite["status"])


def _now(invite: Doc, call: Call) -> Doc:
    return {**invite, "status": _status(invite, call)}


def _conflict(error_code: str, message: str) -> Rejected:
    return Rejected(ApiError.of(400, message, error_code=error_code))


INVITES: Mapping[str, Operation] = {
    "invites": listed,
    "invites_create": created,
    "invites_retrieve": retrieved,
    "invites_delete": removed,
}
