"""How fast the models are, as distributions: the one table behind `--pace`.

No recording says when its bytes came, so these are what is told of the real API: for Sonnet 4.5
1.8 s to the first token of a prompt of some thousand tokens and 63 tokens/s, for Opus 4.1 2.7 s and
45 (Artificial Analysis, quoted November 2025); for Haiku 4.5 about 150 tokens/s, and everywhere a
95th percentile of three times the median; 10,000 tokens of prompt cost Sonnet about 1.5 s unless they
are cached. What is told of no line of models is assumed from its neighbours.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from random import Random
from types import MappingProxyType

import attrs

#: Three standard deviations: one draw in 370 would be farther out, and without an end to it one of
#: many would wait for ever.
_FARTHEST = 3.0


@attrs.frozen
class Spread:
    """A lognormal distribution, cut off at three standard deviations: its median and its sigma."""

    median: float
    sigma: float = 0.0

    def draw(self, rng: Random, widened: float = 1.0) -> float:
        """A value; `widened` is how many times as wide the distribution is to be."""
        off = min(_FARTHEST, max(-_FARTHEST, rng.gauss(0.0, 1.0)))
        return self.median * math.exp(off * self.sigma * widened)


@attrs.frozen
class Tempo:
    """How fast one line of models is.

    Args:
        first: seconds to the first token of a short prompt.
        reads: tokens of the prompt that are read in a second before that.
        speed: tokens per second from there.
    """

    first: Spread
    reads: float
    speed: Spread


@attrs.frozen
class Manner:
    """How a pace differs from the real one.

    Args:
        sooner: how many times as soon the first token comes.
        faster: how many times as fast the others do.
        wider: how many times as far answers differ from each other.
        jitter: how much of the gap before a delta it may come early by, 0 to 1.
        even: where given, all answers are alike, whichever model gives them.
    """

    sooner: float = 1.0
    faster: float = 1.0
    wider: float = 1.0
    jitter: float = 0.9
    even: Tempo | None = None


#: By line of models; the last is for those from before there were lines.
#:                      first token, s     prompt, tokens/s     tokens/s
TEMPOS: Mapping[str | None, Tempo] = MappingProxyType(
    {
        "haiku": Tempo(Spread(0.6, 0.45), 15_000.0, Spread(140.0, 0.15)),
        "sonnet": Tempo(Spread(1.2, 0.50), 7_000.0, Spread(63.0, 0.18)),
        "opus": Tempo(Spread(1.8, 0.50), 5_000.0, Spread(47.0, 0.20)),
        "fable": Tempo(Spread(2.2, 0.55), 4_000.0, Spread(42.0, 0.20)),
        "mythos": Tempo(Spread(2.6, 0.60), 3_000.0, Spread(35.0, 0.25)),
        None: Tempo(Spread(1.0, 0.50), 5_000.0, Spread(40.0, 0.20)),
    }
)

#: The paces that there are, by name.
MANNERS: Mapping[str, Manner] = MappingProxyType(
    {
        "instant": Manner(sooner=math.inf, faster=math.inf),
        "real": Manner(),
        "fast": Manner(sooner=3.0, faster=3.0),
        # A bad day: late, slow, and no two answers alike.
        "slow": Manner(sooner=0.25, faster=0.33, wider=1.5),
        # For tests that reckon with the clock.
        "steady": Manner(jitter=0.0, even=Tempo(Spread(0.3), math.inf, Spread(80.0))),
    }
)
