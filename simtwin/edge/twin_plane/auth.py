"""Who asks, of three layers: anybody, a tenant, the operator.

| layer    | credential                                              | sees                      |
|----------|---------------------------------------------------------|---------------------------|
| public   | none                                                    | what the twin is          |
| tenant   | `Authorization: Basic tenant_id:tenant_secret`          | what the tenant owns      |
| operator | `Authorization: Bearer TOKEN`, `X-Twin-Admin-Token: …`  | everything but secrets    |

API keys are for the provider's paths alone and are nobody here, whichever header they come in.
"""

from __future__ import annotations

from base64 import b64decode
from enum import Enum

from simtwin.edge.credentials import same
from simtwin.edge.tenant_secrets import BusyError
from simtwin.edge.twin_plane.answer import Plane
from simtwin.edge.twin_plane.errors import busy, forbidden, unauthorized
from simtwin.edge.twin_plane.port import Caller, OfTenant, Operator


class Access(Enum):
    """Who may use an endpoint."""

    PUBLIC = "anybody; credentials are not looked at"
    PUBLIC_OR_CALLER = "anybody, and whoever sends credentials is told more"
    CREATION = "anybody on loopback, elsewhere the operator"
    CALLER = "tenants and the operator"
    TENANT = "tenants"


async def admit(
    access: Access, authorization: str | None, admin_token: str | None, plane: Plane
) -> Caller | None:
    """Who asks, where the endpoint wants to know.

    Args:
        access: who may use the endpoint.
        authorization: the header of that name.
        admin_token: the header `X-Twin-Admin-Token`; it goes before `authorization`.
        plane: what to check them against.

    Raises:
        Refusal: the credentials are missing, not valid (401) or not enough (403).
    """
    if access is Access.PUBLIC or (access is Access.CREATION and plane.open_creation):
        return None
    if access is Access.PUBLIC_OR_CALLER and authorization is None and admin_token is None:
        return None
    caller = await _caller(authorization, admin_token, plane)
    if access is Access.TENANT and not isinstance(caller, OfTenant):
        raise forbidden("this needs a tenant's own credentials")
    if access is Access.CREATION and not isinstance(caller, Operator):
        raise forbidden("on this host only the operator makes tenants")
    return caller


async def _caller(authorization: str | None, admin_token: str | None, plane: Plane) -> Caller:
    if admin_token is not None:
        return _operator(admin_token, plane)
    scheme, _, rest = (authorization or "").strip().partition(" ")
    match scheme.lower():
        case "basic":
            return await _tenant(rest.strip(), plane)
        case "bearer":
            return _operator(rest.strip(), plane)
        case _:
            raise unauthorized("credentials are needed: Basic tenant_id:tenant_secret")


def _operator(token: str, plane: Plane) -> Operator:
    if plane.admin_token is None or not same(token, plane.admin_token):
        raise unauthorized("the operator's token is not valid")
    return Operator()


async def _tenant(encoded: str, plane: Plane) -> OfTenant:
    try:
        tenant_id, _, secret = b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        raise unauthorized("Basic credentials must be base64 of tenant_id:tenant_secret") from None
    # That an id is unknown shows in the time: it is a random UUID, and no secret.
    tenant = plane.twin.store.tenant(tenant_id)
    try:
        if tenant is None or not await plane.secrets.verify(tenant_id, tenant.secret_hash, secret):
            raise unauthorized("the tenant's credentials are not valid")
    except BusyError as error:
        raise busy(str(error)) from None
    return OfTenant(tenant_id)
