"""Wall time follows the loop's clock, and the system's where that one jumped."""

from __future__ import annotations

from collections.abc import Iterator

import trio
import trio.testing

from simtwin.edge.epoch import Epoch


async def test_virtual_wall_time_is_a_constant_plus_the_loops_clock(
    autojump_clock: trio.testing.MockClock,
) -> None:
    epoch = Epoch(None, start=1_800_000_000)

    await trio.sleep(90)

    assert epoch.present() == 1_800_000_090
    assert epoch.date() == "Fri, 15 Jan 2027 08:01:30 GMT"


async def test_a_step_of_the_system_clock_is_followed(mock_clock: trio.testing.MockClock) -> None:
    readings: Iterator[float] = iter([1000.0, 1000.5, 5000.0])
    epoch = Epoch(lambda: next(readings))

    before, after = epoch.present(), epoch.present()

    assert (before, after) == (1000.0, 5000.0)


async def test_the_date_is_the_present_second(mock_clock: trio.testing.MockClock) -> None:
    epoch = Epoch(None, start=784_111_777)

    first = epoch.date()
    mock_clock.jump(0.5)
    same = epoch.date()
    mock_clock.jump(0.5)
    later = epoch.date()

    assert first == same == "Sun, 06 Nov 1994 08:49:37 GMT"
    assert later == "Sun, 06 Nov 1994 08:49:38 GMT"
