"""Keys that nobody made: with `--open` any key is accepted, each a tenant of its own."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from uuid import UUID

from simtwin.core.chance import base58
from simtwin.store.records import AccountRecord, KeyKind

#: About a kilobyte each; a client that makes up a key per request stays bounded.
MOST_OPEN_KEYS = 10_000


class OpenKeys:
    """The open keys of late, the least recently used dropped first.

    Ids and scopes come from the digest of the key: the same key has the same fates in every run.
    """

    def __init__(self, dropped: Callable[[AccountRecord], None]) -> None:
        self._dropped = dropped
        self._accounts: OrderedDict[bytes, AccountRecord] = OrderedDict()
        self._by_id: dict[str, AccountRecord] = {}
        self._tenants: set[str] = set()

    def account(self, digest: bytes, kind: KeyKind = "api_key") -> AccountRecord:
        """The account of a key by the SHA-256 digest of its text; made where there is none."""
        account = self._accounts.get(digest)
        if account is None:
            account = self._accounts[digest] = open_account(digest, kind)
            self._by_id[account.api_key_id] = account
            self._tenants.add(account.tenant_id)
            if len(self._accounts) > MOST_OPEN_KEYS:
                _, oldest = self._accounts.popitem(last=False)
                del self._by_id[oldest.api_key_id]
                self._tenants.discard(oldest.tenant_id)
                self._dropped(oldest)
        else:
            self._accounts.move_to_end(digest)
        return account

    def by_id(self, api_key_id: str) -> AccountRecord | None:
        """The account of that id, None where no such key was seen of late."""
        return self._by_id.get(api_key_id)

    def has_tenant(self, tenant_id: str) -> bool:
        """Whether a key of late belongs to that tenant."""
        return tenant_id in self._tenants


def open_account(digest: bytes, kind: KeyKind = "api_key") -> AccountRecord:
    """The account of an open key by the SHA-256 digest of its text: the same in every twin."""
    name = digest.hex()
    return AccountRecord(
        api_key_id="apikey_01" + base58(f"open/{name}", 22),
        tenant_id=str(UUID(bytes=digest[:16], version=4)),
        tenant_ordinal=0,
        ordinal=0,
        digest=digest,
        friendly_name="open",
        created_at=0.0,
        kind=kind,
    )
