"""Chance in durations, by distributions with names."""

from __future__ import annotations

import math
from random import Random
from statistics import fmean, median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin.core.fault import SettingsError, make
from simtwin_faults import KINDS
from simtwin_faults.spread import LONGEST, Spread

SPREADS = [
    Spread(),
    Spread(distribution="constant"),
    Spread(jitter=0.5),
    Spread(distribution="normal", sigma=0.2),
    Spread(distribution="lognormal", sigma=1.0),
    Spread(distribution="exponential"),
    Spread(distribution="pareto", shape=3.0),
]


def draws(spread: Spread, count: int = 10_000) -> list[float]:
    rng = Random(7)
    return [spread.draw(10, rng) for _ in range(count)]


@pytest.mark.parametrize("spread", [Spread(), Spread(distribution="constant")])
def test_without_chance_it_takes_just_that_long(spread: Spread) -> None:
    assert set(draws(spread, 10)) == {10}


# Of ten thousand draws: a mean is off by a hundredth of the deviation, a median by 1.25 of that; all
# bounds are four times as wide, and the seed is fixed.
@pytest.mark.parametrize(
    ("spread", "middle", "expected", "off"),
    [
        (Spread(jitter=0.5), fmean, 10, 0.12),
        (Spread(distribution="normal", sigma=0.2), fmean, 10, 0.08),
        (Spread(distribution="lognormal", sigma=1.0), median, 10, 0.5),
        (Spread(distribution="exponential"), fmean, 10, 0.4),
        (Spread(distribution="pareto", shape=3.0), median, 10 * 2 ** (1 / 3), 0.2),
    ],
)
def test_a_distribution_is_the_one_that_it_is_called(
    spread: Spread, middle: object, expected: float, off: float
) -> None:
    assert callable(middle)
    assert middle(draws(spread)) == pytest.approx(expected, abs=off)


def test_a_lognormal_has_the_sigma_that_is_set() -> None:
    logs = [math.log(draw / 10) for draw in draws(Spread(distribution="lognormal", sigma=0.5))]

    assert math.sqrt(fmean(log * log for log in logs)) == pytest.approx(0.5, abs=0.015)


def test_a_pareto_is_never_shorter_than_what_is_set() -> None:
    assert min(draws(Spread(distribution="pareto", shape=3.0))) >= 10


@given(
    seconds=st.floats(0, 1e9),
    spread=st.sampled_from([*SPREADS, Spread(distribution="pareto", shape=1e-9)]),
    seed=st.integers(),
)
def test_no_draw_is_below_zero_or_endless(seconds: float, spread: Spread, seed: int) -> None:
    drawn = spread.draw(seconds, Random(seed))

    assert 0 <= drawn <= seconds * LONGEST
    assert drawn == spread.draw(seconds, Random(seed))


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"distribution": "constant", "jitter": 0.1}, "jitter is for distribution = uniform"),
        ({"sigma": 0.1}, "sigma is for distribution = normal or lognormal"),
        ({"distribution": "normal", "shape": 1}, "shape is for distribution = pareto"),
        ({"distribution": "lognormal"}, "sigma is needed for distribution = lognormal"),
        ({"distribution": "pareto"}, "shape is needed for distribution = pareto"),
        ({"distribution": "pareto", "shape": 0}, "shape must be a number above 0, not 0"),
        (
            {"distribution": "normal", "sigma": 6},
            "sigma must be a number from 0 to 5, not 6",
        ),
    ],
)
def test_settings_that_cannot_be_are_refused_in_words(
    settings: dict[str, object], told: str
) -> None:
    with pytest.raises(SettingsError) as refusal:
        make(KINDS, "latency", {"seconds": 1, **settings})

    assert str(refusal.value) == f"latency: {told}"
