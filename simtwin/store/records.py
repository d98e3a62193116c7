"""What is remembered, as values. Times are Unix seconds; `doc` is a record as clients read it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Literal

import attrs
import msgspec

from simtwin.store.body import Body, readable

#: How the twin-plane contract (twins-la LOGGING.md, read 2026-11-21) names this twin in a log.
TWIN = "anthropic"

KeyKind = Literal["api_key", "admin_key"]
KeyStatus = Literal["active", "inactive", "archived"]

_NOTHING: Mapping[str, Any] = MappingProxyType({})


def timestamp(at: float) -> str:
    """A time as `2026-11-21T20:42:28.982Z`."""
    text = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "Z"


@attrs.frozen
class TenantRecord:
    """An organization. `ordinal` counts tenants from 1 in order of making, and is never reused."""

    tenant_id: str
    ordinal: int
    secret_hash: str = attrs.field(repr=False)
    friendly_name: str
    created_at: float


@attrs.frozen
class AccountRecord:
    """A key, known by the digest of its text alone.

    Args:
        api_key_id: its id.
        tenant_id: whose it is.
        tenant_ordinal: of its tenant.
        ordinal: counts the keys of its tenant from 1 in order of making, and is never reused.
        digest: SHA-256 of its text.
        friendly_name: what it is called.
        created_at: when it was made.
        kind: whether it is for the API or for the Admin API.
        status: only an active one is let in.
        workspace_id: the workspace of its tenant that it is of, None for the default one.
        hint: its beginning and end, "" where they are not known.
    """

    api_key_id: str
    tenant_id: str
    tenant_ordinal: int
    ordinal: int
    digest: bytes = attrs.field(repr=False)
    friendly_name: str
    created_at: float
    kind: KeyKind = "api_key"
    status: KeyStatus = "active"
    workspace_id: str | None = None
    hint: str = ""

    @property
    def scope(self) -> str:
        """What chance is drawn by: the same in every run that makes tenants and keys alike.

        A key that nobody made has no ordinal, and is the same in every run by its digest.
        """
        return f"{self.tenant_ordinal}/{self.ordinal}" if self.ordinal else self.digest.hex()

    def doc(self) -> dict[str, Any]:
        """The account as it is listed; the key itself was shown once, when it was made."""
        return {
            "kind": self.kind,
            "api_key_id": self.api_key_id,
            "tenant_id": self.tenant_id,
            "friendly_name": self.friendly_name,
        }


@attrs.frozen
class LogRecord:
    """One operation and its outcome, kept as it is and rendered when somebody reads it.

    Args:
        at: when.
        tenant_id: whose; "" where no tenant is known, `OPERATOR` for the operator.
        correlation_id: the same in all records of one inbound request.
        plane: the provider's API ("data") or the control API ("twin").
        operation: its dotted name, such as `data.messages.create`.
        resource: type and id of what it was about.
        reason: why it failed; None is success.
        details: everything else, flat: texts, numbers, truth values.
    """

    at: float
    tenant_id: str
    correlation_id: str
    plane: Literal["data", "twin"]
    operation: str
    resource: tuple[str, str] | None = None
    reason: str | None = None
    details: Mapping[str, Any] = _NOTHING

    def doc(self, number: int) -> dict[str, Any]:
        """The record with its number, all fields there."""
        return {
            "id": number,
            "timestamp": timestamp(self.at),
            "twin": TWIN,
            "tenant_id": self.tenant_id,
            "correlation_id": self.correlation_id,
            "plane": self.plane,
            "operation": self.operation,
            "resource": self.resource and {"type": self.resource[0], "id": self.resource[1]},
            "outcome": "success" if self.reason is None else "failure",
            "reason": self.reason,
            "details": dict(self.details),
        }


#: The tenant id that operations of the operator are logged under (twins-la LOGGING.md).
OPERATOR = "__operator_admin__"


@attrs.frozen
class MessageRecord:
    """A request for a message and the answer to it; bodies as `body.keep` made them."""

    id: str
    tenant_id: str
    model: str
    request: Body
    response: Body
    beta_headers: tuple[str, ...]
    created_at: float

    def doc(self) -> dict[str, Any]:
        """The record as it is listed."""
        return {
            "id": self.id,
            "tenant_id": self.tenant_id,
            "model": self.model,
            "request_json": readable(self.request),
            "response_json": readable(self.response),
            "beta_headers": self.beta_headers,
            "date_created": timestamp(self.created_at),
        }


@attrs.frozen
class FeedbackRecord:
    """What somebody had to say of the twin; `context` is JSON text."""

    id: str
    tenant_id: str
    body: str
    category: str
    context: bytes
    created_at: float
    status: str = "pending"

    def doc(self) -> dict[str, Any]:
        """The record as it is listed. Nothing updates feedback, so both dates are the same."""
        return {
            "id": self.id,
            "tenant_id": self.tenant_id,
            "body": self.body,
            "category": self.category,
            "context": msgspec.Raw(self.context),
            "status": self.status,
            "date_created": timestamp(self.created_at),
            "date_updated": timestamp(self.created_at),
        }
