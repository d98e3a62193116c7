"""A command that is run against the twin."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence

import attrs
import trio

from simtwin.edge.environment import CLEARED

#: What shells say where a signal ended a command: "128+n" -- bash(1), EXIT STATUS.
SIGNALLED = 128


@attrs.frozen
class Ended:
    """How a command ended.

    Args:
        status: its exit status, as a shell has it.
        told: the last signal that was passed on to it, None for none.
    """

    status: int
    told: int | None = None


async def attend(
    command: Sequence[str], surroundings: Mapping[str, str], signals: AsyncIterator[int]
) -> Ended:
    """Run a command to its end and pass signals on to it.

    Args:
        command: the program and its arguments.
        surroundings: the environment that it has beside what it inherits.
        signals: those that are for it.

    Raises:
        OSError: it cannot be started.
    """
    process = await trio.lowlevel.open_process(list(command), env={**inherited(), **surroundings})
    told: list[int] = []
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_pass_on, signals, process, told)
            status = await process.wait()
            nursery.cancel_scope.cancel()
    finally:
        # Without the twin it has nobody to talk to.
        if process.returncode is None:
            process.kill()
    return Ended(status if status >= 0 else SIGNALLED - status, told[-1] if told else None)


def inherited() -> Mapping[str, str]:
    """The environment that commands have of ours."""
    return {name: value for name, value in os.environ.items() if name not in CLEARED}


async def _pass_on(signals: AsyncIterator[int], process: trio.Process, told: list[int]) -> None:
    async for number in signals:
        told.append(number)
        # A terminal sends Ctrl-C to everything in front of it, so the command has it already.
        if number != signal.SIGINT or not _in_front():
            process.send_signal(number)


def _in_front() -> bool:
    try:
        return os.tcgetpgrp(sys.__stdin__.fileno()) == os.getpgrp()  # type: ignore[union-attr]  # without a stdin it raises
    except (OSError, ValueError, AttributeError):
        return False
