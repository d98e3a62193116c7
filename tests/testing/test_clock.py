"""What virtual time changes of the process, and that it is put back."""

from __future__ import annotations

import random
import time

import pytest
import trio
import trio.testing

from simtwin.testing.clock import RealClockError, repeatable, run, running_clock

SCHEDULER = trio._core._run  # what is held here is that it is as `repeatable` takes it


def test_tasks_run_in_an_order_that_the_seed_decides() -> None:
    orders = [run_with(seed) for seed in (1, 1, 2)]

    assert orders[0] == orders[1] != orders[2]


def run_with(seed: int) -> list[int]:
    ran: list[int] = []

    async def task(number: int) -> None:
        await trio.lowlevel.checkpoint()
        ran.append(number)

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            for number in range(20):
                nursery.start_soon(task, number)

    run(main, seed=seed)
    return ran


def test_chance_of_the_process_is_put_back() -> None:
    before = (random.getstate(), SCHEDULER._r.getstate())  # likewise
    with repeatable(3):
        drawn = random.random()  # no secret
    with repeatable(3):
        assert random.random() == drawn  # likewise

    assert (random.getstate(), SCHEDULER._r.getstate()) == before  # likewise


def test_clocks_are_put_back_after_an_error() -> None:
    real = (time.time, time.time_ns, time.monotonic, time.sleep)

    async def main() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(main)

    assert (time.time, time.time_ns, time.monotonic, time.sleep) == real


def test_without_a_loop_there_is_no_running_clock() -> None:
    with pytest.raises(RealClockError, match="plain `with`"):
        running_clock()


async def test_a_clock_that_is_moved_by_hand_will_do(mock_clock: trio.testing.MockClock) -> None:
    assert running_clock() is mock_clock
