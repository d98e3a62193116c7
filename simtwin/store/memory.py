"""A store that lasts as long as the process, and is bounded in every direction.

A tenant that does nothing costs its record alone: whatever else it may own is made on first use.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from simtwin.core.spent import Spent
from simtwin.store import body
from simtwin.store.ledger import Bound, Ledger
from simtwin.store.records import (
    AccountRecord,
    FeedbackRecord,
    KeyKind,
    LogRecord,
    MessageRecord,
    TenantRecord,
)
from simtwin.store.spending import Spending
from simtwin.store.store import StoreFullError

MB = 1024 * 1024

#: At ten a second, hours of making tenants and nothing else; some 60 MB of records.
TENANTS = 100_000
#: A test suite that takes a fresh key for each of its tests stays far below.
KEYS_A_TENANT = 10_000
#: Two keys for each of the most tenants; some 100 MB of records.
KEYS = 200_000

#: A record of the log in memory: the value, its ids, its places in the two orders of a ledger.
LOG_BYTES = 800
#: Ten pages of the largest size that can be asked for.
LOGS_A_TENANT = Bound(10_000, 8 * MB)
LOGS = Bound(40_000, 32 * MB)

#: A message beside its bodies.
MESSAGE_BYTES = 700
#: The same bytes as the journal's, so that neither outlives the other by much.
MESSAGES_A_TENANT = Bound(10_000, 16 * MB)
MESSAGES = Bound(40_000, 64 * MB)

#: Feedback beside its texts.
FEEDBACK_BYTES = 500
#: At the most that one piece may have, some 25 pieces a tenant; as people write them, a thousand.
FEEDBACK_A_TENANT = Bound(1_000, 1 * MB)
FEEDBACK = Bound(10_000, 16 * MB)


class MemoryStore:
    """The store of a twin that keeps no state.

    Args:
        tenants: the most tenants.
        keys: the most keys of all tenants together.
        keys_a_tenant: the most keys of one of them.
    """

    def __init__(
        self, tenants: int = TENANTS, keys: int = KEYS, keys_a_tenant: int = KEYS_A_TENANT
    ) -> None:
        self._most_tenants = tenants
        self._most_keys = keys
        self._most_keys_a_tenant = keys_a_tenant
        self._tenants: dict[str, TenantRecord] = {}
        self._accounts: dict[str, AccountRecord] = {}
        self._digests: dict[bytes, AccountRecord] = {}
        self._keys: dict[str, dict[str, AccountRecord]] = {}
        self._key_ordinals: dict[str, int] = {}
        self._spending = Spending()
        self._logs: Ledger[LogRecord] = Ledger(LOGS_A_TENANT, LOGS)
        self._messages: Ledger[MessageRecord] = Ledger(MESSAGES_A_TENANT, MESSAGES)
        self._feedback: Ledger[FeedbackRecord] = Ledger(FEEDBACK_A_TENANT, FEEDBACK)

    def add_tenant(
        self, tenant_id: str, secret_hash: str, friendly_name: str, created_at: float
    ) -> TenantRecord:
        if len(self._tenants) >= self._most_tenants:
            raise StoreFullError(f"there are {self._most_tenants:,} tenants already")
        ordinal = len(self._tenants) + 1
        tenant = TenantRecord(tenant_id, ordinal, secret_hash, friendly_name, created_at)
        self._tenants[tenant_id] = tenant
        return tenant

    def tenant(self, tenant_id: str) -> TenantRecord | None:
        return self._tenants.get(tenant_id)

    def add_account(
        self,
        tenant_id: str,
        api_key_id: str,
        digest: bytes,
        friendly_name: str,
        created_at: float,
        *,
        kind: KeyKind = "api_key",
        workspace_id: str | None = None,
        hint: str = "",
    ) -> AccountRecord:
        tenant = self._tenants[tenant_id]
        keys = self._keys.get(tenant_id, {})
        if len(keys) >= self._most_keys_a_tenant:
            raise StoreFullError(f"the tenant has {self._most_keys_a_tenant:,} keys already")
        if len(self._accounts) >= self._most_keys:
            raise StoreFullError(f"there are {self._most_keys:,} keys already")
        ordinal = self._key_ordinals.get(tenant_id, 0) + 1
        account = AccountRecord(
            api_key_id=api_key_id,
            tenant_id=tenant_id,
            tenant_ordinal=tenant.ordinal,
            ordinal=ordinal,
            digest=digest,
            friendly_name=friendly_name,
            created_at=created_at,
            kind=kind,
            workspace_id=workspace_id,
            hint=hint,
        )
        self._key_ordinals[tenant_id] = ordinal
        self._keys.setdefault(tenant_id, {})[api_key_id] = account
        self._accounts[api_key_id] = account
        self._digests[digest] = account
        return account

    def account(self, api_key_id: str, owner: str | None) -> AccountRecord | None:
        account = self._accounts.get(api_key_id)
        if account is None or owner not in (None, account.tenant_id):
            return None
        return account

    def account_by_digest(self, digest: bytes) -> AccountRecord | None:
        return self._digests.get(digest)

    def accounts(
        self, owner: str | None, *, limit: int, offset: int = 0
    ) -> Sequence[AccountRecord]:
        accounts = self._accounts if owner is None else self._keys.get(owner, {})
        return list(islice(reversed(accounts.values()), offset, offset + limit))

    def change_account(self, account: AccountRecord) -> None:
        before = self._accounts[account.api_key_id]
        assert before.digest == account.digest, "a key keeps its text"  # noqa: S101
        self._accounts[account.api_key_id] = account
        self._digests[account.digest] = account
        self._keys[account.tenant_id][account.api_key_id] = account

    def remove_account(self, api_key_id: str, owner: str | None) -> AccountRecord | None:
        account = self.account(api_key_id, owner)
        if account is not None:
            del self._accounts[api_key_id]
            del self._digests[account.digest]
            del self._keys[account.tenant_id][api_key_id]
        return account

    def add_spent(self, account: AccountRecord, spent: Spent) -> None:
        self._spending.add(account, spent)

    def spent(self, owner: str, start: float, end: float) -> Iterator[Spent | None]:
        return self._spending.rows(owner, start, end)

    def add_log(self, record: LogRecord) -> None:
        size = LOG_BYTES + len(record.reason or "") + _text(record.details)
        self._logs.add(record.tenant_id, record, size)

    def logs(
        self, owner: str | None, *, limit: int, offset: int = 0
    ) -> Sequence[tuple[int, LogRecord]]:
        return list(islice(self._logs.newest(owner), offset, offset + limit))

    def add_message(self, record: MessageRecord) -> None:
        size = MESSAGE_BYTES + body.size(record.request) + body.size(record.response)
        self._messages.add(record.tenant_id, record, size)

    def messages(self, owner: str | None, *, limit: int) -> Sequence[MessageRecord]:
        return [record for _, record in islice(self._messages.newest(owner), limit)]

    def add_feedback(self, record: FeedbackRecord) -> None:
        texts = 4 * len(record.body) + 4 * len(record.category)  # four bytes hold any character
        size = FEEDBACK_BYTES + texts + len(record.context)
        self._feedback.add(record.tenant_id, record, size)

    def feedback(self, owner: str | None, status: str | None = None) -> Sequence[FeedbackRecord]:
        newest = (record for _, record in self._feedback.newest(owner))
        return [record for record in newest if status in (None, record.status)]


def _text(details: Mapping[str, Any]) -> int:
    """The length of the texts in details: what a client can make long."""
    return sum(len(value) for value in details.values() if isinstance(value, str))
