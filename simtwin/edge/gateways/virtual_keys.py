"""The virtual keys of LiteLLM: what is kept of them, and how they are found."""

from __future__ import annotations

import secrets
from hashlib import sha256

import attrs

from simtwin.api.gateways.key_request import SHORTEST_KEY, KeyRequest
from simtwin.core.allowance import Allowance
from simtwin.edge.credentials import make_key
from simtwin.store.records import AccountRecord
from simtwin.store.store import Store

#: LiteLLM's own (`LENGTH_OF_LITELLM_GENERATED_KEY`), in bytes of chance.
KEY_BYTES = 16


@attrs.frozen
class VirtualKey:
    """A key that LiteLLM made, without its text.

    Args:
        token: SHA-256 of its text in hexadecimal, which is what LiteLLM calls it by.
        name: its text, masked.
        account: the account that stands for it.
        asked: what it was made for.
        allowance: what it may use, by the loop's clock.
        made_at: Unix seconds.
    """

    token: str
    name: str
    account: AccountRecord
    asked: KeyRequest
    allowance: Allowance
    made_at: float

    @property
    def expires_at(self) -> float | None:
        """Until when it is good, Unix seconds; None is for good."""
        lifetime = self.asked.lifetime
        return None if lifetime is None else self.made_at + lifetime

    @property
    def label(self) -> str:
        """What errors call it."""
        return f"{self.asked.key_alias or 'key'} ({self.name})"

    def is_expired(self, wall: float) -> bool:
        """Whether its time is over (Unix seconds)."""
        return self.expires_at is not None and self.expires_at < wall


def token_of(key: str) -> str:
    """What LiteLLM calls a key by, given its text or that very name."""
    return sha256(key.encode()).hexdigest() if key.startswith("sk-") else key


@attrs.define(eq=False)
class VirtualKeys:
    """The virtual keys that there are."""

    _by_token: dict[str, VirtualKey] = attrs.field(init=False, factory=dict)
    _by_alias: dict[str, VirtualKey] = attrs.field(init=False, factory=dict)
    _by_account: dict[str, VirtualKey] = attrs.field(init=False, factory=dict)

    def make(
        self, store: Store, tenant_id: str, asked: KeyRequest, wall: float, now: int
    ) -> tuple[VirtualKey, str]:
        """A new key of a tenant and its text, which nobody is told again.

        Neither its text nor its alias may be another key's.

        Args:
            store: where its account is made.
            tenant_id: whose it is.
            asked: what it is for.
            wall: Unix seconds.
            now: the loop's time, ns.

        Raises:
            StoreFullError: there are too many keys.
        """
        text = asked.key or f"sk-{secrets.token_urlsafe(KEY_BYTES)}"
        token = token_of(text)
        name = f"sk-...{text[-4:]}" if len(text) >= SHORTEST_KEY else "sk-..."
        # Not the digest by which the API's own keys are known: on plain `/v1` the key is none.
        digest = sha256(b"litellm:" + bytes.fromhex(token)).digest()
        account = store.add_account(
            tenant_id, make_key().api_key_id, digest, asked.key_alias or name, wall
        )
        kept = attrs.evolve(asked, key=None)
        key = VirtualKey(token, name, account, kept, asked.allowance(now), wall)
        self._by_token[token] = self._by_account[account.api_key_id] = key
        if kept.key_alias:
            self._by_alias[kept.key_alias] = key
        return key, text

    def find(self, key: str) -> VirtualKey | None:
        """The key of a text or a token, None where there is none."""
        return self._by_token.get(token_of(key))

    def called(self, alias: str) -> VirtualKey | None:
        """The key of an alias, None where there is none."""
        return self._by_alias.get(alias)

    def of_account(self, account: AccountRecord) -> VirtualKey | None:
        """The key that an account stands for, None where it is no virtual key's."""
        return self._by_account.get(account.api_key_id)

    def forget(self, account: AccountRecord) -> None:
        """Let go of the key of an account, where it has one."""
        key = self._by_account.pop(account.api_key_id, None)
        if key is not None:
            del self._by_token[key.token]
            self._by_alias.pop(key.asked.key_alias or "", None)
