"""A command that is run against the twin."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence

import trio

#: What shells say where a signal ended a command: "128+n" -- bash(1), EXIT STATUS.
_SIGNALLED = 128


def environment(base_url: str, api_key: str, ca_file: str | None) -> Mapping[str, str]:
    """The environment that a command finds the twin in, beside what it inherits."""
    # A proxy could not reach the twin, and would hide how a connection ends.
    found = dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1,localhost,::1")
    found |= {"ANTHROPIC_BASE_URL": base_url, "ANTHROPIC_API_KEY": api_key}
    if ca_file is not None:
        found |= {"SSL_CERT_FILE": ca_file, "NODE_EXTRA_CA_CERTS": ca_file}
    return found


async def attend(
    command: Sequence[str], surroundings: Mapping[str, str], signals: AsyncIterator[int]
) -> int:
    """Run a command to its end and pass signals on to it; its exit status, as a shell has it.

    Raises:
        OSError: it cannot be started.
    """
    process = await trio.lowlevel.open_process(list(command), env={**os.environ, **surroundings})
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_pass_on, signals, process)
            status = await process.wait()
            nursery.cancel_scope.cancel()
    finally:
        # Without the twin it has nobody to talk to.
        if process.returncode is None:
            process.kill()
    return status if status >= 0 else _SIGNALLED - status


async def _pass_on(signals: AsyncIterator[int], process: trio.Process) -> None:
    async for number in signals:
        # A terminal sends Ctrl-C to everything in front of it, so the command has it already.
        if number != signal.SIGINT or not _in_front():
            process.send_signal(number)


def _in_front() -> bool:
    try:
        return os.tcgetpgrp(sys.__stdin__.fileno()) == os.getpgrp()  # type: ignore[union-attr]  # without a stdin it raises
    except (OSError, ValueError, AttributeError):
        return False
