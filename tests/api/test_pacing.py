"""Paces and their settings."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin.api.pacing import INSTANT, REAL, Pace, parse_pace
from simtwin.core.fault import SettingsError


@pytest.mark.parametrize(
    ("setting", "pace"),
    [
        ("instant", INSTANT),
        ("real", REAL),
        ("real*10", Pace("real*10", 0.03, 800.0)),
        ("real*0.5", Pace("real*0.5", 0.6, 40.0)),
        ("instant*3", Pace("instant*3", 0.0, math.inf)),
    ],
)
def test_a_factor_is_how_many_times_as_fast(setting: str, pace: Pace) -> None:
    assert parse_pace(setting) == pace


@pytest.mark.parametrize(
    "setting",
    ["fast", "", "real*", "real*-1", "real*0", "real*1e3", "real * 2", "real*99999999", 7, None],
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
    assert REAL.waits
    assert REAL.seconds(80) == 1
