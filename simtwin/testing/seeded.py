"""A tenant and keys that depend on the seed: inside a process they protect nothing.

A twin that others can reach draws them from `secrets`; here a whole transcript is to be the same for
the same seed, and the tenant's id is in every answer.
"""

from __future__ import annotations

import hashlib
import uuid

import attrs

from simtwin.core.chance import base58
from simtwin.edge.credentials import ADMIN_KEY_PREFIX, API_KEY_PREFIX, MadeKey
from simtwin.edge.gateways.gateway import Gateway
from simtwin.edge.twin import Twin
from simtwin.store.records import KeyKind


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

    def add_key(self, at: float, kind: KeyKind = "api_key") -> MadeKey:
        """Make one more key of it; `at` is Unix time in seconds."""
        made = self.twin.mint(API_KEY_PREFIX if kind == "api_key" else ADMIN_KEY_PREFIX)
        account = self.twin.store.add_account(
            self.tenant_id,
            made.api_key_id,
            made.digest,
            "virtual",
            at,
            kind=kind,
            hint=made.hint,
        )
        self.scopes[made.api_key_id] = account.scope
        return made

    def settle(self, gateway: Gateway) -> None:
        """Let a gateway belong to it, which has an account of its own then."""
        gateway.settle_in(self.twin.store, self.tenant_id, self.twin.wall())
        (account,) = self.twin.store.accounts(self.tenant_id, limit=1)
        self.scopes[account.api_key_id] = account.scope


@attrs.define
class SeededKeys:
    """Makes keys, each the same in every run that makes as many before it."""

    seed: int
    made: int = 0

    def __call__(self, prefix: str) -> MadeKey:
        self.made += 1
        name = f"{self.seed}/key/{self.made}"
        return MadeKey(f"apikey_01{base58(f'{name}/id', 22)}", prefix + base58(name, 54))
