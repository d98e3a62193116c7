"""Making tenants: how everybody begins."""

from __future__ import annotations

from simtwin.edge.credentials import make_tenant_id, make_tenant_secret
from simtwin.edge.tenant_secrets import BusyError
from simtwin.edge.twin_plane.answer import Answer, Question, json
from simtwin.edge.twin_plane.errors import busy, full, too_soon
from simtwin.edge.twin_plane.query import friendly_name
from simtwin.store.records import timestamp
from simtwin.store.store import StoreFullError


async def create(question: Question) -> Answer:
    """A new tenant, with its secret: the only time that anybody sees it."""
    name = friendly_name(question.body)
    plane, twin = question.plane, question.twin
    if not plane.pace.allow(twin.now()):
        raise too_soon("at most ten tenants a second are made")
    tenant_id, secret = make_tenant_id(), make_tenant_secret()
    try:
        kept = await plane.secrets.hashed(tenant_id, secret)
        tenant = twin.store.add_tenant(tenant_id, kept, name, twin.wall())
    except BusyError as error:
        raise busy(str(error)) from None
    except StoreFullError as error:
        raise full(str(error)) from None
    return json(
        {
            "tenant_id": tenant.tenant_id,
            "tenant_secret": secret,
            "friendly_name": tenant.friendly_name,
            "created_at": timestamp(tenant.created_at),
        },
        201,
        resource=("tenant", tenant.tenant_id),
        tenant_id=tenant.tenant_id,
    )
