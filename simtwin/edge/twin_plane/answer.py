"""Requests and answers of the twin plane as values, so that an endpoint is a function between them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import attrs
import msgspec

from simtwin.edge.tenant_secrets import TenantSecrets
from simtwin.edge.twin_plane.errors import Refusal, forbidden, unauthorized
from simtwin.edge.twin_plane.pace import CreationPace
from simtwin.edge.twin_plane.port import Caller, OfTenant, Twin

_NOTHING: Mapping[str, Any] = MappingProxyType({})

JSON = "application/json"

#: A reason is a sentence; one that quotes a client's whole body would make the log as large.
REASON_LENGTH = 1_000


@attrs.frozen
class Plane:
    """What all requests of one twin plane share.

    Args:
        twin: the twin that it is for.
        secrets: makes and checks the secrets of tenants.
        admin_token: the operator's; None where there is no operator.
        open_creation: whether anybody may make tenants, or the operator alone.
        pace: how fast tenants may be made.
    """

    twin: Twin
    secrets: TenantSecrets
    admin_token: str | None = attrs.field(repr=False)
    open_creation: bool
    pace: CreationPace


@attrs.frozen
class Question:
    """A request whose path, credentials and body have been checked.

    Args:
        plane: where it was asked.
        caller: who asks; None is anybody.
        base_url: where the asker reaches the twin, by a checked `Host`; no slash ends it.
        path: the variable parts of the path.
        query: the query parameters, the first of each name.
        body: the JSON object that was sent, empty where none was.
    """

    plane: Plane
    caller: Caller | None
    base_url: str
    path: Mapping[str, str] = _NOTHING
    query: Mapping[str, str] = _NOTHING
    body: dict[str, Any] = attrs.field(factory=dict)

    @property
    def twin(self) -> Twin:
        """The twin that is asked."""
        return self.plane.twin

    @property
    def scope(self) -> Caller:
        """What the caller may see.

        Raises:
            Refusal: it is anybody.
        """
        if self.caller is None:
            raise unauthorized("credentials are needed")
        return self.caller

    @property
    def tenant_id(self) -> str:
        """The tenant who asks.

        Raises:
            Refusal: it is not a tenant who asks.
        """
        if not isinstance(self.caller, OfTenant):
            raise forbidden("this needs a tenant's own credentials")
        return self.caller.tenant_id


@attrs.frozen
class Answer:
    """What is sent, and what the log says of it.

    Args:
        body: the bytes.
        status: the HTTP status.
        content_type: of the body; None where there is none.
        headers: further headers.
        resource: type and id of what it was about.
        tenant_id: whose log it goes to, where no caller is known.
        reason: why nothing was done; None is success.
    """

    body: bytes
    status: int = 200
    content_type: str | None = JSON
    headers: tuple[tuple[str, str], ...] = ()
    resource: tuple[str, str] | None = None
    tenant_id: str = ""
    reason: str | None = None


def json(
    doc: Any, status: int = 200, *, resource: tuple[str, str] | None = None, tenant_id: str = ""
) -> Answer:
    """An answer that is a JSON document."""
    return Answer(_encode(doc), status, resource=resource, tenant_id=tenant_id)


def text(words: str) -> Answer:
    """An answer that is plain text."""
    return Answer(words.encode(), content_type="text/plain; charset=utf-8")


def refused(refusal: Refusal) -> Answer:
    """An answer that is an error."""
    return Answer(
        _encode({"error": refusal.message}),
        refusal.status,
        headers=refusal.headers,
        reason=refusal.message[:REASON_LENGTH],
    )


_encode = msgspec.json.Encoder().encode
