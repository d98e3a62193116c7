"""Streams that only say that they are there."""

from __future__ import annotations

import pytest
from plans import JSON, arrivals
from telling import FRAMES, PING, STREAM, names, worsened

from simtwin.core.fault import SettingsError, make
from simtwin_faults import KINDS
from simtwin_faults.pings import Pings


def test_a_stream_pings_for_a_while_and_carries_on() -> None:
    worse = worsened(Pings(interval_seconds=2, seconds=7, after_events=4), STREAM)

    assert arrivals(worse) == [
        *((0, frame.data) for frame in FRAMES[:4]),
        *((time, PING.data) for time in (2, 4, 6)),
        *((7, frame.data) for frame in FRAMES[4:]),
    ]


def test_a_gap_that_is_shorter_than_the_interval_has_no_ping() -> None:
    worse = worsened(Pings(seconds=9), STREAM)

    assert names(worse) == names(STREAM)
    assert arrivals(worse)[0][0] == 9


def test_json_cannot_ping() -> None:
    assert worsened(Pings(seconds=9), JSON) == list(JSON)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({}, "pings needs the setting 'seconds'"),
        (
            {"seconds": 10_001, "interval_seconds": 1},
            "pings: seconds must be at most 10,000 times interval_seconds",
        ),
        (
            {"seconds": 1, "interval_seconds": 0},
            "pings: interval_seconds must be a number above 0, not 0",
        ),
    ],
)
def test_settings_that_cannot_be_are_refused_in_words(
    settings: dict[str, object], problem: str
) -> None:
    with pytest.raises(SettingsError) as refusal:
        make(KINDS, "pings", settings)

    assert str(refusal.value) == problem
