"""Accepting an invite of the Admin API, which people do in the Console and tests through the twin."""

from __future__ import annotations

from functools import partial

from simtwin.actors.router import Router
from simtwin.api.errors import ApiError
from simtwin.api.holdings import Holdings
from simtwin.api.organization.invites import accepted
from simtwin.api.organization.operations import operate
from simtwin.api.organization.organization import Call, Doc, Founded
from simtwin.api.pages import Query
from simtwin.api.tiers import Limits
from simtwin.store.store import Store


def founded(store: Store, tenant_id: str) -> Founded:
    """What is known of a tenant before anything was done to it; one that --open made has no name."""
    tenant = store.tenant(tenant_id)
    if tenant is None:
        return Founded(tenant_id, "open", 0.0)
    return Founded(tenant_id, tenant.friendly_name, tenant.created_at)


async def accept_invite(
    holdings: Router[Holdings], of: Founded, invite_id: str, at: float
) -> Doc | ApiError:
    """The member that an invite makes, or why it makes none.

    Args:
        holdings: what organizations have made.
        of: whose invite.
        invite_id: which.
        at: when, Unix time in seconds.
    """
    call = Call(
        of,
        at,
        {"invite_id": invite_id},
        Query(b""),
        {},
        Limits(),
        newer=True,
        name=f"{of.id}/{invite_id}",
    )
    return await holdings.ask(of.id, partial(operate, operation=accepted, call=call))
