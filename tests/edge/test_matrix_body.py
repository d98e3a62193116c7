"""The scripts of a table put on the wire what it was measured with: the SDK does the same.

In virtual time, so that a wait of a minute costs nothing; tests/live has sockets.
"""

from __future__ import annotations

from collections import Counter

import pytest
from edge.sdk_outcome import outcome
from live.matrix_body import CALL, ROWS, TEXT, Row
from trio.testing import MockClock
from virtual import staged

from simtwin.core.script import parse
from simtwin_faults import KINDS


def of_the_wall(row: Row) -> bool:
    """Whether it has a date, which the SDK reads by the clock of the wall and not by ours."""
    return "retry_after_form=date" in row.script or "retry_after_form=rfc850" in row.script


# The SDK and its transport leave generators behind where a stream fails or is given up.
pytestmark = pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")


@pytest.mark.parametrize("calls", [False, True])
async def test_the_sdk_does_on_each_script_what_it_did_on_the_wire(
    autojump_clock: MockClock, calls: bool
) -> None:
    found, expected = {}, {}
    async with staged("asgi", settings=CALL if calls else TEXT) as stage:
        for row in ROWS:
            if row.calls is calls and not of_the_wall(row):
                for way, came in row.outcomes.items():
                    expected[row.name, way] = (came, row.requests)
                    found[row.name, way] = await outcome(stage, row, way)

    assert {key: value for key, value in found.items() if value != expected[key]} == {}
    assert len(found) > (5 if calls else 150)


async def test_the_sdk_waits_what_it_is_told_or_a_backoff_of_its_own(
    autojump_clock: MockClock,
) -> None:
    took = {}
    async with staged("asgi", settings=TEXT) as stage:
        for row in ROWS:
            if row.name.startswith("ra_") and row.requests == 2 and not of_the_wall(row):
                began = stage.elapsed
                await outcome(stage, row, "create")
                took[row.name] = (row.waits, stage.elapsed - began)

    for name, (told_to, seconds) in took.items():
        least, most = (0.375, 0.5) if told_to is None else (told_to, told_to)
        # What the clock adds up has the error of floats.
        assert least - 1e-6 <= seconds <= most + 1e-6, name
    assert len(took) == 16


def test_no_way_of_a_scenario_is_there_twice_and_every_script_is_one() -> None:
    ways = Counter((row.name, way) for row in ROWS for way in row.outcomes)

    assert [key for key, count in ways.items() if count > 1] == []
    for row in ROWS:
        parse(row.script, KINDS)
