"""How fast an answer comes: the time to its first token, and tokens per second from there.

Pacing ("real*10", as it is set) ─► draw, once for each answer ─► Pace (0.21 s, 640 tokens/s)
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from itertools import cycle
from random import Random

import attrs

from simtwin.api.pace_table import MANNERS, TEMPOS, Manner
from simtwin.core.fault import SettingsError
from simtwin.core.quote import quote

#: Random bytes for the gaps of an answer; a longer one uses them again.
_NOISE = 64


@attrs.frozen
class Pace:
    """The pace of one answer.

    Args:
        name: as it is set.
        ttft: seconds to the first token.
        tokens_per_second: how fast the rest comes; infinite where there is no waiting at all.
        jitter: how much of the gap before a delta it may come early by, 0 to 1.
    """

    name: str
    ttft: float
    tokens_per_second: float
    jitter: float = 0.0

    @property
    def waits(self) -> bool:
        """Whether there is any waiting."""
        return self.ttft > 0 or self.tokens_per_second < math.inf

    def seconds(self, tokens: int) -> float:
        """How long `tokens` take to come, once the first is due."""
        return tokens / self.tokens_per_second

    def gaps(self, tokens: int, rng: Random) -> Callable[[int], float]:
        """The gap before one delta after the other, from how many tokens are in it.

        Each comes when its last token is produced or somewhat before, so that however uneven the
        gaps are, they add up to what all `tokens` take.
        """
        if not self.jitter:
            return self.seconds
        noise = cycle(rng.randbytes(_NOISE))
        left, early = tokens, 0.0

        def gap(size: int) -> float:
            nonlocal left, early
            left -= size
            whole, before = self.seconds(size), early
            early = self.jitter * next(noise) / 255 * whole if left > 0 else 0.0
            return whole - early + before

        return gap


@attrs.frozen
class Pacing:
    """A pace as it is set: what that of each answer is drawn from.

    Args:
        name: as it is set.
        manner: the row of the table.
        factor: how many times as fast as that.
    """

    name: str
    manner: Manner
    factor: float = 1.0

    @property
    def times_real(self) -> float:
        """How many times as fast as the real API; infinite where there is no waiting."""
        return self.manner.faster * self.factor

    def draw(self, line: str | None, input_tokens: int, rng: Callable[[], Random]) -> Pace:
        """The pace of an answer.

        Args:
            line: the line of the model.
            input_tokens: those of the prompt that have to be read.
            rng: makes the source of chance; called only where something is drawn.
        """
        manner = self.manner
        if manner.faster == math.inf:
            return Pace(self.name, 0.0, math.inf)
        if manner.even is not None:
            first, speed = manner.even.first.median, manner.even.speed.median
            return Pace(self.name, first / self.factor, speed * self.factor)
        tempo = TEMPOS.get(line, TEMPOS[None])
        chance = rng()
        first = tempo.first.draw(chance, manner.wider) + input_tokens / tempo.reads
        speed = tempo.speed.draw(chance, manner.wider) * manner.faster
        return Pace(
            self.name,
            first / manner.sooner / self.factor,
            speed * self.factor,
            manner.jitter,
        )


_SETTING = re.compile(r"(?P<name>[a-z_]+)(?:\*(?P<factor>[0-9]+(?:\.[0-9]+)?))?", re.ASCII)
#: A factor beyond these leaves nothing of a pace; a wait of an hour a token is a hang.
_SLOWEST, _FASTEST = 0.0001, 1_000_000


def parse_pace(value: object, path: str = "pace") -> Pacing:
    """The pace of a setting: a name, or a name and how many times as fast: `real*10`.

    Raises:
        SettingsError: it is none of these.
    """
    match = _SETTING.fullmatch(value) if isinstance(value, str) else None
    manner = MANNERS.get(match["name"]) if match else None
    if match is None or manner is None:
        known = ", ".join(MANNERS)
        raise SettingsError(
            f"a pace is one of {known}, or one with a factor (real*10), not {quote(value)}", path
        )
    if match["factor"] is None:
        return Pacing(match[0], manner)
    factor = float(match["factor"])
    if not _SLOWEST <= factor <= _FASTEST:
        raise SettingsError(
            f"the factor of a pace is between {_SLOWEST} and {_FASTEST}, not {match['factor']}",
            path,
        )
    return Pacing(match[0], manner, factor)


#: The two that are the same for every answer.
INSTANT = parse_pace("instant").draw(None, 0, Random)
STEADY = parse_pace("steady").draw(None, 0, Random)
