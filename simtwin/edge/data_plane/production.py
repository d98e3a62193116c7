"""How a streamed answer is produced, corrected where that turns out otherwise than was foreseen.

Limits count output tokens as they are produced, along a curve that pace and size gave beforehand.
Faults wait where they like, and no time passes in a plan but in its waits: so each wait is held
against the curve.

    tokens          ╭── foreseen
                 ╭──╯   ╭── corrected: the answer goes on after the wait as it went before
              ╭──┴──────╯
         ─────╯  a stall
"""

from __future__ import annotations

import attrs

from simtwin.core.bucket import NS
from simtwin.core.pools import Curve

#: By how much a curve may be wrong: a shorter wait is no news to limits that are a minute's.
TOLERANCE = NS


@attrs.define
class Production:
    """An answer under way.

    Args:
        curve: how it will be produced as far as is known. All times are ns.
    """

    curve: Curve
    _at: int = attrs.field(init=False)
    _sent: int = attrs.field(init=False, default=0)

    def __attrs_post_init__(self) -> None:
        self._at = self.curve.start

    def waits(self, sent: int, now: int, until: int) -> Curve | None:
        """The curve that holds from now on, None where the one that was told will do.

        Args:
            sent: tokens that have been sent.
            now: when a wait begins.
            until: when it is over.
        """
        curve = self.curve
        off = until - curve.reaches(sent)
        if -TOLERANCE <= off <= TOLERANCE or curve.produced(until) == sent:
            return None
        left, each = curve.tokens - sent, self._each(sent, now)
        start = until if until - now > TOLERANCE else now
        self.curve = Curve(start, start + left * each, curve.tokens, sent)
        self._at, self._sent = now, sent
        return self.curve

    def _each(self, sent: int, now: int) -> int:
        """How long a token takes, as was foreseen where that held so far, else as it was of late."""
        curve = self.curve
        foreseen = (curve.end - curve.start) // max(1, curve.tokens - curve.before)
        held = foreseen and abs(now - curve.reaches(sent)) <= TOLERANCE
        if held or sent <= self._sent or now <= self._at:
            return foreseen
        return (now - self._at) // (sent - self._sent)
