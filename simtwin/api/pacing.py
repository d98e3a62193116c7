"""How fast an answer comes: the time to its first token, and tokens per second from there."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

import attrs

from simtwin.core.fault import SettingsError
from simtwin.core.quote import quote


@attrs.frozen
class Pace:
    """A pace.

    Args:
        name: as it is set.
        ttft: seconds to the first token.
        tokens_per_second: how fast the rest comes; infinite where there is no waiting at all.
    """

    name: str
    ttft: float
    tokens_per_second: float

    @property
    def waits(self) -> bool:
        """Whether there is any waiting."""
        return self.ttft > 0 or self.tokens_per_second < math.inf

    def seconds(self, tokens: int) -> float:
        """How long `tokens` take to come, once the first is due."""
        return tokens / self.tokens_per_second


INSTANT = Pace("instant", 0.0, math.inf)
#: Of the size of what the real API does, until a table by model takes its place.
REAL = Pace("real", 0.3, 80.0)

PACES: Mapping[str, Pace] = {pace.name: pace for pace in (INSTANT, REAL)}

_SETTING = re.compile(r"(?P<name>[a-z_]+)(?:\*(?P<factor>[0-9]+(?:\.[0-9]+)?))?", re.ASCII)
#: A factor beyond these leaves nothing of a pace; a wait of an hour a token is a hang.
_SLOWEST, _FASTEST = 0.0001, 1_000_000


def parse_pace(value: object, path: str = "pace") -> Pace:
    """The pace of a setting: `instant`, `real`, or a name and how many times as fast: `real*10`.

    Raises:
        SettingsError: it is none of these.
    """
    match = _SETTING.fullmatch(value) if isinstance(value, str) else None
    pace = PACES.get(match["name"]) if match else None
    if match is None or pace is None:
        known = ", ".join(PACES)
        raise SettingsError(
            f"a pace is one of {known}, or one with a factor (real*10), not {quote(value)}", path
        )
    if match["factor"] is None:
        return pace
    factor = float(match["factor"])
    if not _SLOWEST <= factor <= _FASTEST:
        raise SettingsError(
            f"the factor of a pace is between {_SLOWEST} and {_FASTEST}, not {match['factor']}",
            path,
        )
    return Pace(match[0], pace.ttft / factor, pace.tokens_per_second * factor)
