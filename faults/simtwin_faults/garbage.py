"""Send bytes that are no HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import ClassVar

import attrs
from attrs.validators import optional

from simtwin.core.plan import Hangup, Mark, Plan, Raw, Step
from simtwin_faults.bounds import Number, latin_1

#: What a server of mail would say.
HELO = "HELO 200\r\n\r\n"

_bytes = Number(
    "a whole number from 1 to 1000000", lambda value: 1 <= value <= 1_000_000, whole=True
)


@attrs.frozen
class Garbage:
    """Send `text` in the place of an answer, or random bytes, and close the connection.

    Args:
        text: the bytes, a character each.
        random_bytes: that many random bytes instead.
        reset: close by RST, rather than by FIN.
    """

    replaces: ClassVar[bool] = True
    raw: ClassVar[bool] = True

    text: str = attrs.field(default=HELO, validator=latin_1)
    random_bytes: int | None = attrs.field(default=None, validator=optional(_bytes))
    reset: bool = False

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:  # noqa: ARG002  # there is no answer
        yield Mark()
        if self.random_bytes is None:
            yield Raw(self.text.encode("latin-1"))
        else:
            yield Raw(rng.randbytes(self.random_bytes))
        yield Hangup(reset=self.reset)
