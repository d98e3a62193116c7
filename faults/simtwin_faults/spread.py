"""Chance in a duration: named distributions, each by one draw."""

from __future__ import annotations

import math
from random import Random
from typing import Any, Literal

import attrs
from attrs.validators import in_, optional

from simtwin_faults.bounds import Number, above_zero, share

Distribution = Literal["constant", "uniform", "normal", "lognormal", "exponential", "pareto"]
DISTRIBUTIONS: tuple[Distribution, ...] = (
    "constant",
    "uniform",
    "normal",
    "lognormal",
    "exponential",
    "pareto",
)

#: No draw is so many times as long as is set: some of these have no longest.
LONGEST = 1_000.0

_sigma = Number("a number from 0 to 5", lambda value: 0 <= value <= 5)

#: The settings that a distribution has, beside how long it is meant to be.
_HAS: dict[str, str] = {
    "uniform": "jitter",
    "normal": "sigma",
    "lognormal": "sigma",
    "pareto": "shape",
}


@attrs.frozen(kw_only=True)
class Spread:
    """What the kinds with durations that vary have in common.

    Args:
        distribution: of the durations. What is set for them is their middle where `uniform`, their
            mean where `normal` or `exponential`, their median where `lognormal`, and the shortest
            where `pareto`.
        jitter: for `uniform`, the share, 0 to 1, by which one may be longer or shorter.
        sigma: for `normal`, the standard deviation as a share of the mean; for `lognormal`, that of
            the logarithm.
        shape: for `pareto`: the smaller, the heavier its tail.
    """

    distribution: Distribution = attrs.field(default="uniform", validator=in_(DISTRIBUTIONS))
    jitter: float = attrs.field(default=0.0, validator=share)
    sigma: float | None = attrs.field(default=None, validator=optional(_sigma))
    shape: float | None = attrs.field(default=None, validator=optional(above_zero))

    def __attrs_post_init__(self) -> None:
        has = _HAS.get(self.distribution)
        given: dict[str, Any] = {
            "jitter": self.jitter or None,
            "sigma": self.sigma,
            "shape": self.shape,
        }
        for setting, value in given.items():
            if value is not None and setting != has:
                of = " or ".join(name for name, its in _HAS.items() if its == setting)
                raise ValueError(f"{setting} is for distribution = {of}")
        if has in ("sigma", "shape") and given[has] is None:
            raise ValueError(f"{has} is needed for distribution = {self.distribution}")

    def draw(self, seconds: float, rng: Random) -> float:
        """How long something takes that is meant to take `seconds`; never below 0."""
        return min(max(0.0, self._drawn(seconds, rng)), seconds * LONGEST)

    def _drawn(self, seconds: float, rng: Random) -> float:
        match self.distribution:
            case "constant":
                return seconds
            case "uniform":
                return seconds * (1 + self.jitter * rng.uniform(-1, 1))
            case "normal":
                return seconds * (1 + (self.sigma or 0.0) * rng.gauss(0, 1))
            case "lognormal":
                return seconds * math.exp((self.sigma or 0.0) * rng.gauss(0, 1))
            case "exponential":
                return seconds * rng.expovariate(1)
            case "pareto":
                # 1 - a draw, as that is never 0.
                return seconds * self._tail(1 - rng.random())

    def _tail(self, left: float) -> float:
        try:
            return float(left ** (-1 / (self.shape or 1.0)))
        except OverflowError:
            return LONGEST
