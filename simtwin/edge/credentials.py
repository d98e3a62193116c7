"""Ids and secrets that the twin hands out, and what it keeps of them.

None of them comes from the seed: whoever knows the seed must not know the keys.
"""

from __future__ import annotations

import hmac
import secrets
import uuid
from hashlib import sha256

import attrs

#: What the keys of a twin begin with, so that none is ever taken for a real one.
API_KEY_PREFIX = "sk-ant-twin-"
#: What those of the Admin API begin with.
ADMIN_KEY_PREFIX = "sk-ant-admin01-twin-"
#: By what a key of the Admin API is known, whoever made it up.
ADMIN_KEYS = "sk-ant-admin"

# What follows the version `01` in the ids of the real API is 22 characters of base 58.
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ID_LENGTH = 22
# As in the Console: enough to tell keys apart, and of the secret 24 bits.
_HINT_FIRST, _HINT_LAST = 15, 4


@attrs.frozen
class MadeKey:
    """A key as it is handed out, once."""

    api_key_id: str
    api_key: str = attrs.field(repr=False)

    @property
    def digest(self) -> bytes:
        """What is kept of the key."""
        return key_digest(self.api_key)

    @property
    def hint(self) -> str:
        """Its beginning and its end, by which people know it again."""
        return f"{self.api_key[:_HINT_FIRST]}...{self.api_key[-_HINT_LAST:]}"


def make_tenant_id() -> str:
    """A UUID of version 4, as an organization's id is."""
    return str(uuid.uuid4())


def make_tenant_secret() -> str:
    """256 bits as text that is safe in a URL."""
    return secrets.token_urlsafe(32)


def make_key(prefix: str = API_KEY_PREFIX) -> MadeKey:
    """A new key, with 320 bits, and its id."""
    text = "".join(secrets.choice(_BASE58) for _ in range(_ID_LENGTH))
    return MadeKey(f"apikey_01{text}", prefix + secrets.token_urlsafe(40))


def make_feedback_id() -> str:
    """The id of a piece of feedback."""
    return f"fb_{secrets.token_urlsafe(12)}"


def key_digest(api_key: str) -> bytes:
    """SHA-256 of a key: enough for a secret that long, and quick enough for every request."""
    return sha256(api_key.encode()).digest()


def same(given: str, expected: str) -> bool:
    """Whether two secrets are equal, in a time that tells nothing of the expected one."""
    return hmac.compare_digest(sha256(given.encode()).digest(), sha256(expected.encode()).digest())
