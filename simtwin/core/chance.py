"""All chance, drawn from one seed.

A draw depends on what it is for and on nothing that was drawn before, so the fate of the n-th
request of a key is the same however other keys were scheduled and whichever other rules there are.
"""

from __future__ import annotations

from hashlib import blake2b
from random import Random

#: The alphabet of ids, as in `req_011CYEXr8tVywV7AFBGxgYh2`: base 58, without 0, O, I and l.
_BASE58 = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
# A letter for every byte. The first 24 letters come up a little more often, which no id shows, and
# dividing a large number instead takes six times as long.
_LETTERS = bytes(_BASE58[byte % 58] for byte in range(256))


def draw(seed: int, scope: str, ordinal: int, name: str) -> Random:
    """The source of randomness of `name` (a rule, a use) for the n-th request of a scope."""
    return Random(f"{seed}/{scope}/{ordinal}/{name}")


def draw_once(seed: int, name: str) -> Random:
    """The source of randomness of `name` for a whole run."""
    return Random(f"{seed}/{name}")


def base58(text: str, length: int) -> str:
    """`length` base-58 characters (64 at most) that depend on `text` alone."""
    digest = blake2b(text.encode(), digest_size=length).digest()
    return digest.translate(_LETTERS).decode()
