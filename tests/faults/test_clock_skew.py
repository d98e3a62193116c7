"""Servers whose clock is wrong."""

from __future__ import annotations

from random import Random

import pytest
from plans import STREAM

from simtwin.core.fault import SettingsError, make
from simtwin.core.plan import Head, Mark
from simtwin_faults import KINDS
from simtwin_faults.clock_skew import ClockSkew
from simtwin_faults.refuse import Refuse

HEAD = Head(
    200,
    (
        ("date", "Sat, 21 Nov 2026 23:59:58 GMT"),
        ("anthropic-ratelimit-tokens-reset", "2026-11-22T00:00:30Z"),
        ("anthropic-ratelimit-tokens-limit", "20261121"),
        ("retry-after", "20"),
    ),
)


def test_every_date_is_shifted_and_nothing_else() -> None:
    worse = list(ClockSkew(seconds=-300).rewrite([HEAD, *STREAM[1:]], Random(0)))

    assert worse == [
        Mark(),
        Head(
            200,
            (
                ("date", "Sat, 21 Nov 2026 23:54:58 GMT"),
                ("anthropic-ratelimit-tokens-reset", "2026-11-21T23:55:30Z"),
                ("anthropic-ratelimit-tokens-limit", "20261121"),
                ("retry-after", "20"),
            ),
        ),
        *STREAM[1:],
    ]


def test_a_retry_after_that_is_a_date_is_shifted_with_the_date_it_counts_from() -> None:
    refused = Refuse(status=429, retry_after=2, retry_after_form="rfc850")

    worse = list(ClockSkew(seconds=3600).rewrite(refused.rewrite([HEAD], Random(0)), Random(0)))

    head = next(step for step in worse if isinstance(step, Head))
    assert head.header("retry-after") == "Sunday, 22-Nov-26 01:00:00 GMT"
    assert head.header("date") == "Sun, 22 Nov 2026 00:59:58 GMT"


@pytest.mark.parametrize("plan", [[Head(200)], [HEAD]])
def test_no_date_or_no_skew_changes_nothing_and_is_not_marked(plan: list[Head]) -> None:
    seconds = 300 if plan == [Head(200)] else 0.4

    assert list(ClockSkew(seconds=seconds).rewrite(plan, Random(0))) == plan


def test_a_skew_of_more_than_thirty_years_is_a_slip() -> None:
    with pytest.raises(SettingsError) as refusal:
        make(KINDS, "clock_skew", {"seconds": -1e10})

    told = "clock_skew: seconds must be a number from -1000000000 to 1000000000, not -10000000000"
    assert str(refusal.value) == told
