"""An organization as its Admin API knows it: who is in it, and into what workspaces it is divided.

A value; every operation takes it as it is and gives back what it will be and the answer. Its API
keys are not here: they are credentials, which the twin keeps where it looks them up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import attrs

from simtwin.api.errors import ApiError, Rejected
from simtwin.api.pages import Query
from simtwin.api.request.shape.record import Record
from simtwin.api.tiers import Limits
from simtwin.core.chance import base58

Doc = Mapping[str, Any]

_NONE: Mapping[Any, Any] = MappingProxyType({})


@attrs.frozen
class Founded:
    """What is known of an organization before anything was done to it.

    Args:
        id: its id, a UUID.
        name: what it is called.
        at: when it was made, Unix time in seconds.
    """

    id: str
    name: str
    at: float

    @property
    def default_workspace(self) -> str:
        """The id of the workspace that whatever names none is in."""
        return "wrkspc_01" + base58(f"{self.id}/workspace", 22)

    @property
    def first_user(self) -> str:
        """The id of who made it."""
        return "user_01" + base58(f"{self.id}/user", 22)


@attrs.frozen
class Organization:
    """The state of one organization.

    Args:
        users: its members by id; None until somebody looks, and there is who made it.
        invites: by id.
        workspaces: by id, without the default one.
        members: the role of a user in a workspace, by the ids of both.
        service_accounts: the role of a service account in a workspace, likewise.
        limits: what a workspace has in the place of the organization's limits, by its id: pool,
            then `rpm`, `itpm`, `otpm`.
    """

    users: Mapping[str, Doc] | None = None
    invites: Mapping[str, Doc] = _NONE
    workspaces: Mapping[str, Doc] = _NONE
    members: Mapping[tuple[str, str], str] = _NONE
    service_accounts: Mapping[tuple[str, str], str] = _NONE
    limits: Mapping[str, Mapping[str, Mapping[str, int]]] = _NONE


@attrs.frozen
class Call:
    """One request of the Admin API.

    Args:
        founded: whose.
        at: when, Unix time in seconds.
        arguments: of its path.
        query: of its line.
        body: its document, empty where it has none.
        limits: those of the organization.
        newer: whether it speaks the edition of 2026-10-21.
        name: what ids that it makes are drawn from.
    """

    founded: Founded
    at: float
    arguments: Mapping[str, str]
    query: Query
    body: Doc
    limits: Limits
    newer: bool
    name: str

    def new_id(self, prefix: str) -> str:
        """An id of something new."""
        return prefix + base58(self.name, 22)

    def checked(self, record: Record) -> Doc:
        """The body, if it is as it has to be.

        Raises:
            Rejected: a 400 in the API's words.
        """
        fault = record(self.body)
        if fault is not None:
            raise Rejected(ApiError.of(400, fault.removeprefix(".")))
        return self.body


#: Raises `Rejected` where it cannot be done, and then nothing was.
Operation = Callable[[Organization, Call], tuple[Organization, Doc]]


def missing(what: str) -> Rejected:
    """The 404 for something that is not there."""
    return Rejected(ApiError.of(404, f"{what} not found"))


def without(table: Mapping[Any, Any], *names: object) -> dict[Any, Any]:
    """A table less some of what is in it."""
    return {name: value for name, value in table.items() if name not in names}


def newest(table: Mapping[str, Doc]) -> list[Doc]:
    """What is in a table, newest first."""
    return [*table.values()][::-1]
