"""The chance of ten thousand clients: a stream of draws for each, of eight bytes.

A `Random` of one's own for each client would hold 2.5 kB apiece and be mixed anew from its text. A
stream here is a number of 64 bits, made once of the seed and the client's name, that goes up by the
same odd step at each draw; what is drawn is that number, mixed. (SplitMix64: G. Steele, D. Lea and
C. Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.) So what a client draws
depends on its name and on how often it drew before, never on when others did.
"""

from __future__ import annotations

from hashlib import blake2b
from random import Random

_WHOLE = (1 << 64) - 1
_STEP = 0x9E3779B97F4A7C15
_LAST_53 = 2.0**-53


def stream(seed: int, name: str) -> int:
    """Where the stream of that name begins."""
    return int.from_bytes(blake2b(f"{seed}/{name}".encode(), digest_size=8).digest(), "big")


class Draws(Random):
    """A source of randomness that reads whichever stream `state` was set to.

    It is one for all clients, each of whose streams is put in before it draws and taken out again
    after. Whatever else `Random` can do comes of `random`.
    """

    state = 0

    def random(self) -> float:
        """The next number of the stream: from 0 up to 1, 1 not included."""
        self.state = mixed = (self.state + _STEP) & _WHOLE
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _WHOLE
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _WHOLE
        return ((mixed ^ (mixed >> 31)) >> 11) * _LAST_53
