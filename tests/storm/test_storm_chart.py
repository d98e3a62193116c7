"""Curves in characters."""

from __future__ import annotations

import pytest

from simtwin.storm.chart import chart, columns, line


def test_each_column_is_the_mean_of_its_part() -> None:
    assert columns([1, 3, 5, 7], 2) == [2, 6]
    assert columns([1, 3], 5) == [1, 3]
    assert columns([], 5) == []


def test_a_curve_in_a_line_is_full_at_its_most_and_shows_what_is_hardly_there() -> None:
    assert line([0, 0.01, 4, 8], 8) == " ▁▄█"
    assert line([0, 0], 0) == "  "


def test_a_chart_has_the_cause_under_it_and_minutes_below() -> None:
    assert chart("calls", [8.0] * 15 + [0.0] * 5 + [4.0] * 10, 300, (150, 200)) == [
        "calls",
        "        8 ┤███████████████",
        "          ┤███████████████",
        "          ┤███████████████",
        "          ┤███████████████     ██████████",
        "          ┤███████████████     ██████████",
        "          ┤███████████████     ██████████",
        "        0 └───────────────━━━━━──────────",
        "           0    0.8333    2.5       5 min",
    ]


@pytest.mark.parametrize("cause", [None, (0.0, 1.0), (3_000.0, 9_000.0)])
def test_a_chart_is_never_wider_than_eighty_columns(cause: tuple[float, float] | None) -> None:
    lines = chart("calls", [12_345_678.9] * 8_640, 86_400, cause)

    assert max(map(len, lines)) <= 80
