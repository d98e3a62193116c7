"""The one interface behind which the twin remembers.

Its methods do not wait. An `owner` is the id of a tenant, and what belongs to another tenant is as if
it were not there; None is everybody, for the operator alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from simtwin.core.spent import Spent
from simtwin.store.records import (
    AccountRecord,
    FeedbackRecord,
    KeyKind,
    LogRecord,
    MessageRecord,
    TenantRecord,
)


class StoreFullError(Exception):
    """There is no room for one more tenant or key."""


class Store(Protocol):
    """Tenants, their keys, and the bounded records of what was done."""

    def add_tenant(
        self, tenant_id: str, secret_hash: str, friendly_name: str, created_at: float
    ) -> TenantRecord:
        """Make a tenant, under the next ordinal.

        Raises:
            StoreFullError: there are too many tenants.
        """
        ...

    def tenant(self, tenant_id: str) -> TenantRecord | None:
        """The tenant of that id."""
        ...

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
        """Make a key of a tenant, under the tenant's next ordinal; the fields are `AccountRecord`'s.

        Raises:
            KeyError: there is no such tenant.
            StoreFullError: the tenant, or the store, has too many keys.
        """
        ...

    def account(self, api_key_id: str, owner: str | None) -> AccountRecord | None:
        """The key of that id."""
        ...

    def account_by_digest(self, digest: bytes) -> AccountRecord | None:
        """The key whose text has that SHA-256 digest: who a request on the data plane is from."""
        ...

    def accounts(
        self, owner: str | None, *, limit: int, offset: int = 0
    ) -> Sequence[AccountRecord]:
        """Keys, newest first."""
        ...

    def change_account(self, account: AccountRecord) -> None:
        """Keep a key that is there already as it is now; its digest is the same.

        Raises:
            KeyError: there is no such key.
        """
        ...

    def remove_account(self, api_key_id: str, owner: str | None) -> AccountRecord | None:
        """Forget a key, and answer what it was; from then on no look-up finds it."""
        ...

    def add_spent(self, account: AccountRecord, spent: Spent) -> None:
        """Book what a request of a key cost."""
        ...

    def spent(self, owner: str, start: float, end: float) -> Iterator[Spent | None]:
        """What a tenant used from `start` to before `end` (Unix time, s), oldest first.

        None stands for a row that is not told of, so that a reader can let others have their turn.
        """
        ...

    def add_log(self, record: LogRecord) -> None:
        """Append to the log of `record.tenant_id`."""
        ...

    def logs(
        self, owner: str | None, *, limit: int, offset: int = 0
    ) -> Sequence[tuple[int, LogRecord]]:
        """Log records with their numbers, newest first."""
        ...

    def add_message(self, record: MessageRecord) -> None:
        """Append to the messages of `record.tenant_id`."""
        ...

    def messages(self, owner: str | None, *, limit: int) -> Sequence[MessageRecord]:
        """Messages, newest first."""
        ...

    def add_feedback(self, record: FeedbackRecord) -> None:
        """Append to the feedback of `record.tenant_id`."""
        ...

    def feedback(self, owner: str | None, status: str | None = None) -> Sequence[FeedbackRecord]:
        """Feedback, newest first; of one status where that is given."""
        ...
