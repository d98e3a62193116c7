"""Paces and their settings."""

from __future__ import annotations

import math
from itertools import pairwise
from random import Random
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin.api.models import MODELS
from simtwin.api.pace_table import MANNERS, TEMPOS
from simtwin.api.pacing import INSTANT, STEADY, Pace, parse_pace
from simtwin.core.fault import SettingsError


def draws(setting: str, line: str | None, input_tokens: int = 0) -> list[Pace]:
    """The paces of 400 answers."""
    pacing = parse_pace(setting)
    return [pacing.draw(line, input_tokens, lambda at=at: Random(at)) for at in range(400)]  # type: ignore[misc]  # a default binds the number


@pytest.mark.parametrize(
    ("setting", "pace"),
    [
        ("instant", INSTANT),
        ("steady", STEADY),
        ("steady*10", Pace("steady*10", 0.03, 800.0)),
        ("steady*0.5", Pace("steady*0.5", 0.6, 40.0)),
        ("instant*3", Pace("instant*3", 0.0, math.inf)),
    ],
)
def test_a_factor_is_how_many_times_as_fast(setting: str, pace: Pace) -> None:
    assert parse_pace(setting).draw("opus", 1_000, Random) == pace


@pytest.mark.parametrize("name", ["real", "fast", "slow"])
def test_a_factor_scales_what_is_drawn(name: str) -> None:
    for one, ten in zip(draws(name, "opus"), draws(f"{name}*10", "opus"), strict=True):
        assert ten.ttft == pytest.approx(one.ttft / 10)
        assert ten.tokens_per_second == pytest.approx(one.tokens_per_second * 10)


@pytest.mark.parametrize(
    "setting",
    ["quick", "", "real*", "real*-1", "real*0", "real*1e3", "real * 2", "real*99999999", 7, None],
)
def test_what_is_no_pace_is_told_with_its_path(setting: object) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_pace(setting, "settings.pace")

    assert str(caught.value).startswith("settings.pace: ")


@given(st.text() | st.integers() | st.lists(st.text()))
def test_nothing_but_a_settings_error_comes_of_a_wrong_pace(setting: object) -> None:
    with pytest.raises(SettingsError):
        parse_pace(f"?{setting}" if isinstance(setting, str) else setting)


def test_only_an_instant_pace_waits_for_nothing() -> None:
    assert not INSTANT.waits
    assert INSTANT.seconds(1_000) == 0
    assert STEADY.waits
    assert STEADY.seconds(80) == 1


def test_an_even_pace_draws_nothing() -> None:
    def never() -> Random:
        raise AssertionError

    for name in ("instant", "steady"):
        assert parse_pace(name).draw("sonnet", 0, never).name == name


def test_every_line_of_models_is_in_the_table() -> None:
    assert {model.line for model in MODELS} == set(TEMPOS)


@pytest.mark.parametrize("line", TEMPOS)
def test_half_of_the_answers_are_faster_than_the_table_says(line: str | None) -> None:
    tempo, paces = TEMPOS[line], draws("real", line)

    assert median(pace.ttft for pace in paces) == pytest.approx(tempo.first.median, rel=0.15)
    assert median(pace.tokens_per_second for pace in paces) == pytest.approx(
        tempo.speed.median, rel=0.1
    )
    assert len({pace.ttft for pace in paces}) == len(paces)


@pytest.mark.parametrize("line", TEMPOS)
def test_no_answer_is_late_beyond_all_bounds(line: str | None) -> None:
    tempo = TEMPOS[line].first

    late = max(pace.ttft for pace in draws("slow", line))

    assert late <= tempo.median * math.exp(3 * 1.5 * tempo.sigma) * 4 + 1e-9


def test_smaller_models_are_faster() -> None:
    medians = [
        median(pace.ttft + pace.seconds(100) for pace in draws("real", line))
        for line in ("haiku", "sonnet", "opus")
    ]

    assert medians == sorted(medians)


def test_the_named_paces_are_in_the_order_of_their_names() -> None:
    medians = [
        median(pace.ttft + pace.seconds(100) for pace in draws(name, "opus"))
        for name in ("instant", "fast", "real", "slow")
    ]

    assert all(one < other for one, other in pairwise(medians))


def test_a_long_prompt_takes_time_to_read() -> None:
    short, long = (draws("real", "sonnet", tokens)[0] for tokens in (0, 70_000))

    assert long.ttft == pytest.approx(short.ttft + 10)
    assert long.tokens_per_second == short.tokens_per_second


@pytest.mark.parametrize("name", MANNERS)
@given(sizes=st.lists(st.integers(1, 6), min_size=1, max_size=200), seed=st.integers())
def test_gaps_are_uneven_and_add_up(name: str, sizes: list[int], seed: int) -> None:
    pace = parse_pace(name).draw("opus", 0, lambda: Random(seed))
    gap = pace.gaps(sum(sizes), Random(seed))

    gaps = [gap(size) for size in sizes]

    assert all(each >= 0 for each in gaps)
    assert sum(gaps) == pytest.approx(pace.seconds(sum(sizes)))


def test_the_gaps_of_a_real_pace_differ() -> None:
    pace = parse_pace("real").draw("opus", 0, lambda: Random(1))
    gap = pace.gaps(100, Random(1))

    assert len({round(gap(2), 6) for _ in range(50)}) > 40
