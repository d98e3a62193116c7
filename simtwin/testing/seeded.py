"""A tenant and keys that depend on the seed: inside a process they protect nothing.

A twin that others can reach draws them from `secrets`; here a whole transcript is to be the same for
the same seed, and the tenant's id is in every answer.
"""

from __future__ import annotations

import hashlib
import uuid

import attrs

from simtwin.core.chance import base58
from simtwin.edge.credentials import API_KEY_PREFIX, key_digest
from simtwin.edge.twin import Twin


@attrs.frozen
class SeededTenant:
    """A tenant of a twin, made at the twin's beginning.

    Args:
        twin: whose it is.
        seed: what its id and its keys depend on.
        tenant_id: its id.
        scopes: what the chance of its keys is drawn by, those that were revoked included.
    """

    twin: Twin
    seed: int
    tenant_id: str
    scopes: dict[str, str] = attrs.field(factory=dict)

    @classmethod
    def of(cls, twin: Twin, seed: int) -> SeededTenant:
        """Make the tenant. It has no secret: nobody calls it from outside the process."""
        digest = hashlib.blake2b(f"{seed}/tenant".encode(), digest_size=16).digest()
        tenant_id = str(uuid.UUID(bytes=digest, version=4))
        twin.store.add_tenant(tenant_id, "", "virtual", twin.wall())
        return cls(twin, seed, tenant_id)

    def add_key(self) -> SeededKey:
        """Make one more key of it."""
        number = len(self.scopes) + 1
        key = SeededKey(
            f"apikey_01{base58(f'{self.seed}/key/{number}/id', 22)}",
            API_KEY_PREFIX + base58(f"{self.seed}/key/{number}", 54),
        )
        account = self.twin.store.add_account(
            self.tenant_id, key.api_key_id, key_digest(key.api_key), "virtual", self.twin.wall()
        )
        self.scopes[key.api_key_id] = account.scope
        return key


@attrs.frozen
class SeededKey:
    """A key of a virtual twin: its id, and the text that clients send."""

    api_key_id: str
    api_key: str
