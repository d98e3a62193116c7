"""The account that a gateway has with the provider, and by which keys that are nobody's are let in."""

from __future__ import annotations

import attrs

from simtwin.edge.credentials import make_key
from simtwin.store.records import AccountRecord
from simtwin.store.store import Store


@attrs.define(eq=False)
class OwnAccount:
    """An account that no key of anybody's opens; under the gateway's name until it is revoked."""

    _account: AccountRecord | None = attrs.field(init=False, default=None)

    def make(self, store: Store, tenant_id: str, name: str, wall: float) -> None:
        """Make it, as the next one of a tenant."""
        unheard = make_key()
        self._account = store.add_account(tenant_id, unheard.api_key_id, unheard.digest, name, wall)

    def found(self, store: Store) -> AccountRecord | None:
        """The account, None where there is none any more."""
        return None if self._account is None else store.account(self._account.api_key_id, None)

    @property
    def tenant_id(self) -> str:
        """Whose it is.

        Raises:
            LookupError: it was not made.
        """
        if self._account is None:
            raise LookupError("the gateway belongs to no tenant yet")
        return self._account.tenant_id
