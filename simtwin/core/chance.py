"""All chance, drawn from one seed.

A draw depends on what it is for and on nothing that was drawn before, so the fate of the n-th
request of a key is the same however other keys were scheduled and whichever other rules there are.
"""

from __future__ import annotations

from hashlib import blake2b
from random import Random

#: The alphabet of ids, as in `req_011CYEXr8tVywV7AFBGxgYh2`: base 58, without 0, O, I and l.
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def draw(seed: int, scope: str, ordinal: int, name: str) -> Random:
    """The source of randomness of `name` (a rule, a use) for the n-th request of a scope."""
    return Random(f"{seed}/{scope}/{ordinal}/{name}")


def base58(text: str, length: int) -> str:
    """`length` base-58 characters (22 at most) that depend on `text` alone."""
    number = int.from_bytes(blake2b(text.encode(), digest_size=17).digest())
    letters = []
    for _ in range(length):
        number, rest = divmod(number, 58)
        letters.append(_BASE58[rest])
    return "".join(letters)
