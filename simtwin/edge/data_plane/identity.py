"""Whose request it is."""

from __future__ import annotations

from simtwin.api.errors import ApiError
from simtwin.edge.credentials import ADMIN_KEYS, key_digest
from simtwin.edge.data_plane.open_keys import OpenKeys
from simtwin.edge.data_plane.request import Request
from simtwin.store.records import AccountRecord
from simtwin.store.store import Store

#: Where the Admin API is.
_ADMIN = "/v1/organizations/"


def identify(
    request: Request, store: Store, open_keys: OpenKeys | None, *, everywhere: bool = False
) -> AccountRecord | ApiError:
    """The account of the key that a request carries, or the API's 401.

    `x-api-key` goes before `Authorization: Bearer`, whose scheme may be in any case. Tenants'
    secrets and the operator's token are no API keys, so they are unknown here.
    """
    key = request.credential
    if key is None:
        return ApiError.of(401, "x-api-key header is required")
    named = request.header(b"x-api-key") is not None
    unknown = "invalid x-api-key" if named else "Invalid bearer token"
    if not key:
        return ApiError.of(401, unknown)
    digest = key_digest(key)
    account = store.account_by_digest(digest)
    if account is None and open_keys is not None:
        account = open_keys.account(
            digest, "admin_key" if key.startswith(ADMIN_KEYS) else "api_key"
        )
    return fit(account, request.path, unknown, everywhere=everywhere)


def fit(
    account: AccountRecord | None, path: str, unknown: str, *, everywhere: bool = False
) -> AccountRecord | ApiError:
    """The account, where it is one that may ask for a path: else the API's 401, in these words.

    Keys of the Admin API are for it alone, and it takes no others; but `everywhere`.
    """
    wanted = "admin_key" if path.startswith(_ADMIN) else "api_key"
    if account is None or account.status != "active":
        return ApiError.of(401, unknown)
    return account if everywhere or account.kind == wanted else ApiError.of(401, unknown)
